import COneDNN

/// What the machine reaches on the two things that all else is made of.
public enum MachineRates {
  /// Flops of one matrix product of ``secondsOfMatrixProduct()``.
  public static let matrixFlops = 2.0 * 2048 * 2048 * 2048

  /// The version of oneDNN in use, such as 2.6.3.
  public static var libraryVersion: String {
    let version = Int(conednn_version())
    return "\(version / 10000).\(version / 100 % 100).\(version % 100)"
  }

  private static let matrix = Tensor(shape: [2048, 2048], repeating: 0.5)
  private static let block = Tensor(shape: [1 << 25], repeating: 0.5)

  /// Seconds of a product of two 2048 × 2048 matrices, on all threads in use.
  public static func secondsOfMatrixProduct() -> Double {
    seconds { _ = matrixProduct(matrix, matrix) }
  }

  /// Bytes read and written per second where a tensor of 128 MB is scaled into another.
  public static func copyRate() -> Double {
    let times = (0..<5).map { _ in seconds { _ = block * 2 } }
    return 2 * Double(block.count * MemoryLayout<Float>.stride) / times.min()!
  }
}

/// Seconds that `body` takes.
public func seconds<E: Error>(_ body: () throws(E) -> Void) throws(E) -> Double {
  let start = ContinuousClock.now
  try body()
  return start.duration(to: .now) / .seconds(1)
}

/// The middle one of some values; of an even number, the upper of the two.
public func median(_ values: [Double]) -> Double {
  precondition(!values.isEmpty, "the median of nothing")
  return values.sorted()[values.count / 2]
}
