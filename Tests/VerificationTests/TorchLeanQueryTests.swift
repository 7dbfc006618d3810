import Bounds
import Datasets
import Formats
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

@testable import Verification

/// What TorchLean's checker reads is the network, in exact fractions.
@Suite struct TorchLeanQueryTests {
  @Test func fractionsAreExact() {
    let expected: [(Float, String)] = [
      (0, "0"), (3, "3"), (-0.5, "-1/2"), (0.1, "13421773/134217728"), (0x1p-24, "1/16777216"),
      (0x1.8p70, "1770887431076116955136"), (-0x1p-70, "-1/1180591620717411303424"),
      (.leastNonzeroMagnitude, "1/713623846352979940529142984724747568191373312"),
    ]
    for (number, text) in expected { #expect(Fraction.text(number) == text) }
  }

  /// The numbers of a query for TorchLean are the network's, and its box holds the image.
  @Test func queriesForTorchLeanAreTheNetwork() throws {
    var random = RandomSource(seed: 3)
    let layers = [
      Linear(from: 16, to: 6, using: &random), Linear(from: 6, to: 4, using: &random),
    ]
    let network = try Network(input: [4, 4, 1], [Flatten(), layers[0], ReLU(), layers[1]])
    let data = try CertificateTests.randomImages(6, for: network)
    let set = CertificateTests.sets[0]
    try withFolder { folder in
      let (proof, queries) = (folder.appending(path: "p"), folder.appending(path: "q"))
      let writer = try CertificateFolder(
        at: proof, of: network, on: data, named: "random", against: set, by: [.crownIBP()],
        queries: queries)
      let written = try writer.write(
        network.certify(data, against: set, by: [.crownIBP()]))
      let names = try names(in: queries)
      #expect(names.count == written?.certificates && !names.isEmpty)
      for name in names {
        let query = try JSONDecoder().decode(
          Query.self, from: Data(contentsOf: queries.appending(path: name)))
        #expect(query.format == "crown_query_v1" && query.inputSize == 16)
        #expect(query.layers.map(\.kind) == ["linear", "relu", "linear"])
        for (found, layer) in zip([query.layers[0], query.layers[2]], layers) {
          #expect(found.weights?.flatMap { $0 } == layer.weight.scalars.map(Fraction.text))
          #expect(found.bias == layer.bias.scalars.map(Fraction.text))
        }
        #expect(query.layers[1].alpha?.count == 6 && query.query.strict)
        let label = Int(data.labels[try #require(Int(name.dropLast(5)))])
        #expect(query.query.weights.allSatisfy { $0[label] == "-1" && $0.contains("1") })
        #expect(query.query.weights.count == 3 && query.query.bias == ["0", "0", "0"])
      }
    }
  }

  /// A query as TorchLean reads it.
  private struct Query: Decodable {
    struct Layer: Decodable {
      let kind: String
      let weights: [[String]]?
      let bias, alpha: [String]?
    }
    struct Inequalities: Decodable {
      let weights: [[String]]
      let bias: [String]
      let strict: Bool
    }
    enum CodingKeys: String, CodingKey {
      case format, layers, query
      case inputSize = "input_dim"
    }
    let format: String
    let inputSize: Int
    let layers: [Layer]
    let query: Inequalities
  }
}
