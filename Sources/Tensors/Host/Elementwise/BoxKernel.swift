import CKernels

/// Loops over ℓ∞ boxes around inputs.
enum BoxKernel {
  /// A loop that makes boxes of inputs, ε and the domain's ends, such as `ck_clipped_box`.
  typealias Boxes = (
    UnsafePointer<Float>, Float, Float, Float, UnsafeMutablePointer<Float>,
    UnsafeMutablePointer<Float>, Int
  ) -> Void

  /// Returns the box in centre and radius form, NaN where it is empty.
  ///
  /// - Parameter fill: `ck_clipped_box`, or `ck_outward_box` for ends that are rounded outwards.
  static func around(
    _ x: DeviceArray, epsilon: Float, domain: ClosedRange<Float>, by fill: Boxes
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (center, radius) = (result(x.shape), result(x.shape))
    let from = x.pointer
    parallelRanges(x.count, work: x.count) { range in
      let i = range.lowerBound
      fill(
        from + i, epsilon, domain.lowerBound, domain.upperBound, center.pointer + i,
        radius.pointer + i, range.count)
    }
    keepAlive(x)
    return (center.array, radius.array)
  }

  /// Returns a step along signs, moved back into the box (`ck_box_step`).
  static func step(
    _ x: DeviceArray, along direction: DeviceArray, by length: Float, lower: DeviceArray,
    upper: DeviceArray
  ) -> DeviceArray {
    let out = result(x.shape)
    let (from, g, l, u) = (x.pointer, direction.pointer, lower.pointer, upper.pointer)
    parallelRanges(x.count, work: x.count) { range in
      let i = range.lowerBound
      ck_box_step(from + i, g + i, length, l + i, u + i, out.pointer + i, range.count)
    }
    keepAlive(x, direction, lower, upper)
    return out.array
  }
}
