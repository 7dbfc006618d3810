/// Loops over stacks of columns [batch, k, n]: projected noise terms, k numbers for each of n
/// scalars.
struct ProjectedNoiseKernel {
  /// The number of examples, one stack for each.
  private let batch: Int
  /// The number of columns of a stack, which is that of the random projections.
  private let k: Int
  /// The number of scalars of a column, those of a layer.
  private let n: Int

  /// Reads the extents off the columns; it traps where there are none.
  init(_ columns: DeviceArray) {
    precondition(columns.shape.count == 3 && columns.shape[1] > 0, "columns \(columns.shape)")
    (batch, k, n) = (columns.shape[0], columns.shape[1], columns.shape[2])
  }

  /// Calls `body` with an example, each of its columns, and the column's place in memory. An
  /// example is one thread's, and its columns come in order, so that a body may sum over them.
  private func forEachColumn(_ body: (_ example: Int, _ column: Int, _ start: Int) -> Void) {
    parallelRanges(batch, work: batch * k * n) { range in
      for example in range {
        for column in 0..<k { body(example, column, (example * k + column) * n) }
      }
    }
  }

  /// Returns slope · column + offset · noise, scalar by scalar.
  func scaled(
    _ columns: DeviceArray, _ slope: DeviceArray, _ offset: DeviceArray, _ noise: DeviceArray
  ) -> DeviceArray {
    precondition(slope.count == batch * n && offset.count == batch * n && noise.count == k * n)
    let out = result(columns.shape)
    let (x, s, o, r) = (columns.pointer, slope.pointer, offset.pointer, noise.pointer)
    forEachColumn { example, column, start in
      let (x, to, r) = (x + start, out.pointer + start, r + column * n)
      let (s, o) = (s + example * n, o + example * n)
      for i in 0..<n { to[i] = s[i] * x[i] + o[i] * r[i] }
    }
    keepAlive(columns, slope, offset, noise)
    return out.array
  }

  /// Returns the gradients of columns, slope and offset, the latter two summed over the columns.
  func scaledBackward(
    _ columns: DeviceArray, _ slope: DeviceArray, _ noise: DeviceArray, _ gradient: DeviceArray
  ) -> (columns: DeviceArray, slope: DeviceArray, offset: DeviceArray) {
    let out = result(columns.shape)
    let (bySlope, byOffset) = (Host.zeros([batch, n]), Host.zeros([batch, n]))
    let (x, s, r, g) = (columns.pointer, slope.pointer, noise.pointer, gradient.pointer)
    let (ds, dof) = (
      UnsafeMutablePointer(mutating: bySlope.pointer),
      UnsafeMutablePointer(mutating: byOffset.pointer)
    )
    forEachColumn { example, column, start in
      let (x, g, to, r) = (x + start, g + start, out.pointer + start, r + column * n)
      let (s, ds, dof) = (s + example * n, ds + example * n, dof + example * n)
      for i in 0..<n {
        to[i] = g[i] * s[i]
        ds[i] += g[i] * x[i]
        dof[i] += g[i] * r[i]
      }
    }
    keepAlive(columns, slope, noise, gradient)
    return (out.array, bySlope, byOffset)
  }

  /// Returns the medians of magnitudes, [batch, n], and for each the columns in the middle: the
  /// same one twice for odd k.
  func medians(_ columns: DeviceArray) -> (values: DeviceArray, middles: [(Int32, Int32)]) {
    let out = result([batch, n])
    let x = columns.pointer
    let middles = [(Int32, Int32)](unsafeUninitializedCapacity: batch * n) { buffer, count in
      let middles = buffer.baseAddress!
      parallelRanges(batch, work: batch * k * n) { range in
        var keys = [UInt64](repeating: 0, count: k)
        for example in range {
          for i in 0..<n {
            for column in 0..<k {
              keys[column] = Self.key(x[(example * k + column) * n + i], column)
            }
            let (low, high) = Self.middles(&keys)
            out.pointer[example * n + i] = 0.5 * (Self.magnitude(low) + Self.magnitude(high))
            (middles + example * n + i).initialize(
              to: (Int32(truncatingIfNeeded: low), Int32(truncatingIfNeeded: high)))
          }
        }
      }
      count = batch * n
    }
    keepAlive(columns)
    return (out.array, middles)
  }

  /// Returns a key that is ordered as the magnitude of a scalar and remembers its column.
  ///
  /// Bits of numbers that are not negative are ordered as these (NaN above all), so the magnitude
  /// goes first and the column last. No two keys of a stack are equal.
  private static func key(_ x: Float, _ column: Int) -> UInt64 {
    UInt64(abs(x).bitPattern) << 32 | UInt64(column)
  }

  /// Returns the magnitude in a key.
  private static func magnitude(_ key: UInt64) -> Float {
    Float(bitPattern: UInt32(key >> 32))
  }

  /// Returns the keys in the middle of the sorted order (one of an odd number, twice), and changes
  /// the order of the keys.
  private static func middles(_ keys: inout [UInt64]) -> (UInt64, UInt64) {
    keys.withUnsafeMutableBufferPointer { keys in
      let high = keys.count / 2
      let upper = select(high, in: keys.baseAddress!, keys.count)
      guard keys.count % 2 == 0 else { return (upper, upper) }
      return (keys[..<high].max()!, upper)
    }
  }

  /// Returns what would be at a place of the sorted keys, by Hoare's selection; smaller ones then
  /// lie before it.
  private static func select(
    _ place: Int, in keys: UnsafeMutablePointer<UInt64>, _ count: Int
  ) -> UInt64 {
    var (first, last) = (0, count - 1)
    while first < last {
      let pivot = keys[place]
      var (i, j) = (first, last)
      while i <= j {
        while keys[i] < pivot { i += 1 }
        while pivot < keys[j] { j -= 1 }
        if i <= j {
          (keys[i], keys[j]) = (keys[j], keys[i])
          i += 1
          j -= 1
        }
      }
      if j < place { first = i }
      if place < i { last = j }
    }
    return keys[place]
  }

  /// Returns the gradient of the columns: half of it goes to each of the middle ones, with the sign
  /// of the column.
  func mediansBackward(
    _ columns: DeviceArray, _ middles: [(Int32, Int32)], _ gradient: DeviceArray
  ) -> DeviceArray {
    let out = Host.zeros(columns.shape)
    let (x, g, to) = (
      columns.pointer, gradient.pointer, UnsafeMutablePointer(mutating: out.pointer)
    )
    middles.withUnsafeBufferPointer { middles in
      parallelRanges(batch, work: batch * k * n) { range in
        for index in range.lowerBound * n..<range.upperBound * n {
          let (example, i) = (index / n, index % n)
          for column in [middles[index].0, middles[index].1] {
            let place = (example * k + Int(column)) * n + i
            to[place] += x[place] < 0 ? -0.5 * g[index] : 0.5 * g[index]
          }
        }
      }
    }
    keepAlive(columns, gradient)
    return out
  }

  /// Returns √(Σ column²/k), [batch, n].
  func roots(_ columns: DeviceArray) -> DeviceArray {
    let out = Host.zeros([batch, n])
    let (x, to) = (columns.pointer, UnsafeMutablePointer(mutating: out.pointer))
    forEachColumn { example, column, start in
      let (x, to) = (x + start, to + example * n)
      for i in 0..<n { to[i] += x[i] * x[i] }
      if column == k - 1 { for i in 0..<n { to[i] = (to[i] / Float(k)).squareRoot() } }
    }
    keepAlive(columns)
    return out
  }

  /// Returns the gradient of the columns, g · column/(k · root); 0 where a root is 0.
  func rootsBackward(_ columns: DeviceArray, _ roots: DeviceArray, _ gradient: DeviceArray)
    -> DeviceArray
  {
    let out = result(columns.shape)
    let (x, y, g) = (columns.pointer, roots.pointer, gradient.pointer)
    forEachColumn { example, _, start in
      let (x, to) = (x + start, out.pointer + start)
      let (y, g) = (y + example * n, g + example * n)
      for i in 0..<n { to[i] = y[i] > 0 ? g[i] * x[i] / (y[i] * Float(k)) : 0 }
    }
    keepAlive(columns, roots, gradient)
    return out.array
  }
}
