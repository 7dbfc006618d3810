import COneDNN
import CThreads

/// Matrix products by oneDNN; operands are viewed as matrices by their last axis or as given.
enum MatrixKernel {
  /// op(a) · op(b), with a and b seen as `rows × columns` before op, plus a row.
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

  private struct Extents {
    let rows, inner, columns: Int

    init(_ a: DeviceArray, _ b: DeviceArray, _ transposeA: Bool, _ transposeB: Bool) {
      let (aRows, aColumns) = matrixExtents(a)
      let (bRows, bColumns) = matrixExtents(b)
      (rows, inner) = transposeA ? (aColumns, aRows) : (aRows, aColumns)
      columns = transposeB ? bRows : bColumns
      precondition(
        inner == (transposeB ? bColumns : bRows), "matrix product of \(a.shape) and \(b.shape)")
    }
  }

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

  /// Sums of the columns of a matrix: [rows, columns] → [columns].
  static func columnSums(_ a: DeviceArray) -> DeviceArray {
    let ones = Host.array(shape: [1, matrixExtents(a).rows], repeating: 1)
    return product(ones, a).viewed(as: [matrixExtents(a).columns])
  }

  private static let plain = CChar(UInt8(ascii: "N"))
  private static let transposed = CChar(UInt8(ascii: "T"))

  /// All axes but the last are rows.
  static func matrixExtents(_ a: DeviceArray) -> (rows: Int, columns: Int) {
    let columns = a.shape.last ?? 1
    return (a.shape.dropLast().reduce(1, *), columns)
  }

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
