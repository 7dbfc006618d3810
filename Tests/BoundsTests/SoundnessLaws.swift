import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// No input of a perturbation set, sampled or found by an attack, lies below a lower bound.
///
/// The slack for Float32 rounding is 1e-5 of the sizes involved; a wrong sign, slope or border is
/// orders of magnitude larger.
@Suite struct SoundnessLaws {
  @Test(arguments: Families.members, Families.sets)
  func boundsHold(member: Families.Member, set: Perturbation) throws {
    let network = try member.network()
    let images = Families.images(3, member.input, seed: 1)
    let labels = [0, 1, 3]
    let margins = Specification.margins(of: labels, classes: 4)
    let points = adversarialPoints(network, images, labels, set)
    let values = points.map { margins.values(network($0)) }
    for method in Families.methods(for: member, on: set) {
      let lower = try lowerBounds(of: network, around: images, set, margins, by: method)
      #expect(lower.isFinite)
      for value in values {
        let slack = 1e-5 * (1 + value.scalars.map(\.magnitude).max()!)
        let worst = zip(value.scalars, lower.scalars).map { $0 - $1 }.min()!
        #expect(worst >= -slack, "\(method) \(set) on \(member): below by \(-worst)")
      }
    }
  }

  /// Certificates hold for every evaluation in Float32, this package's own among them. What is left
  /// to the difference of two scores is its own rounding.
  @Test(arguments: Families.members, Families.sets)
  func certifiedBoundsHold(member: Families.Member, set: Perturbation) throws {
    let network = try member.network()
    let images = Families.images(3, member.input, seed: 1)
    let labels = [0, 1, 3]
    let margins = Specification.margins(of: labels, classes: 4)
    let values = adversarialPoints(network, images, labels, set).map {
      margins.values(network($0)).scalars
    }
    for method in Families.methods(for: member, on: set) {
      let plain = try lowerBounds(of: network, around: images, set, margins, by: method)
      let lower = try lowerBounds(
        of: network, around: images, set, margins, by: method, arithmetic: .certified)
      #expect(lower.isFinite)
      for value in values {
        for (value, bound) in zip(value, lower.scalars) {
          #expect(value >= bound - value.magnitude * 0x1p-23, "\(method) \(set) on \(member)")
        }
      }
      // It costs little, about a hundredth of the sizes involved, unless intervals are far too wide.
      guard !member.isLarge else { continue }
      let size = 1 + values.joined().reduce(0) { max($0, $1.magnitude) }
      for (a, b) in zip(lower.scalars, plain.scalars) {
        #expect(a >= b - 2e-2 * (size + b.magnitude), "\(method) \(set): \(a) for \(b)")
      }
    }
  }

  @Test(arguments: Families.members)
  func preactivationsLieInTheirIntervals(member: Families.Member) throws {
    let network = try member.network(seed: 3)
    let images = Families.images(member.isLarge ? 1 : 2, member.input, seed: 4)
    let labels = Array([1, 2].prefix(images.shape[0]))
    for set in Families.sets {
      var tight = try BoundedNetwork(network, arithmetic: .real).bounding(
        over: set.region(around: images, in: .real))
      let plain = tight
      tight.tightenPreactivations(slope: .adaptive, rowLimit: 64)
      var best = tight
      if !member.isLarge {
        best.tightenPreactivations(by: SlopeAscent(iterations: 3))
      }
      for point in adversarialPoints(network, images, labels, set).prefix(8) {
        var value = point
        for (index, node) in network.nodes.enumerated() {
          for bounds in [plain, tight, best] where node.layer is ReLU {
            expectInside(value, bounds.regions[index].box, "\(node.path) of \(member), \(set)")
          }
          value = node.layer.forward(value)
        }
      }
    }
  }

  /// A test that the laws above can fail: with ε at seven tenths, they do.
  @Test func tooSmallARadiusIsNoticed() throws {
    let member = Families.members[0]
    let network = try member.network()
    let images = Families.images(3, member.input, seed: 1)
    let labels = [0, 1, 3]
    let margins = Specification.margins(of: labels, classes: 4)
    let set = Perturbation.linf(epsilon: 0.03)
    let lower = try lowerBounds(
      of: network, around: images, set.withEpsilon(0.7 * set.epsilon), margins, by: .crown())
    let broken = adversarialPoints(network, images, labels, set).contains { point in
      zip(margins.values(network(point)).scalars, lower.scalars).contains { $0 < $1 - 1e-4 }
    }
    #expect(broken)
  }

  private func expectInside(_ value: Tensor, _ box: Interval, _ what: String) {
    let slack = 1e-5 * (1 + value.scalars.map(\.magnitude).max()!)
    for (v, (l, u)) in zip(value.scalars, zip(box.lower.scalars, box.upper.scalars)) {
      guard v < l - slack || v > u + slack else { continue }
      Issue.record("\(what): \(v) outside [\(l), \(u)]")
      return
    }
  }
}
