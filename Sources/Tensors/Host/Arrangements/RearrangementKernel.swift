/// Gathering of rows by an ``IndexMap``, and its transpose. All rows use the same table, and rows
/// are shared among the threads.
enum RearrangementKernel {
  /// Reads every scalar from its source: [rows, map.sourceCount] → [rows, map.sources.count].
  static func gather(_ x: DeviceArray, rows: Int, _ map: IndexMap, fill: Float) -> DeviceArray {
    let (from, to) = (map.sourceCount, map.sources.count)
    precondition(x.count == rows * from, "\(x.count) scalars for \(rows) rows of \(from)")
    let out = result([rows, to])
    let source = x.pointer
    map.sources.withUnsafeBufferPointer { sources in
      parallelRanges(rows, work: 2 * rows * to) { range in
        for row in range {
          let (read, write) = (source + row * from, out.pointer + row * to)
          for i in 0..<to {
            let place = Int(sources[i])
            write[i] = place < 0 ? fill : read[place]
          }
        }
      }
    }
    keepAlive(x)
    return out.array
  }

  /// Adds every scalar to its source: [rows, map.sources.count] → [rows, map.sourceCount].
  static func scatter(_ x: DeviceArray, rows: Int, _ map: IndexMap) -> DeviceArray {
    let (from, to) = (map.sources.count, map.sourceCount)
    precondition(x.count == rows * from, "\(x.count) scalars for \(rows) rows of \(from)")
    let out = Host.zeros([rows, to])
    let (source, target) = (x.pointer, UnsafeMutablePointer(mutating: out.pointer))
    map.sources.withUnsafeBufferPointer { sources in
      parallelRanges(rows, work: 2 * rows * from) { range in
        for row in range {
          let (read, write) = (source + row * from, target + row * to)
          for i in 0..<from where sources[i] >= 0 { write[Int(sources[i])] += read[i] }
        }
      }
    }
    keepAlive(x)
    return out
  }
}
