import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// NaN and infinity, wherever they are, never end in a finite positive bound that is not true.
@Suite struct BrokenNumberLaws {
  /// Perceptrons and a convolutional network, plain and normalised.
  private static let members = [0, 1, 3].map { Families.members[$0] }

  /// The first, a middle and the last scalar of every parameter and constant in turn. Margins are
  /// offset so far that every sound bound is positive. A minus infinity that a ReLU cuts off leaves
  /// finite logits, and a bound that holds for them, at the centre at least, is no lie.
  @Test(arguments: members, [Float.nan, .infinity, -.infinity])
  func inParameters(member: Families.Member, value: Float) throws {
    let network = try member.network()
    let images = Families.images(1, member.input, seed: 1)
    let state = network.stateDict
    for (name, tensor) in state.sorted(by: { $0.key < $1.key }) {
      for position in Set([0, tensor.count / 2, tensor.count - 1]) {
        var scalars = tensor.scalars
        scalars[position] = value
        let broken = try network.replacing(name, by: Tensor(shape: tensor.shape, scalars))
        let logits = broken(images)
        for (set, method) in pairs {
          let bounds = try lowerBounds(
            of: broken, around: images, set, promising(images), by: method)
          for bound in bounds.scalars where bound > 0 && bound.isFinite {
            #expect(logits.isFinite, "\(method) \(set): \(name)[\(position)] = \(value): \(bound)")
          }
        }
      }
    }
  }

  /// An input that is not a number leaves its own example without bounds, and no other.
  @Test(arguments: members, [Float.nan, .infinity, -.infinity])
  func inInputs(member: Families.Member, value: Float) throws {
    let network = try member.network()
    let clean = Families.images(2, member.input, seed: 1)
    let count = member.input.reduce(1, *)
    for position in [0, count / 2, count - 1] {
      var images = clean
      images.modify { $0[position] = value }
      for (set, method) in pairs {
        let bounds = try lowerBounds(
          of: network, around: images, set, promising(images), by: method)
        #expect(
          bounds.scalars.prefix(3).allSatisfy { !($0 > 0 && $0.isFinite) }
            || network(images.rows(0..<1)).isFinite, "\(method) \(set) at \(position)")
        #expect(bounds.rows(1..<2).isFinite)
      }
    }
  }

  /// Weights whose squares vanish in Float32 have a norm all the same.
  @Test(arguments: Families.methods)
  func underflow(method: BoundMethod) throws {
    let small = Tensor(shape: [2, 2], [3e-24, 4e-24, 0, 0])
    let network = try Network(input: [2], [Linear(weight: small, bias: .zeros([2]))])
    let bounds = try lowerBounds(
      of: network, around: .zeros([1, 2]), .l2(epsilon: 1), .margins(of: [0], classes: 2),
      by: method)
    #expect(abs(bounds.scalars[0] / -5e-24 - 1) < 1e-5)
  }

  /// Finite numbers too large for Float32's products.
  @Test(arguments: Families.methods)
  func overflow(method: BoundMethod) throws {
    let member = Families.members[0]
    let network = try member.network()
    let images = Families.images(1, member.input, seed: 1)
    let huge = network.withParameters(
      network.parameters.map { $0.value.shape.count > 1 ? ($0.value * 1e20).detached : $0.value })
    for set in Families.sets {
      let bounds = try lowerBounds(of: huge, around: images, set, promising(images), by: method)
      #expect(bounds.scalars.allSatisfy { !($0 > 0 && $0.isFinite) }, "\(set)")
    }
  }

  /// Preactivations whose ends are finite and whose width is not: a chord over it would be flat.
  @Test(arguments: Families.methods)
  func widthsThatOverflow(method: BoundMethod) throws {
    let network = try Network(
      input: [1],
      [
        Linear(weight: Tensor(shape: [1, 1], [2e38]), bias: Tensor(shape: [1], [0])), ReLU(),
        Linear(weight: Tensor(shape: [2, 1], [0, 1e-37]), bias: Tensor(shape: [2], [10, 0])),
      ])
    // At 1 the margin is 10 − 20.
    let bound = try lowerBounds(
      of: network, around: .zeros([1, 1]), .linf(epsilon: 1), .margins(of: [0], classes: 2),
      by: method
    ).scalar
    #expect(!bound.isFinite || bound < -9.99)
  }

  /// An infinite bound is no bound, and hides no other.
  @Test func infiniteBoundsAreNone() {
    let rows = Tensor(shape: [4, 2], [.infinity, 0.5, 1, .nan, -1, 2, -.infinity, 1])
    let least = rows.minimumOfRows
    #expect(least[0].isNaN && least[1].isNaN && least[2] == -1 && least[3] == -.infinity)
  }

  /// Below ε outside the domain the box is what lies inside; beyond, it is empty and unknown.
  @Test(arguments: Families.methods)
  func inputsOutsideTheDomain(method: BoundMethod) throws {
    let network = try Families.members[0].network()
    let shape = [1] + Families.members[0].input
    let set = Perturbation.linf(epsilon: 0.1, within: 0...1)
    for (pixel, isKnown) in [(1.05, true), (-0.05, true), (1.2, false), (-0.2, false)] {
      var images = Tensor(shape: shape, repeating: 0.5)
      images.modify { $0[3] = Float(pixel) }
      let bounds = try lowerBounds(of: network, around: images, set, promising(images), by: method)
      #expect(bounds.isFinite == isKnown, "pixel \(pixel)")
      #expect(isKnown || bounds.scalars.allSatisfy(\.isNaN), "pixel \(pixel)")
    }
  }

  private var pairs: [(Perturbation, BoundMethod)] {
    Families.sets.flatMap { set in Families.methods.map { (set, $0) } }
  }

  private func promising(_ images: Tensor) throws -> Specification {
    let labels = (0..<images.shape[0]).map { $0 % 4 }
    let margins = Specification.margins(of: labels, classes: 4)
    return try Specification(
      rows: margins.rows, offset: Tensor(shape: [labels.count, 3], repeating: 1e3))
  }
}

extension Network {
  /// The network with one tensor replaced, unchecked (``loading(_:)`` refuses what is not finite).
  fileprivate func replacing(_ name: String, by tensor: Tensor) throws -> Network {
    try Network(
      input: inputShape,
      layers: nodes.map { node in
        let layer = node.layer.replacingTensors { "\(node.path).\($0)" == name ? tensor : $1 }
        return (path: node.path, layer: layer as any Layer)
      })
  }
}
