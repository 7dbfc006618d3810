import COneDNN
import Tensors

/// What the machine reaches on the two things that all else is made of.
package enum MachineRates {
  /// Flops of one matrix product of ``secondsOfMatrixProduct()``.
  package static let matrixFlops = 2.0 * 2048 * 2048 * 2048

  /// The version of oneDNN in use, such as 2.6.3.
  package static var libraryVersion: String {
    let version = Int(conednn_version())
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
  }

  private static let matrix = Tensor(shape: [2048, 2048], repeating: 0.5)
  private static let block = Tensor(shape: [1 << 25], repeating: 0.5)

  /// Seconds of a product of two 2048 × 2048 matrices, on all threads in use.
  package static func secondsOfMatrixProduct() -> Double {
    seconds { _ = matrixProduct(matrix, matrix) }
  }

  /// Bytes read and written per second where a tensor of 128 MB is scaled into another.
  package static func copyRate() -> Double {
    let times = (0..<5).map { _ in seconds { _ = block * 2 } }
    return 2 * Double(block.count * MemoryLayout<Float>.stride) / times.min()!
  }
}
