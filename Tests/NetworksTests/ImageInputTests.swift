import Networks
import Tensors
import Testing

/// Networks that were made for pixels in another order take images, and answer as before.
@Suite struct ImageInputTests {
  /// 0, 1, 2, … as an image [2, 3, 4].
  private let image = Tensor(shape: [1, 2, 3, 4], (0..<24).map { Float($0) })

  private func weights(_ count: Int) -> Tensor {
    Tensor(shape: [1, count], (0..<count).map { Float($0 * $0) })
  }

  private func sum(_ places: [Int]) -> Float {
    places.enumerated().reduce(0) { $0 + Float($1.offset * $1.offset) * Float($1.element) }
  }

  @Test func vectorsAreChannelsThenRowsThenColumns() throws {
    let linear = Linear(weight: weights(24), bias: .zeros([1]))
    let places = (0..<4).flatMap { c in (0..<6).map { $0 * 4 + c } }
    let plain = try Network(input: [24], [linear])
    let found = try #require(plain.takingImages([2, 3, 4]))
    #expect(found(image).scalars == [sum(places)])
    #expect(found.inputShape == [2, 3, 4])
    // With several readers the pixels are moved.
    let both = try Network(
      input: [24],
      graph: [("a", linear, [0]), ("b", linear, [0]), ("sum", Addition(), [1, 2])])
    let moved = try #require(both.takingImages([2, 3, 4]))
    #expect(moved(image).scalars == [2 * sum(places)])
  }

  /// What counts [H, W, C] itself, and is read as an image of H channels.
  @Test func channelsMayBeLast() throws {
    let network = try Network(
      input: [3, 4, 2],
      [
        Rearrangement.transpose([3, 4, 2], order: [2, 0, 1]),
        Rearrangement.reshape([2, 3, 4], to: [24]), Linear(weight: weights(24), bias: .zeros([1])),
      ])
    let found = try #require(network.takingImages([2, 3, 4]))
    #expect(found(image).scalars == [sum(Array(0..<24))])
    #expect(found.nodes.count == network.nodes.count)
  }

  @Test func otherShapesAreNotTaken() throws {
    let network = try Network(input: [24], [Linear(weight: weights(24), bias: .zeros([1]))])
    #expect(network.takingImages([2, 3, 3]) == nil && network.takingImages([24, 1]) == nil)
  }
}
