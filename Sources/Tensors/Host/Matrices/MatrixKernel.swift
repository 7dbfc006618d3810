import COneDNN
import CThreads

/// Matrix products by oneDNN's sgemm. Operands are viewed as matrices whose columns are their last
/// axis; a product of an image batch with a matrix is thus one product over all pixels.
///
/// oneDNN may split the inner sum among threads, so last bits can depend on their number outside
/// lanes.
enum MatrixKernel {
  /// Returns op(a) · op(b), with a and b seen as `rows × columns` before op, plus a row. The row is
  /// written to the result first, and the product added to it.
  static func product(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool = false, transposeB: Bool = false,
    plusRow bias: DeviceArray? = nil
  ) -> DeviceArray {
    let size = Extents(a, b, transposeA, transposeB)
    let out = result([size.rows, size.columns])
    if let bias {
      fillRows(out.pointer, size.rows, size.columns, with: bias)
    } else if size.inner == 0 {  // an empty sum; oneDNN would leave the memory as it is
      out.pointer.update(repeating: 0, count: size.rows * size.columns)
    }
    multiply(a, b, transposeA, transposeB, size, beta: bias == nil ? 0 : 1, out.pointer)
    return out.array
  }

  /// Adds op(a) · op(b) to `sum`, in place.
  static func addProduct(
    _ a: DeviceArray, _ b: DeviceArray, transposeA: Bool = false, transposeB: Bool = false,
    to sum: inout DeviceArray
  ) {
    let size = Extents(a, b, transposeA, transposeB)
    precondition(sum.count == size.rows * size.columns, "product added to shape \(sum.shape)")
    multiply(a, b, transposeA, transposeB, size, beta: 1, sum.ownPointer())
    keepAlive(sum)
  }

  /// The extents of a product: [rows, inner] · [inner, columns].
  private struct Extents {
    let rows, inner, columns: Int

    /// Reads the extents off the operands; it traps where the inner ones differ.
    init(_ a: DeviceArray, _ b: DeviceArray, _ transposeA: Bool, _ transposeB: Bool) {
      let (aRows, aColumns) = matrixExtents(a)
      let (bRows, bColumns) = matrixExtents(b)
      (rows, inner) = transposeA ? (aColumns, aRows) : (aRows, aColumns)
      columns = transposeB ? bRows : bColumns
      precondition(
        inner == (transposeB ? bColumns : bRows), "matrix product of \(a.shape) and \(b.shape)")
    }
  }

  /// Writes β · out + op(a) · op(b) to `out`, and nothing where a product is empty: oneDNN would
  /// leave the memory as it is, too.
  ///
  /// - Parameter beta: 0 where `out` is undefined, 1 to add to it.
  private static func multiply(
    _ a: DeviceArray, _ b: DeviceArray, _ transposeA: Bool, _ transposeB: Bool, _ size: Extents,
    beta: Float,
    _ out: UnsafeMutablePointer<Float>
  ) {
    guard size.rows > 0, size.columns > 0, size.inner > 0 else { return }
    ct_keep_freed_memory()  // oneDNN takes working memory from malloc on every product
    let failure = conednn_sgemm(
      transposeA ? Self.transposed : Self.plain, transposeB ? Self.transposed : Self.plain,
      Int64(size.rows), Int64(size.columns), Int64(size.inner), 1, a.pointer,
      Int64(matrixExtents(a).columns), b.pointer, Int64(matrixExtents(b).columns), beta, out,
      Int64(size.columns))
    if let failure { fatalError(String(cString: failure)) }
    keepAlive(a, b)
  }

  /// Returns the sums of the columns of a matrix, as a product with a row of ones: [rows, columns]
  /// → [columns]. An array without axes is a matrix of one scalar.
  static func columnSums(_ a: DeviceArray) -> DeviceArray {
    let ones = Host.array(shape: [1, matrixExtents(a).rows], repeating: 1)
    return product(ones, a).viewed(as: [matrixExtents(a).columns])
  }

  /// oneDNN's letter for an operand as it is.
  private static let plain = CChar(UInt8(ascii: "N"))
  /// oneDNN's letter for a transposed operand.
  private static let transposed = CChar(UInt8(ascii: "T"))

  /// Returns the extents of an array as a matrix: all axes but the last are rows.
  static func matrixExtents(_ a: DeviceArray) -> (rows: Int, columns: Int) {
    let columns = a.shape.last ?? 1
    return (a.shape.dropLast().reduce(1, *), columns)
  }

  /// Writes the same row to every row of a result, which a product then adds to.
  private static func fillRows(
    _ out: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, with row: DeviceArray
  ) {
    precondition(row.count == columns, "bias of \(row.count) for \(columns) columns")
    let source = row.pointer
    parallelRanges(rows, work: rows * columns) { range in
      for r in range { (out + r * columns).update(from: source, count: columns) }
    }
    keepAlive(row)
  }
}
