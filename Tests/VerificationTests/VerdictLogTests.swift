import Bounds
import Datasets
import Formats
import Foundation
import Networks
import Relaxations
import Tensors
import Testing
import _TestSupport

@testable import Verification

/// A certification that is stopped goes on where it was, and only for what it was begun for.
@Suite struct VerdictLogTests {
  private static let data = Dataset.digits().test
  private static let set = Perturbation.linf(epsilon: 0.01, within: 0...1)
  private struct Stop: Error {}

  private static let methods: [BoundMethod] = [.interval, .crown()]

  private static func network(_ function: ActivationFunction = .tanh) throws -> Network {
    var random = RandomSource(seed: 1)
    return try Network(
      input: [8, 8, 1],
      [
        Flatten(), Linear(from: 64, to: 16, using: &random), Activation(function),
        Linear(from: 16, to: 10, using: &random),
      ])
  }

  private static func log(_ network: Network, at url: URL) throws -> VerdictLog {
    try VerdictLog(at: url, of: network, on: data, against: set, by: methods)
  }

  @Test func aStoppedCertificationGoesOn() throws {
    let network = try Self.network()
    try withFolder { folder in
      let url = folder.appending(path: "verdicts.jsonl")
      // On one thread the first verdicts are those of the first examples.
      let threads = Threads.count
      Threads.use(1)
      defer { Threads.use(threads) }
      #expect(throws: Stop.self) {
        try Self.log(network, at: url).certify { _, _ in throw Stop() }
      }
      // A killed process leaves half a line.
      let partial = url.appendingPathExtension("partial")
      let handle = try #require(FileHandle(forWritingAtPath: partial.path))
      _ = try handle.seekToEnd()
      try handle.write(contentsOf: Data("{\"index\":359,\"lab".utf8))
      let log = try Self.log(network, at: url)
      #expect((1..<Self.data.count).contains(log.found.count))
      let whole = try network.certify(Self.data, against: Self.set, by: Self.methods).verdicts
      #expect(try log.certify().verdicts == whole)
      #expect(!FileManager.default.fileExists(atPath: partial.path))
      let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
      let records = try lines.map {
        try JSONDecoder().decode(VerdictRecord.self, from: Data($0.utf8))
      }
      #expect(records == whole.map { VerdictRecord($0) })
    }
  }

  /// The same weights with another function between them are another network.
  @Test func otherNetworksAreRefused() throws {
    try withFolder { folder in
      let url = folder.appending(path: "verdicts.jsonl")
      _ = try Self.log(try Self.network(), at: url)
      #expect(throws: FormatError.self) { try Self.log(try Self.network(.sigmoid), at: url) }
    }
    #expect(try Self.network().digest == Self.network().digest)
  }

  /// Two methods of one name are told apart by their settings; files from before name them alone.
  @Test func methodsOfOneNameAreKeptApart() throws {
    let methods: [BoundMethod] = [.crown(slope: .zero), .crown(), .alphaCROWN(iterations: 3)]
    for method in methods {
      let verdict = Verdict(
        index: 4, label: 1, prediction: 1, status: .certified, margin: 0.5, method: method)
      let record = VerdictRecord(verdict, start: 3)
      #expect(record.verdict(start: 3, methods: methods) == verdict)
      #expect(record.method == method.text)
    }
    let old = #"{"index":0,"label":1,"prediction":1,"verdict":"certified","margin":1,"method":"#
    let record = try JSONDecoder().decode(
      VerdictRecord.self, from: Data((old + #""alpha-crown"}"#).utf8))
    #expect(record.verdict(start: 0, methods: methods)?.method == .alphaCROWN(iterations: 3))
  }
}
