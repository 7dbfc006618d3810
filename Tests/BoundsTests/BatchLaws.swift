import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds
@testable import Relaxations

/// How the examples, rows and chunks of a computation relate.
@Suite struct BatchLaws {
  @Test(arguments: Families.members.prefix(5), Families.methods)
  func batchEqualsOneByOne(member: Families.Member, method: BoundMethod) throws {
    let network = try member.network()
    let images = Families.images(4, member.input, seed: 5)
    let labels = [0, 1, 2, 3]
    for set in Families.sets {
      let together = try lowerBounds(
        of: network, around: images, set, .margins(of: labels, classes: 4), by: method)
      for (index, label) in labels.enumerated() {
        let alone = try lowerBounds(
          of: network, around: images.rows(index..<index + 1), set,
          .margins(of: [label], classes: 4), by: method)
        expectClose(
          alone, together.rows(index..<index + 1), relative: 1e-4, absolute: 1e-4,
          "\(method) \(set)")
      }
    }
  }

  @Test(arguments: Families.members.prefix(5), Families.methods)
  func chunksEqualTheWhole(member: Families.Member, method: BoundMethod) throws {
    let network = try member.network()
    let images = Families.images(2, member.input, seed: 6)
    let margins = Specification.margins(of: [0, 1], classes: 4)
    for set in Families.sets {
      let whole = try lowerBounds(of: network, around: images, set, margins, by: method)
      let chunked = try lowerBounds(
        of: network, around: images, set, margins, by: method, memoryBudget: 1)
      expectClose(chunked, whole, relative: 1e-4, absolute: 1e-4, "\(method) \(set)")
    }
  }

  @Test(arguments: Families.methods)
  func specifications(method: BoundMethod) throws {
    let member = Families.members[2]
    let network = try member.network()
    let images = Families.images(3, member.input, seed: 7)
    let set = Perturbation.linf(epsilon: 0.05)
    var random = RandomSource(seed: 8)
    let shared = Tensor.uniform([1, 5, 4], in: -1...1, using: &random)
    let each = Tensor.concatenated([shared, shared, shared])
    let a = try lowerBounds(
      of: network, around: images, set, Specification(rows: shared), by: method)
    let b = try lowerBounds(of: network, around: images, set, Specification(rows: each), by: method)
    expectClose(a, b, relative: 1e-5, absolute: 1e-5, "shared rows")
    let offset = Tensor.uniform([3, 5], in: -1...1, using: &random)
    let c = try lowerBounds(
      of: network, around: images, set, Specification(rows: each, offset: offset), by: method)
    expectClose(c, b + offset, relative: 1e-5, absolute: 1e-5, "offset")
  }

  @Test(arguments: Families.methods)
  func withoutPerturbationBoundsAreTheMargins(method: BoundMethod) throws {
    for member in Families.members {
      let network = try member.network()
      let images = Families.images(2, member.input, seed: 10)
      let margins = Specification.margins(of: [0, 1], classes: 4)
      let bounds = try lowerBounds(
        of: network, around: images, .linf(epsilon: 0), margins, by: method)
      let values = margins.values(network(images))
      expectClose(bounds, values, relative: 1e-4, absolute: 1e-4, "\(method) on \(member)")
    }
  }

  /// Interval bounds are monotone in the input set; with ℓ1 ⊂ ℓ2 ⊂ ℓ∞ balls of one ε.
  @Test(arguments: Families.members)
  func intervalBoundsAreMonotone(member: Families.Member) throws {
    let network = try member.network()
    let images = Families.images(2, member.input, seed: 11)
    let margins = Specification.margins(of: [0, 1], classes: 4)
    let growing: [Perturbation] = [
      .linf(epsilon: 0), .l1(epsilon: 0.1), .l2(epsilon: 0.1), .linf(epsilon: 0.1),
      .linf(epsilon: 0.2),
    ]
    let bounds = try growing.map {
      try lowerBounds(of: network, around: images, $0, margins, by: .interval)
    }
    for (larger, smaller) in zip(bounds.dropFirst(), bounds) {
      expectNowhereBelow(smaller, larger, relative: 1e-5, "\(member)")
    }
    let clipped = try lowerBounds(
      of: network, around: images, .linf(epsilon: 0.1, within: 0...1), margins, by: .interval)
    expectNowhereBelow(clipped, bounds[3], relative: 1e-5, "clipped \(member)")
  }

  /// With one hidden layer there is nothing for full CROWN to refine.
  @Test(arguments: ReLUSlope.allCases)
  func oneHiddenLayer(slope: ReLUSlope) throws {
    let member = Families.members[1]
    let network = try member.network()
    let images = Families.images(2, member.input, seed: 12)
    let margins = Specification.margins(of: [0, 1], classes: 4)
    for set in Families.sets {
      let one = try lowerBounds(
        of: network, around: images, set, margins, by: .crownIBP(slope: slope))
      let all = try lowerBounds(of: network, around: images, set, margins, by: .crown(slope: slope))
      #expect(one == all)
    }
  }
}
