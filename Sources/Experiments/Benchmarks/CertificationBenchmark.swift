import Bounds
import Datasets
import Networks
import TensorBenchmarks
import Tensors
import Verification

/// Times the certification of examples by one method, as ``Networks/Network/certify(_:against:by:skipping:budget:observe:)``
/// does it. Wrongly answered examples, which need no bounds, are left out.
package struct CertificationBenchmark: Sendable {
  package let network: Network
  package let perturbation: Perturbation

  package init(_ network: Network, _ perturbation: Perturbation) {
    self.network = network
    self.perturbation = perturbation
  }

  /// Images per second, after some that are not counted.
  ///
  /// - Throws: ``Bounds/BoundsError``.
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
