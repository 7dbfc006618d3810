import COneDNN
import Tensors

/// What the machine reaches on the two things that all else is made of: products and copies.
///
/// Rates are measured right beside the kernels that are compared with them, since they change with
/// whatever else the machine does.
package enum MachineRates {
  /// The flops of one matrix product of ``secondsOfMatrixProduct()``, a multiply-add as two.
  package static let matrixFlops = 2.0 * 2048 * 2048 * 2048

  /// The version of oneDNN in use, such as 2.6.3.
  package static var libraryVersion: String {
    let version = Int(conednn_version())
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
  }

  /// A matrix large enough for the product to be limited by arithmetic.
  private static let matrix = Tensor(shape: [2048, 2048], repeating: 0.5)
  /// 128 MB, more than caches hold.
  private static let block = Tensor(shape: [1 << 25], repeating: 0.5)

  /// Returns the seconds of one product of two 2048 × 2048 matrices, on all threads in use.
  package static func secondsOfMatrixProduct() -> Double {
    seconds { _ = matrixProduct(matrix, matrix) }
  }

  /// Returns the bytes read and written per second where a tensor of 128 MB is scaled into another:
  /// the best of five times.
  package static func copyRate() -> Double {
    let times = (0..<5).map { _ in seconds { _ = block * 2 } }
    return 2 * Double(block.count * MemoryLayout<Float>.stride) / times.min()!
  }
}
