import Bounds
import Datasets
import Networks
import Tensors
import Verification

/// Times margin bounds of every example by one method, wrongly classified ones included.
public struct CertificationBenchmark: Sendable {
  public let network: Network
  public let perturbation: Perturbation

  public init(_ network: Network, _ perturbation: Perturbation) {
    self.network = network
    self.perturbation = perturbation
  }

  /// Images per second, after some that are not counted.
  ///
  /// Throws ``BoundsError``.
  public func imagesPerSecond(_ data: LabeledImages, by method: BoundMethod) throws -> Double {
    let first = min(2 * Threads.count * method.examplesAtOnce, data.count)
    try bound(data[0..<first], by: method)
    return Double(data.count) / (try seconds { try bound(data, by: method) })
  }

  private func bound(_ data: LabeledImages, by method: BoundMethod) throws {
    for group in ChunkGroups(of: data.count, size: method.examplesAtOnce) {
      _ = try Lanes.map(group.count) { part in
        let batch = data.batch(group[part])
        return try lowerBounds(
          of: network, around: batch.images, perturbation,
          .margins(of: batch.labels, classes: network.classes), by: method,
          memoryBudget: certificationMemory / Threads.count)
      }
    }
  }
}
