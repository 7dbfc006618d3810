import Networks
import Tensors
import Testing

@testable import RobustTraining

/// Costs are counted, and batches split, by the numbers that were measured for it.
@Suite struct StepPartLaws {
  /// 56 multiply-adds, 23 scalars of outputs, 8 ReLUs and 3 classes.
  private static func small(batchNorm: Bool = false) throws -> Network {
    var random = RandomSource(seed: 0)
    return try Network(
      input: [2, 2, 1],
      [Flatten(), Linear(from: 4, to: 8, using: &random)]
        + (batchNorm ? [BatchNorm(channels: 8)] : [])
        + [ReLU(), Linear(from: 8, to: 3, using: &random)])
  }

  /// An objective with the quantities that it carries through the network, forwards and for the
  /// gradients, and the passes of its attack.
  struct Case: Sendable, CustomTestStringConvertible {
    let objective: Objective
    let carried: Int
    var passes = 0
    var testDescription: String { "\(objective)" }
  }

  private static let attack = TrainingAttack(steps: 7)

  static let cases: [Case] = [
    Case(objective: .natural, carried: 1), Case(objective: .interval(), carried: 2),
    Case(objective: .interval(kappa: .init(from: 1, to: 0.5)), carried: 3),
    Case(objective: .shortWarmup(), carried: 2),
    // A row for each of the two other classes, or one for both.
    Case(objective: .crownIBP(), carried: 4),
    Case(objective: .crownIBP(margins: .fused), carried: 3),
    Case(objective: .crownIBP(beta: .constant(0)), carried: 2),
    // 3 rows and the clean values at the end, and both ends of 8 neurons through half the network.
    Case(objective: .crown(), carried: 12),
    Case(objective: .crown(slope: .same, projections: 5), carried: 9),
    Case(objective: .attacked(.init(.adversarial, attack: attack)), carried: 1, passes: 14),
    Case(objective: .attacked(.init(.trades(weight: 6), attack: attack)), carried: 2, passes: 14),
    Case(
      objective: .attacked(.init(.smallBox(share: 0.4), attack: attack)), carried: 2, passes: 14),
    Case(objective: .attacked(.init(.smallBox(share: 1), attack: attack)), carried: 2),
    Case(
      objective: .attacked(.init(.mixedLosses(alpha: 0.5), attack: attack)), carried: 3, passes: 14),
  ]

  @Test(arguments: cases)
  func costsAreCounted(example: Case) throws {
    let cost = StepCost(try Self.small(), example.objective)
    #expect(cost.flops == Double((3 * example.carried + example.passes) * 2 * 56))
    #expect(cost.bytes == Double(example.carried * 23 * 4))
  }

  /// BatchNorm takes its statistics from the clean values, which natural training carries anyway.
  @Test func statisticsAreCarried() throws {
    for (objective, carried) in [(Objective.natural, 1), (.interval(), 3)] {
      let cost = StepCost(try Self.small(batchNorm: true), objective)
      #expect(cost.bytes == Double(carried * (23 + 8) * 4))
    }
  }

  /// A convolution of few weights and many scalars: 170 parameters, 12,570 scalars.
  private static func thin() throws -> Network {
    var random = RandomSource(seed: 0)
    return try Network(
      input: [28, 28, 1],
      [
        Convolution(from: 1, to: 8, kernel: 3, padding: 1, using: &random), ReLU(),
        AveragePool(kernel: 28), Flatten(), Linear(from: 8, to: 10, using: &random),
      ])
  }

  /// Two matrices whose weights outweigh a small batch.
  private static func wide(_ hidden: Int) throws -> Network {
    var random = RandomSource(seed: 0)
    return try Network(
      input: [28, 28, 1],
      [
        Flatten(), Linear(from: 784, to: hidden, using: &random), ReLU(),
        Linear(from: hidden, to: 10, using: &random),
      ])
  }

  private static func parts(
    _ network: Network, batch: Int, of size: Int? = nil, _ objective: Objective = .interval()
  ) -> Int {
    BatchParts(
      Array(0..<batch)[...], batchSize: size ?? batch, cost: StepCost(network, objective),
      network: network
    ).count
  }

  /// On one thread the count is that of the rule.
  private func onOneThread(_ body: () throws -> Void) rethrows {
    let all = Threads.count
    defer { Threads.use(all) }
    Threads.use(1)
    try body()
  }

  /// By intervals an example takes 100,560 bytes of the thin network: 4 MB hold 39 of them.
  @Test func partsStayNearACore() throws {
    let network = try Self.thin()
    #expect(network.parameterCount == 170)
    #expect(StepCost(network, .interval()).bytes == 100_560)
    onOneThread {
      for (batch, parts) in [
        (1, 1), (2, 2), (79, 2), (80, 4), (159, 4), (160, 8), (256, 8), (1024, 32),
      ] {
        #expect(Self.parts(network, batch: batch) == parts, "\(batch)")
      }
      // The last batch of an epoch is split as the others are, as far as it goes.
      #expect(Self.parts(network, batch: 100, of: 256) == 8)
      #expect(Self.parts(network, batch: 3, of: 256) == 3)
    }
  }

  /// Each part writes all gradients: a parameter wants 6,000 operations of a part.
  @Test func partsAreWorthTheirWeights() throws {
    let network = try Self.wide(1000)
    let each = StepCost(network, .interval()).flops / Double(network.parameterCount)
    #expect(abs(each - 12) < 0.02)
    onOneThread {
      for (batch, parts) in [(256, 2), (1000, 2), (1010, 4), (2000, 4), (2010, 8)] {
        #expect(Self.parts(network, batch: batch) == parts, "\(batch)")
      }
    }
  }

  /// Over two million weights a batch of less than some thousand examples stays whole.
  @Test func heavyNetworksStayWhole() throws {
    let (light, heavy) = (try Self.wide(2_400), try Self.wide(2_600))
    #expect(light.parameterCount < 2_000_000 && heavy.parameterCount > 2_000_000)
    onOneThread {
      #expect(Self.parts(light, batch: 256) == 2 && Self.parts(heavy, batch: 256) == 1)
      #expect(Self.parts(heavy, batch: 990) == 1 && Self.parts(heavy, batch: 1010) == 4)
    }
    #expect(Self.parts(try Self.small(batchNorm: true), batch: 256) == 1)
  }

  /// A thread has a part at least, and the parts are the batch.
  @Test func partsAreTheBatch() throws {
    let all = Threads.count
    defer { Threads.use(all) }
    let network = try Self.small()
    for threads in [1, 2, 3, 8] {
      Threads.use(threads)
      for count in [1, 2, 7, 250] {
        let parts = BatchParts(
          Array(10..<10 + count)[...], batchSize: 250, cost: StepCost(network, .interval()),
          network: network)
        #expect(parts.count == min(max(2, threads), count))
        #expect((0..<parts.count).flatMap { parts[$0] } == Array(10..<10 + count))
        let weights = (0..<parts.count).map { parts.weight(of: $0) }
        #expect(abs(weights.reduce(0, +) - 1) < 1e-6)
        for (part, weight) in weights.enumerated() {
          #expect(weight == Float(parts[part].count) / Float(count))
        }
      }
    }
  }
}
