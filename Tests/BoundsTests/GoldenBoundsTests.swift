import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// The golden bounds of an independent implementation, within 1e-4 relative + 1e-4 absolute.
@Suite struct GoldenBoundsTests {
  @Test(arguments: ["mlp", "cnn_2layer", "cnn_valid"])
  func agree(name: String) throws {
    let arrays = try Golden.arrays(name)
    let network = try Golden.network(name, arrays)
    let images = Golden.images(arrays)
    expectClose(network(images), arrays["logits"]!, relative: 1e-5, absolute: 1e-5, "logits")
    let cases = try #require(try Golden.bounds().first { $0.name == name }).cases
    var compared = 0
    for golden in cases where golden.method != "alpha-CROWN" {
      let slope = try #require(slopes[golden.relaxation])
      let method: BoundMethod =
        switch golden.method {
        case "IBP": .interval
        case "CROWN-IBP": .crownIBP(slope: slope)
        default: .crown(slope: slope)
        }
      let norm = try #require(norms[golden.norm])
      let set = try Perturbation(
        norm: norm, epsilon: golden.epsilon, domain: golden.clip ? 0...1 : nil)
      let expected = arrays["lb.\(golden.key)"]!
      let margins = Specification.margins(of: Golden.labels(arrays), classes: 10)
      let lower = try lowerBounds(
        of: network, around: images, set, margins, by: method,
        refining: .undecidedInBatch)
      let upper =
        try lowerBounds(
          of: network, around: images, set,
          Specification(rows: margins.rows * -1), by: method, refining: .undecidedInBatch) * -1
      if norm == .linf || name == "mlp" {
        expectClose(lower, expected, relative: 1e-4, absolute: 1e-4, "\(name) lb \(golden.key)")
        expectClose(
          upper, arrays["ub.\(golden.key)"]!, relative: 1e-4, absolute: 1e-4,
          "\(name) ub \(golden.key)")
      } else {
        expectNowhereBelow(lower, expected, relative: 1e-4, "\(name) lb \(golden.key)")
        expectNowhereBelow(
          upper * -1, arrays["ub.\(golden.key)"]! * -1, relative: 1e-4, "\(name) ub \(golden.key)")
      }
      compared += 1
    }
    #expect(compared == 72)
  }

  private let slopes: [String: ReLUSlope] = [
    "adaptive": .adaptive, "same-slope": .same, "zero-lb": .zero, "one-lb": .one,
  ]
  private let norms: [String: Perturbation.Norm] = ["inf": .linf, "2": .l2, "1": .l1]
}
