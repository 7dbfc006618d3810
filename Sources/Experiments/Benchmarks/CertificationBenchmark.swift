import Bounds
import Datasets
import Networks
import TensorBenchmarks
import Tensors
import Verification

/// A measurement of how fast examples are certified by one method, in the way in which
/// ``Networks/Network`` certifies them for a report: in groups, on all threads.
///
/// Examples that the network answers wrongly need no bounds and do not count as certified work.
package struct CertificationBenchmark: Sendable {
  /// The network whose margins are bounded.
  package let network: Network
  /// The set around each image that is certified.
  package let perturbation: Perturbation

  /// Creates the measurement of a network and a perturbation set.
  package init(_ network: Network, _ perturbation: Perturbation) {
    self.network = network
    self.perturbation = perturbation
  }

  /// Returns the number of correctly answered images that are bounded in a second.
  ///
  /// The first images are certified once before the clock runs, so that memory and kernels are
  /// prepared.
  ///
  /// - Parameters:
  ///   - data: The images; they should be many more than the threads.
  ///   - method: The method that bounds the margins.
  /// - Throws: ``Bounds/BoundsError`` for a network that cannot be bounded.
  package func imagesPerSecond(_ data: LabeledImages, by method: BoundMethod) throws -> Double {
    let first = min(2 * Threads.count * method.examplesAtOnce, data.count)
    _ = try network.certify(data[0..<first], against: perturbation, by: [method])
    var bounded = 0
    let time = try seconds {
      let verdicts = try network.certify(data, against: perturbation, by: [method]).verdicts
      bounded = verdicts.count { $0.prediction == $0.label }
    }
    return Double(bounded) / time
  }
}
