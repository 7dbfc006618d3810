import CKernels
import Relaxations

/// Boxes in centre and radius form whose ends are rounded outwards.
enum OutwardBoxKernel {
  /// A loop over two arrays that makes two, such as `ck_outward_relu`.
  typealias Pairs = (
    UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>,
    UnsafeMutablePointer<Float>, Int
  ) -> Void

  /// Runs a loop of pairs over arrays of one shape.
  static func pairs(
    _ a: DeviceArray, _ b: DeviceArray, _ loop: Pairs
  ) -> (DeviceArray, DeviceArray) {
    let (first, second) = (result(a.shape), result(a.shape))
    let (x, y) = (a.pointer, b.pointer)
    parallelRanges(a.count, work: 4 * a.count) { range in
      let i = range.lowerBound
      loop(x + i, y + i, first.pointer + i, second.pointer + i, range.count)
    }
    keepAlive(a, b)
    return (first.array, second.array)
  }

  /// Returns at least r · byRadius + |c| · byCenter (`ck_outward_radius`).
  static func radius(
    _ center: DeviceArray, _ radius: DeviceArray, byRadius: Float, byCenter: Float
  ) -> DeviceArray {
    let out = result(radius.shape)
    let (c, r) = (center.pointer, radius.pointer)
    parallelRanges(radius.count, work: 2 * radius.count) { range in
      let i = range.lowerBound
      ck_outward_radius(c + i, r + i, byRadius, byCenter, out.pointer + i, range.count)
    }
    keepAlive(center, radius)
    return out.array
  }

  /// Returns at least r · factor + offset · byOffset (`ck_outward_sum`).
  static func sum(
    _ center: DeviceArray, _ radius: DeviceArray, factor: Float, offset: DeviceArray?,
    byOffset: Float
  ) -> DeviceArray {
    let channels = offset?.count ?? 1
    precondition(radius.count % max(channels, 1) == 0, "\(channels) channels of \(radius.shape)")
    let out = result(radius.shape)
    let (c, r, b) = (center.pointer, radius.pointer, offset?.pointer)
    parallelRanges(radius.count / max(channels, 1), work: 2 * radius.count) { range in
      let i = range.lowerBound * channels
      ck_outward_sum(
        c + i, r + i, factor, b, channels, byOffset, out.pointer + i, range.count * channels)
    }
    keepAlive(center, radius, offset)
    return out.array
  }
}
