import Bounds
import Formats
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

@testable import Verification

/// Branch and bound beside the exact answer: networks of two inputs, cut into the parts on which they
/// are affine.
@Suite struct EnumerationLaws {
  /// The number of networks; script/fuzz --sound asks for more.
  private static let networks =
    ProcessInfo.processInfo.environment["CROWNWORK_SOUND"].flatMap { Int($0) }.map { $0 / 10 } ?? 60
  private static let firstSeed =
    ProcessInfo.processInfo.environment["CROWNWORK_FUZZ_SEED"].flatMap { UInt64($0) } ?? 1

  /// An answer is never wrong, and one is found unless the threshold is within a hair's breadth.
  @Test(arguments: [Branching.Splits.inputs, .neurons])
  func answersAreThoseOfEnumeration(splits: Branching.Splits) throws {
    for seed in Self.firstSeed..<Self.firstSeed + UInt64(Self.networks) {
      var random = RandomSource(seed: seed, purpose: "enumeration")
      let (plane, network) = try Self.network(using: &random)
      let (lower, upper) = Self.box(using: &random)
      let least = plane.minimum(lower: lower, upper: upper)
      for distance in [-0.3, -0.01, 0.01, 0.3] {
        let threshold = least.approximation + distance
        let property = VNNLIBProperty(
          inputs: 2, outputs: 1,
          cases: [
            .init(
              lower: lower.map { Double($0) }, upper: upper.map { Double($0) },
              constraints: [VerificationLaws.output(0, atMost: threshold)])
          ])
        let verdict = try network.verify(
          property, by: [.complete(Branching(domains: 3000, splits: splits))],
          search: CounterexampleSearch(samples: 2, cases: 0))
        let isSafe = least.isAbove(threshold)
        switch verdict.answer {
        case .unsat: #expect(isSafe, "\(seed) \(distance): \(least.approximation)")
        case .sat: #expect(!isSafe, "\(seed) \(distance): \(least.approximation)")
        case .unknown: Issue.record("\(seed) \(distance) is open: \(verdict.bound ?? .nan)")
        }
      }
    }
  }

  /// A network of one or two hidden layers of two to six neurons.
  private static func network(
    using random: inout RandomSource
  ) throws -> (ExactPlane, Network) {
    let widths =
      [2]
      + (0..<Int.random(in: 1...2, using: &random)).map { _ in
        Int.random(in: 2...6, using: &random)
      } + [1]
    var (dense, layers) = ([ExactPlane.Dense](), [any Layer]())
    for (from, to) in zip(widths, widths.dropFirst()) {
      let weight = Tensor.uniform([to, from], in: -1.5...1.5, using: &random)
      let bias = Tensor.uniform([to], in: -0.5...0.5, using: &random)
      if !layers.isEmpty { layers.append(ReLU()) }
      layers.append(Linear(weight: weight, bias: bias))
      dense.append(
        .init(weights: weight.scalars.split(by: from), biases: bias.scalars))
    }
    return (ExactPlane(dense), try Network(input: [2], layers))
  }

  private static func box(using random: inout RandomSource) -> (lower: [Float], upper: [Float]) {
    let lower = (0..<2).map { _ in random.uniform() * 2 - 1.5 }
    return (lower, lower.map { $0 + random.uniform() })
  }
}
