import Networks
import Tensors
import Testing

/// Layers that cannot be, and calls that make no sense, stop the program where they are made, in
/// release builds too.
@Suite struct PreconditionTests {
  private static func network() throws -> Network {
    var random = RandomSource(seed: 0)
    return try Network(input: [3], [Linear(from: 3, to: 2, using: &random)])
  }

  @Test func batchesHaveTheInputShape() async {
    await #expect(processExitsWith: .failure) {
      _ = try PreconditionTests.network()(.zeros([1, 4]))
    }
  }

  @Test func parametersKeepTheirShapes() async {
    await #expect(processExitsWith: .failure) {
      _ = try PreconditionTests.network().withParameters([.zeros([3, 2]), .zeros([2])])
    }
  }

  @Test func weightsFitTheirBiases() async {
    await #expect(processExitsWith: .failure) {
      _ = Linear(weight: .zeros([2, 3]), bias: .zeros([3]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Convolution(
        weight: .zeros([2, 3, 3, 3]), bias: .zeros([3]), geometry: ConvolutionGeometry())
    }
    await #expect(processExitsWith: .failure) {
      _ = BatchNorm(
        weight: .zeros([2]), bias: .zeros([2]), runningMean: .zeros([3]),
        runningVariance: .zeros([2]))
    }
  }

  @Test func statisticsOfANormalisationAreOneForEachChannel() async {
    await #expect(processExitsWith: .failure) {
      _ = Normalization(mean: .zeros([3]), standardDeviation: .zeros([1]))
    }
  }

  /// A place beyond the end of one axis would be another place when all axes are counted as one.
  @Test func sourcesLieWithinEachAxis() async {
    await #expect(processExitsWith: .failure) {
      _ = Rearrangement.slice([2, 3], starts: [0, 1], steps: [1, 1], counts: [1, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = Rearrangement(from: [2, 3], to: [1]) { _ in [1, -1] }
    }
    await #expect(processExitsWith: .failure) {
      _ = Rearrangement(from: [2, 3], to: [1]) { _ in [1] }
    }
  }

  @Test func ordersOfAxesHoldEachOnce() async {
    await #expect(processExitsWith: .failure) {
      _ = Rearrangement.transpose([2, 3, 4], order: [0, 0, 1])
    }
  }
}
