import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// An image's neurons are bounded by squares of positions, of about 32 neurons each, where such a
/// square depends on at most half of the network.
@Suite struct TilingLaws {
  /// Two convolutions of four channels that keep the image's size; the value is the second's.
  private static func tiling(side: Int, neurons: [Int]) throws -> ImageTiling? {
    var random = RandomSource(seed: 2)
    let network = try Network(
      input: [side, side, 1],
      [
        Convolution(from: 1, to: 4, kernel: 3, padding: 1, using: &random), ReLU(),
        Convolution(from: 4, to: 4, kernel: 3, padding: 1, using: &random), ReLU(),
        Flatten(), Linear(from: 4 * side * side, to: 2, using: &random),
      ])
    let images = Families.images(1, network.inputShape, seed: 3)
    let bounds = try BoundedNetwork(network, arithmetic: .real).bounding(
      over: Perturbation.linf(epsilon: 0.1).region(around: images, in: .real))
    return ImageTiling(bounds, value: 3, shape: [side, side, 4], neurons: neurons)
  }

  /// The number of neurons in each tile, in order.
  private static func sizes(side: Int, neurons: [Int]) throws -> [Int]? {
    try tiling(side: side, neurons: neurons)?.tiles.map(\.neurons.count)
  }

  @Test func squaresHoldAboutThirtyTwoNeurons() throws {
    // All four of a position: squares of 3 × 3, the last of a row or column 2 wide.
    let all = try #require(try Self.sizes(side: 20, neurons: Array(0..<1600)))
    #expect(all.count == 49 && all.first == 36 && all[6] == 24 && all.last == 16)
    // One of a position: squares of 6 × 6.
    let one = try #require(try Self.sizes(side: 20, neurons: (0..<400).map { 4 * $0 + 1 }))
    #expect(one.count == 16 && one.first == 36 && one.last == 4)
  }

  @Test func tilesHoldEachNeuronOnce() throws {
    let neurons = (0..<1600).filter { $0 % 7 == 0 }
    let tiling = try #require(try Self.tiling(side: 20, neurons: neurons))
    #expect(tiling.tiles.flatMap(\.neurons).sorted() == neurons)
    for (window, members) in tiling.tiles {
      for neuron in members {
        #expect(window.rows.contains(neuron / 4 / 20) && window.columns.contains(neuron / 4 % 20))
      }
    }
  }

  /// A square of 3 × 3 reads 7 × 7 of the input and 5 × 5 of the values between: of images 8 wide it
  /// is less than half, of images 6 wide more.
  @Test func smallImagesAreTakenWhole() throws {
    #expect(try Self.sizes(side: 8, neurons: Array(0..<256)) != nil)
    #expect(try Self.sizes(side: 6, neurons: Array(0..<144)) == nil)
    #expect(try Self.sizes(side: 20, neurons: []) == nil)
  }
}
