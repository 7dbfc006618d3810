import Bounds
import Formats
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

@testable import Verification

/// What is said of a property is so: of small networks, sampled densely.
@Suite struct VerificationLaws {
  static let methods: [BoundMethod] = [.interval, .crownIBP(), .crown()]

  static func network(_ input: [Int] = [2], outputs: Int = 3, seed: UInt64 = 0) throws -> Network {
    var random = RandomSource(seed: seed)
    let size = input.reduce(1, *)
    let layers: [any Layer] =
      (input.count == 3 ? [Flatten()] : []) + [
        Linear(from: size, to: 12, using: &random), ReLU(),
        Linear(from: 12, to: 12, using: &random), ReLU(),
        Linear(from: 12, to: outputs, using: &random),
      ]
    let network = try Network(input: input, layers)
    return network.withParameters(network.parameters.map { ($0.value * 1.5).detached })
  }

  static func output(_ output: Int, atMost bound: Double) -> OutputConstraint {
    OutputConstraint(terms: [.init(output: output, coefficient: 1)], bound: bound)
  }

  /// Inputs of a grid over a box of two inputs, with their outputs.
  static func grid(
    _ network: Network, _ part: VNNLIBProperty.Case, steps: Int = 40
  ) -> [[Float]] {
    let points = (0...steps).flatMap { i in
      (0...steps).flatMap { j in
        [i, j].enumerated().map { axis, step in
          let (low, high) = (part.lower[axis], part.upper[axis])
          return Float(min(max(low + (high - low) * Double(step) / Double(steps), low), high))
        }
      }
    }
    let outputs = network(Tensor(shape: [points.count / 2, 2], points)).scalars
    return stride(from: 0, to: outputs.count, by: network.classes).map {
      Array(outputs[$0..<$0 + network.classes])
    }
  }

  /// A bound below the certified minimum is unsat, one above a sampled value sat; the word never
  /// contradicts what is known in between.
  @Test(arguments: 0..<6)
  func wordsFollowTheThreshold(seed: Int) throws {
    let network = try Self.network(seed: UInt64(seed))
    func property(_ bound: Double) -> VNNLIBProperty {
      VNNLIBProperty(
        inputs: 2, outputs: 3,
        cases: [
          .init(
            lower: [-0.3, 0.1], upper: [0.4, 0.6], constraints: [Self.output(1, atMost: bound)])
        ])
    }
    let least = Double(Self.grid(network, property(0).cases[0]).map { $0[1] }.min()!)
    for method in Self.methods {
      let bound = try #require(try network.verify(property(0), by: [method]).bound)
      #expect(bound <= least + 1e-5)
      let below = try network.verify(property(bound - 1e-4), by: [method])
      #expect(below.answer == .unsat && below.refuted == 1 && below.method == method)
      #expect(abs(below.bound! - 1e-4) < 1e-5)
      let between = try network.verify(property(bound + 0.1 * (least - bound)), by: [method])
      if least - bound > 0.1 { #expect(between.answer == .unknown && between.refuted == 0) }
      guard case .sat = try network.verify(property(least + 1e-3), by: [method]).answer else {
        Issue.record("no counterexample by \(method)")
        return
      }
    }
  }

  /// A counterexample at a corner lies in the box as the file writes it.
  @Test func counterexamplesLieInTheBox() throws {
    let network = try Network(
      input: [1], [Linear(weight: Tensor(shape: [1, 1], [1]), bias: Tensor(shape: [1], [0]))])
    for (low, high) in [("0.45", "0.7"), ("0.1", "0.1"), ("-0.3", "0.1")] {
      let text = """
        (declare-const X_0 Real) (declare-const Y_0 Real)
        (assert (>= X_0 \(low))) (assert (<= X_0 \(high)))
        (assert (<= Y_0 \(try #require(Double(low)) + 1e-4)))
        """
      let property = try VNNLIBProperty(data: Data(text.utf8), file: "f")
      guard case .sat(let found) = try network.verify(property, by: [.interval]).answer else {
        Issue.record("no counterexample in \(low)…\(high)")
        continue
      }
      #expect(try found.inputs[0] >= #require(Double(low)), "\(low)")
      #expect(try found.inputs[0] <= #require(Double(high)), "\(high)")
    }
  }

  /// A property whose counterexamples are found at once, and not at all without time.
  @Test func aSpentBudgetEndsTheSearch() throws {
    let network = try Self.network()
    let property = VNNLIBProperty(
      inputs: 2, outputs: 3,
      cases: [.init(lower: [0, 0], upper: [1, 1], constraints: [Self.output(1, atMost: 100)])])
    guard case .sat = try network.verify(property, by: [.interval]).answer else {
      Issue.record("no counterexample")
      return
    }
    let spent = Budget(isStopped: { true })
    #expect(try network.verify(property, by: [.interval], budget: spent).answer == .unknown)
    // A point that descent alone finds is not found where the budget is spent before its steps.
    let search = CounterexampleSearch()
    #expect(search.counterexample(of: network, to: property, in: [0], budget: spent) == nil)
  }

  /// Random cases: none that a grid reaches is refuted, and every counterexample is one.
  @Test func wordsHoldOnAGrid() throws {
    var words: Set<String> = []
    for seed in 0..<100 {
      let network = try Self.network(seed: UInt64(seed % 5))
      let property = Self.randomProperty(seed: UInt64(seed))
      let verdict = try network.verify(property, by: Self.methods)
      let isReached = property.cases.contains { part in
        Self.grid(network, part).contains { outputs in
          part.constraints.allSatisfy {
            $0.excess(of: outputs) < -1e-4 * (1 + $0.magnitude(of: outputs))
          }
        }
      }
      words.insert(verdict.answer.word)
      switch verdict.answer {
      case .unsat: #expect(!isReached && verdict.refuted == property.cases.count, "\(seed)")
      case .sat(let found): expectCounterexample(found, to: property, network)
      // Descent finds what a grid reaches with a margin.
      case .unknown: #expect(!isReached && verdict.refuted < property.cases.count, "\(seed)")
      }
      #expect((verdict.bound ?? 0 > 0) == (verdict.answer == .unsat), "\(seed)")
    }
    #expect(words == ["unsat", "sat", "unknown"])
  }

  private func expectCounterexample(
    _ found: Counterexample, to property: VNNLIBProperty, _ network: Network
  ) {
    let part = property.cases[found.caseIndex]
    for index in found.inputs.indices {
      #expect(part.lower[index] <= found.inputs[index])
      #expect(found.inputs[index] <= part.upper[index])
    }
    let point = Tensor(shape: [1, 2], found.inputs.map { Float($0) })
    #expect(network(point).scalars == found.outputs)
    #expect(part.constraints.allSatisfy { $0.excess(of: found.outputs) < 0 })
  }

  /// One to four cases, some with the same box, with one to three constraints each.
  private static func randomProperty(seed: UInt64) -> VNNLIBProperty {
    var random = RandomSource(seed: seed, purpose: "property")
    func number(_ limit: Float) -> Double { Double((random.uniform() * 2 - 1) * limit) }
    var box = (lower: [0.0, 0], upper: [1.0, 1])
    let cases = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      if Bool.random(using: &random) {
        let center = [number(1), number(1)]
        let radius = [abs(number(0.5)), abs(number(0.5))]
        box = (zip(center, radius).map(-), zip(center, radius).map(+))
      }
      let constraints = (0..<Int.random(in: 1...3, using: &random)).map { _ in
        OutputConstraint(
          terms: [0, 2].map { .init(output: $0, coefficient: number(2)) }, bound: number(1))
      }
      return VNNLIBProperty.Case(lower: box.lower, upper: box.upper, constraints: constraints)
    }
    return VNNLIBProperty(inputs: 2, outputs: 3, cases: cases)
  }

  /// Bounds of a·y − b hold for coefficients that no Float32 has, large ones among them, and are
  /// those of the rounded rows to within Float32.
  @Test func coefficientsAreNotLost() throws {
    let network = try Self.network(seed: 3)
    let part = VNNLIBProperty.Case(lower: [-0.2, 0.3], upper: [0.1, 0.5], constraints: [])
    var random = RandomSource(seed: 4)
    let constraints = (0..<20).map { number in
      let scale = [1e-6, 0.1, 1, 1e6][number % 4]
      return OutputConstraint(
        terms: (0..<3).map {
          .init(output: $0, coefficient: Double(random.normal()) * scale * 1.1)
        },
        bound: Double(random.normal()) * scale * 1.1)
    }
    let values = Self.grid(network, part)
    for method in Self.methods {
      var bounding = BoxBounding(
        try PropertyNetwork(network, arithmetic: .real),
        over: InputBox(of: part, for: network).region)
      let bounds = bounding.lowerBounds(
        of: constraints, by: method, budget: Budget(memory: 1 << 20))
      #expect(bounds.count == 20)
      for (bound, constraint) in zip(bounds, constraints) {
        let least = values.map { $0 }.min { constraint.excess(of: $0) < constraint.excess(of: $1) }!
        let slack = 1e-5 * constraint.magnitude(of: least)
        #expect(bound <= constraint.excess(of: least) + slack)
      }
      let rounded = try lowerBounds(
        of: network, over: InputBox(of: part, for: network).region, Self.rounded(constraints),
        by: method
      ).scalars.map(Double.init)
      for ((bound, near), constraint) in zip(zip(bounds, rounded), constraints) {
        let size = constraint.terms.map { abs($0.coefficient) }.max()! * (1 + Self.largest(values))
        #expect(abs(bound - near) <= 1e-6 * (size + abs(constraint.bound) + abs(near)))
      }
    }
  }

  /// The constraints as rows whose coefficients are the nearest Float32.
  private static func rounded(_ constraints: [OutputConstraint]) throws -> Specification {
    var rows = [Float](repeating: 0, count: constraints.count * 3)
    for (number, constraint) in constraints.enumerated() {
      for term in constraint.terms { rows[number * 3 + term.output] = Float(term.coefficient) }
    }
    return try Specification(
      rows: Tensor(shape: [1, constraints.count, 3], rows),
      offset: Tensor(shape: [1, constraints.count], constraints.map { -Float($0.bound) }))
  }

  private static func largest(_ values: [[Float]]) -> Double {
    Double(values.joined().map(abs).max()!)
  }

  @Test func nothingIsKnownOfBrokenNumbers() throws {
    let part = VNNLIBProperty.Case(
      lower: [0, 0], upper: [1, 1], constraints: [Self.output(0, atMost: -1e9)])
    let all = VNNLIBProperty.Case(lower: [0.5, 0.5], upper: [1, 1], constraints: [])
    let property = VNNLIBProperty(inputs: 2, outputs: 3, cases: [part, all])
    for factor in [Float.infinity, .nan, 1e30] {
      let good = try Self.network()
      let network = good.withParameters(good.parameters.map { ($0.value * factor).detached })
      let verdict = try network.verify(property, by: Self.methods)
      #expect(verdict.answer == .unknown && verdict.refuted == 0 && verdict.bound == nil)
    }
  }

  @Test func sizesAreChecked() throws {
    let network = try Self.network()
    let part = VNNLIBProperty.Case(lower: [0, 0, 0], upper: [1, 1, 1], constraints: [])
    #expect(throws: BoundsError.input("has 3 inputs X, but the network takes 2 [2]")) {
      try network.verify(VNNLIBProperty(inputs: 3, outputs: 3, cases: [part]), by: Self.methods)
    }
    #expect(throws: BoundsError.input("has 4 outputs Y, but the network gives 3")) {
      try network.verify(VNNLIBProperty(inputs: 2, outputs: 4, cases: []), by: Self.methods)
    }
    #expect(throws: BoundsError.specification("no method to verify by")) {
      try network.verify(VNNLIBProperty(inputs: 2, outputs: 3, cases: []), by: [])
    }
    let none = try network.verify(
      VNNLIBProperty(inputs: 2, outputs: 3, cases: []), by: Self.methods)
    #expect(none.answer == .unsat && none.cases == 0 && none.bound == nil)
  }
}
