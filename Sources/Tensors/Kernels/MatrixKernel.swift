import COneDNN

/// Matrix products by oneDNN; operands are viewed as matrices by their last axis or as given.
enum MatrixKernel {
  /// op(a) · op(b), with a and b seen as `rows × columns` before op; `initial` is added to it.
  static func product(
    _ a: Tensor, _ b: Tensor, transposeA: Bool = false, transposeB: Bool = false,
    plusRow bias: Tensor? = nil
  ) -> Tensor {
    let (aRows, aColumns) = matrixExtents(a)
    let (bRows, bColumns) = matrixExtents(b)
    let (rows, inner) = transposeA ? (aColumns, aRows) : (aRows, aColumns)
    let (innerB, columns) = transposeB ? (bColumns, bRows) : (bRows, bColumns)
    precondition(inner == innerB, "matrix product of \(a.shape) and \(b.shape)")
    let out = result([rows, columns])
    if let bias { fillRows(out.pointer, rows, columns, with: bias) }
    if rows == 0 || columns == 0 { return out.tensor }
    if inner == 0 {  // an empty sum; oneDNN would leave the memory as it is
      if bias == nil { out.pointer.update(repeating: 0, count: rows * columns) }
      return out.tensor
    }
    let failure = conednn_sgemm(
      transposeA ? Self.transposed : Self.plain, transposeB ? Self.transposed : Self.plain,
      Int64(rows), Int64(columns), Int64(inner), 1, a.pointer, Int64(aColumns), b.pointer,
      Int64(bColumns), bias == nil ? 0 : 1, out.pointer, Int64(columns))
    if let failure { fatalError(String(cString: failure)) }
    keepAlive(a, b)
    return out.tensor
  }

  /// Sums of the columns of a matrix: [rows, columns] → [columns].
  static func columnSums(_ a: Tensor) -> Tensor {
    let ones = Tensor(shape: [1, matrixExtents(a).rows], repeating: 1)
    return product(ones, a).viewed(as: [matrixExtents(a).columns])
  }

  private static let plain = CChar(UInt8(ascii: "N"))
  private static let transposed = CChar(UInt8(ascii: "T"))

  /// All axes but the last are rows.
  static func matrixExtents(_ a: Tensor) -> (rows: Int, columns: Int) {
    let columns = a.shape.last ?? 1
    return (a.shape.dropLast().reduce(1, *), columns)
  }

  private static func fillRows(
    _ out: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, with row: Tensor
  ) {
    precondition(row.count == columns, "bias of \(row.count) for \(columns) columns")
    let source = row.pointer
    parallelRanges(rows, work: rows * columns) { range in
      for r in range { (out + r * columns).update(from: source, count: columns) }
    }
    keepAlive(row)
  }
}
