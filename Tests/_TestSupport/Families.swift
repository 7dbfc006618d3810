import Bounds
import Networks
import Relaxations
import Tensors

/// The networks, sets and methods that the laws run over.
package enum Families {
  /// Each architecture family on the smallest images it takes, so that all ReLU states occur:
  /// weights are scaled up, which leaves many ReLUs undecided.
  package struct Member: Sendable, CustomStringConvertible {
    package let architecture: Architecture
    package let input: [Int]
    package let normalized: Bool
    package let gain: Float
    /// So large that full CROWN takes seconds: laws run it with one slope for each set.
    package let isLarge: Bool

    package init(
      architecture: Architecture, input: [Int], normalized: Bool = false, gain: Float = 1.5,
      isLarge: Bool = false
    ) {
      (self.architecture, self.input, self.normalized) = (architecture, input, normalized)
      (self.gain, self.isLarge) = (gain, isLarge)
    }

    package var description: String {
      "\(architecture) on \(input)\(normalized ? " normalised" : "")"
    }

    package func network(seed: UInt64 = 0) throws -> Network {
      let channels = input[2]
      let normalization = Normalization(
        mean: Tensor(shape: [channels], (0..<channels).map { 0.3 + 0.1 * Float($0) }),
        standardDeviation: Tensor(shape: [channels], (0..<channels).map { 0.5 + 0.2 * Float($0) }))
      let network = try architecture.network(
        input: input, classes: 4, seed: seed, normalization: normalized ? normalization : nil)
      return network.withParameters(network.parameters.map { ($0.value * gain).detached })
    }
  }

  package static let members: [Member] = [
    Member(architecture: .mlp(hidden: [24, 16]), input: [5, 5, 1]),
    Member(architecture: .mlp(hidden: [12]), input: [4, 4, 3], normalized: true),
    Member(architecture: .cnn2Layer(width: 1, hidden: 16), input: [12, 12, 1]),
    Member(architecture: .cnn2Layer(width: 1, hidden: 16), input: [10, 10, 3], normalized: true),
    Member(architecture: .cnn3Layer(kernel: 3, width: 1, hidden: 16), input: [12, 12, 1]),
    Member(architecture: .cnn3Layer(kernel: 5, width: 1, hidden: 8), input: [13, 13, 2]),
    Member(architecture: .cnn4Layer(width: 1, hidden: 16), input: [9, 9, 1]),
    Member(architecture: .dmSmall, input: [11, 11, 1]),
    Member(architecture: .dmMedium, input: [16, 16, 1], gain: 1.2, isLarge: true),
    Member(
      architecture: .dmLarge, input: [6, 6, 3], normalized: true, gain: 1.1, isLarge: true),
  ]

  package static let sets: [Perturbation] = [
    .linf(epsilon: 0.05, within: 0...1), .linf(epsilon: 0.03), .l2(epsilon: 0.3),
    .l1(epsilon: 0.8),
  ]

  /// The members whose bounds are quick.
  package static let small = members.filter { !$0.isLarge }

  package static let methods: [BoundMethod] =
    [.interval]
    + ReLUSlope.allCases.flatMap { [.crownIBP(slope: $0), .crown(slope: $0)] }
    + [.alphaCROWN(iterations: 3)]

  /// Every method for a small network; for a large one full CROWN has another slope on each set,
  /// and its optimisation is left out.
  package static func methods(for member: Member, on set: Perturbation) -> [BoundMethod] {
    guard member.isLarge else { return methods }
    let slope = ReLUSlope.allCases[sets.firstIndex(of: set)!]
    return methods.filter { method in
      switch method {
      case .crown(let other): other == slope
      case .alphaCROWN, .complete: false
      case .interval, .crownIBP: true
      }
    }
  }

  /// Images in [0, 1], some pixels at the ends of the domain.
  package static func images(_ count: Int, _ input: [Int], seed: UInt64) -> Tensor {
    var random = RandomSource(seed: seed)
    return Tensor.uniform([count] + input, in: -0.2...1.2, using: &random)
      .clamped(
        lower: .zeros([count] + input), upper: Tensor(shape: [count] + input, repeating: 1))
  }
}
