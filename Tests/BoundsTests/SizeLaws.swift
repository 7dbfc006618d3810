import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds

enum SmallNetworks {
  /// max(x, 0) of one number.
  static func oneReLU() throws -> Network {
    let unit = Linear(weight: Tensor(shape: [1, 1], [1]), bias: .zeros([1]))
    return try Network(input: [1], [unit, ReLU(), unit])
  }
}

/// Batches and specifications of no rows, and networks that begin or end unusually.
@Suite struct SizeLaws {
  @Test(arguments: Families.members.prefix(7), Families.methods)
  func emptyBatches(member: Families.Member, method: BoundMethod) throws {
    let network = try member.network()
    for set in Families.sets {
      let bounds = try lowerBounds(
        of: network, around: .zeros([0] + member.input), set, .margins(of: [], classes: 4),
        by: method)
      #expect(bounds.shape == [0, 3])
    }
  }

  /// Layers with several inputs, and none at all.
  @Test(arguments: Families.methods)
  func emptyBatchesOfGraphs(method: BoundMethod) throws {
    var random = RandomSource(seed: 6)
    let joined = try Network(
      input: [4],
      graph: [
        ("relu", ReLU(), [0]), ("both", Concatenation(), [0, 1]), ("again", ReLU(), [2]),
        ("end", Linear(from: 8, to: 4, using: &random), [3]),
      ])
    for network in [joined, try Network(input: [4], [])] {
      for set in Families.sets {
        for count in [0, 2] {
          let bounds = try lowerBounds(
            of: network, around: .zeros([count, 4]), set,
            .margins(of: Array(repeating: 1, count: count), classes: 4), by: method)
          #expect(bounds.shape == [count, 3])
        }
      }
    }
  }

  @Test(arguments: Families.methods)
  func emptySpecifications(method: BoundMethod) throws {
    let member = Families.members[2]
    let images = Families.images(2, member.input, seed: 1)
    for set in Families.sets {
      let bounds = try lowerBounds(
        of: try member.network(), around: images, set, Specification(rows: .zeros([2, 0, 4])),
        by: method)
      #expect(bounds.shape == [2, 0])
    }
  }

  /// Margins are nothing but their rows.
  @Test(arguments: Families.methods)
  func marginsAreRows(method: BoundMethod) throws {
    let member = Families.members[3]
    let images = Families.images(2, member.input, seed: 1)
    var rows: [Float] = []
    for label in [2, 0] {
      for other in 0..<4 where other != label {
        rows += (0..<4).map { $0 == label ? 1 : ($0 == other ? -1 : 0) }
      }
    }
    let network = try member.network()
    for set in Families.sets {
      let margins = try lowerBounds(
        of: network, around: images, set, .margins(of: [2, 0], classes: 4), by: method)
      let general = try lowerBounds(
        of: network, around: images, set, Specification(rows: Tensor(shape: [2, 3, 4], rows)),
        by: method)
      #expect(margins == general)
    }
  }

  /// A ReLU first (behind no affine layer) and last (nothing to fold a specification into): bounds
  /// are those of the network with identity layers there.
  @Test(arguments: Families.methods)
  func reluFirstAndLast(method: BoundMethod) throws {
    var random = RandomSource(seed: 2)
    let inner = Linear(
      weight: .normal([4, 6], standardDeviation: 0.6, using: &random), bias: .zeros([4]))
    let bare = try Network(input: [6], [ReLU(), inner, ReLU()])
    let padded = try Network(
      input: [6], [identity(6), ReLU(), inner, ReLU(), identity(4)])
    let images = Tensor.normal([3, 6], standardDeviation: 0.4, using: &random)
    let margins = Specification.margins(of: [0, 1, 2], classes: 4)
    for set in Families.sets.dropFirst() {
      let first = try lowerBounds(of: bare, around: images, set, margins, by: method)
      let second = try lowerBounds(of: padded, around: images, set, margins, by: method)
      expectClose(first, second, relative: 1e-5, absolute: 1e-5, "\(method) \(set)")
    }
  }

  private func identity(_ n: Int) -> Linear {
    Linear(
      weight: Tensor(shape: [n, n], (0..<n * n).map { $0 % (n + 1) == 0 ? 1 : 0 }),
      bias: .zeros([n]))
  }

  /// The set [−1, 1.5] of one ReLU: CROWN's adaptive bound −1 is below the interval bound 0, so the
  /// one method is not always inside the other.
  @Test func linearBoundsCanBeLooserThanIntervals() throws {
    let network = try SmallNetworks.oneReLU()
    let center = Tensor(shape: [1, 1], [0.25])
    let row = try Specification(rows: Tensor(shape: [1, 1, 1], [1]))
    func bound(_ method: BoundMethod) throws -> Float {
      try lowerBounds(of: network, around: center, .linf(epsilon: 1.25), row, by: method).scalar
    }
    #expect(try bound(.interval) == 0)
    #expect(try bound(.crownIBP()) == -1)
    #expect(try bound(.crownIBP(slope: .zero)) == 0)
    #expect(try bound(.alphaCROWN()) == 0)
  }
}
