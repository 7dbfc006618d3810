/// Copies of runs of the last axis, which are channels. At each position a run is contiguous, so
/// every copy is one block.
enum ChannelRunKernel {
  /// Returns channels `range` of x's.
  static func slice(_ x: DeviceArray, _ range: Range<Int>) -> DeviceArray {
    let channels = x.shape.last!
    precondition(0 <= range.lowerBound && range.upperBound <= channels, "channels out of range")
    let out = result(x.shape.dropLast() + [range.count])
    let from = x.pointer
    let positions = x.count / max(channels, 1)
    parallelRanges(positions, work: out.array.count) { part in
      for position in part {
        (out.pointer + position * range.count).update(
          from: from + position * channels + range.lowerBound, count: range.count)
      }
    }
    keepAlive(x)
    return out.array
  }

  /// Joins tensors side by side along the last axis.
  static func joined(_ parts: [DeviceArray]) -> DeviceArray {
    let channels = parts.reduce(0) { $0 + $1.shape.last! }
    let out = result(parts[0].shape.dropLast() + [channels])
    var start = 0
    for part in parts {
      precondition(part.shape.dropLast() == parts[0].shape.dropLast(), "parts of other extents")
      let (own, from, offset) = (part.shape.last!, part.pointer, start)
      parallelRanges(part.count / max(own, 1), work: part.count) { positions in
        for position in positions {
          (out.pointer + position * channels + offset).update(
            from: from + position * own, count: own)
        }
      }
      keepAlive(part)
      start += own
    }
    return out.array
  }

  /// Overwrites channels `range` of x's, in place.
  static func set(_ x: inout DeviceArray, _ range: Range<Int>, to part: DeviceArray) {
    let channels = x.shape.last!
    let (from, to) = (part.pointer, x.ownPointer())
    for position in 0..<part.count / max(range.count, 1) {
      (to + position * channels + range.lowerBound).update(
        from: from + position * range.count, count: range.count)
    }
    keepAlive(x, part)
  }
}
