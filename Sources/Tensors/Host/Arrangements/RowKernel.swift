/// Copies of rows, which are parts along the first axis, and of rows of stacks of matrices. A row
/// is contiguous, so every copy is one block.
enum RowKernel {
  /// Returns a run of rows, as one block. The range is not checked here.
  static func rows(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray {
    let size = rowSize(x)
    let out = result([range.count] + x.shape.dropFirst())
    out.pointer.update(from: x.pointer + range.lowerBound * size, count: range.count * size)
    keepAlive(x)
    return out.array
  }

  /// Returns the given rows in that order; it traps on a row that does not exist.
  static func rows(_ x: DeviceArray, at indices: [Int]) -> DeviceArray {
    let (size, from) = (rowSize(x), x.pointer)
    let out = result([indices.count] + x.shape.dropFirst())
    for (position, index) in indices.enumerated() {
      precondition(index >= 0 && index < x.shape[0], "row \(index) of \(x.shape[0])")
      (out.pointer + position * size).update(from: from + index * size, count: size)
    }
    keepAlive(x)
    return out.array
  }

  /// Adds every row to its source, in the order of the rows. One thread does it: two rows may have
  /// the same source.
  static func added(_ x: DeviceArray, at indices: [Int], rows: Int) -> DeviceArray {
    let sum = Host.zeros([rows] + x.shape.dropFirst())
    let size = rowSize(x)
    let (from, to) = (x.pointer, UnsafeMutablePointer(mutating: sum.pointer))
    for (row, index) in indices.enumerated() {
      for i in 0..<size { to[index * size + i] += from[row * size + i] }
    }
    keepAlive(x)
    return sum
  }

  /// Joins arrays one after another along the first axis.
  static func concatenated(_ parts: [DeviceArray]) -> DeviceArray {
    let rows = parts.reduce(0) { $0 + $1.shape[0] }
    let out = result([rows] + parts[0].shape.dropFirst())
    var offset = 0
    for part in parts {
      (out.pointer + offset).update(from: part.pointer, count: part.count)
      keepAlive(part)
      offset += part.count
    }
    return out.array
  }

  /// Returns a copy with the given rows of another array; it traps on a row that does not exist.
  static func replaced(
    _ x: DeviceArray, at indices: [Int], from other: DeviceArray
  ) -> DeviceArray {
    var copy = x
    let (size, from, to) = (rowSize(x), other.pointer, copy.ownPointer())
    for index in indices {
      precondition(index >= 0 && index < x.shape[0], "row \(index) of \(x.shape[0])")
      (to + index * size).update(from: from + index * size, count: size)
    }
    keepAlive(other, copy)
    return copy
  }

  // MARK: Stacks of matrices

  /// Returns the given rows of every matrix: [n, rows, columns] → [n, range.count, columns].
  static func middle(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray {
    let (rows, columns) = (x.shape[1], x.shape[2])
    let out = result([x.shape[0], range.count, columns])
    let from = x.pointer
    for index in 0..<x.shape[0] {
      (out.pointer + index * range.count * columns).update(
        from: from + (index * rows + range.lowerBound) * columns, count: range.count * columns)
    }
    keepAlive(x)
    return out.array
  }

  /// Puts zeros around the rows of every matrix: [n, range.count, columns] → [n, rows, columns].
  static func padded(_ x: DeviceArray, _ range: Range<Int>, rows: Int) -> DeviceArray {
    let columns = x.shape[2]
    let out = Host.zeros([x.shape[0], rows, columns])
    let (from, to) = (x.pointer, UnsafeMutablePointer(mutating: out.pointer))
    for index in 0..<x.shape[0] {
      (to + (index * rows + range.lowerBound) * columns).update(
        from: from + index * range.count * columns, count: range.count * columns)
    }
    keepAlive(x)
    return out
  }

  /// Returns the number of scalars in a row.
  private static func rowSize(_ x: DeviceArray) -> Int { x.count / max(x.shape[0], 1) }
}
