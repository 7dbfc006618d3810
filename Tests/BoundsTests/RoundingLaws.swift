import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// What rounding adds to bounds in real arithmetic, and that certificates account for it, on a network
/// whose least values are known.
@Suite struct RoundingLaws {
  /// One row of an affine network, where the exact least value is a sum of products that Double holds
  /// without error.
  private func excesses(_ arithmetic: Arithmetic) throws -> [Double] {
    var random = RandomSource(seed: 11)
    let network = try Network(input: [300], [Linear(from: 300, to: 8, using: &random)])
    let layer = try #require(network.nodes[0].layer as? Linear)
    let image = Tensor.uniform([1, 300], in: 0...1, using: &random)
    let epsilon: Float = 0.05
    let units = Tensor(shape: [1, 8, 8], (0..<64).map { $0 % 9 == 0 ? 1 : 0 })
    let bounds = try lowerBounds(
      of: network, around: image, .linf(epsilon: epsilon), Specification(rows: units),
      by: .interval, arithmetic: arithmetic)
    let (weight, bias, x) = (layer.weight.scalars, layer.bias.scalars, image.scalars)
    return (0..<8).map { row in
      let exact = (0..<300).reduce(Double(bias[row])) { sum, i in
        let w = Double(weight[row * 300 + i])
        return sum + w * Double(x[i]) - abs(w) * Double(epsilon)
      }
      return Double(bounds.scalars[row]) - exact
    }
  }

  @Test func roundingIsSmall() throws {
    for excess in try excesses(.real) { #expect(abs(excess) < 1e-5) }
  }

  @Test(arguments: Guarantee.allCases)
  func certificatesHold(guarantee: Guarantee) throws {
    for excess in try excesses(.outward(guarantee)) { #expect(excess <= 0 && excess > -2e-3) }
  }
}
