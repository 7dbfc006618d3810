/// Where the scalars of a rearranged array come from: one table that all examples share.
public struct IndexMap: Sendable, Equatable {
  /// For each scalar of the result the place of its source, or −1 for a constant.
  public let sources: [Int32]
  /// The number of scalars of an original.
  public let sourceCount: Int

  public init(_ sources: [Int32], from sourceCount: Int) {
    precondition(
      sources.allSatisfy { -1..<Int32(sourceCount) ~= $0 }, "a source outside the original")
    self.sources = sources
    self.sourceCount = sourceCount
  }

  /// Whether every scalar stays where it is.
  public var isIdentity: Bool {
    sources.count == sourceCount && sources.indices.allSatisfy { sources[$0] == Int32($0) }
  }

  /// Whether every scalar of the original goes to one place, and no constant stands anywhere.
  public var isPermutation: Bool {
    sources.count == sourceCount && !sources.contains(-1) && Set(sources).count == sourceCount
  }
}

/// Gathering of rows by an ``IndexMap``, and its transpose.
enum RearrangementKernel {
  /// [rows, map.sourceCount] → [rows, map.sources.count].
  static func gather(_ x: Tensor, rows: Int, _ map: IndexMap, fill: Float) -> Tensor {
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
    return out.tensor
  }

  /// Adds every scalar to its source: [rows, map.sources.count] → [rows, map.sourceCount].
  static func scatter(_ x: Tensor, rows: Int, _ map: IndexMap) -> Tensor {
    let (from, to) = (map.sources.count, map.sourceCount)
    precondition(x.count == rows * from, "\(x.count) scalars for \(rows) rows of \(from)")
    let out = Tensor.zeros([rows, to])
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
