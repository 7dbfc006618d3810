/// The positions of an axis that a slice takes, as ONNX and NumPy count them.
///
/// Position i of the slice is position `start + i · step` of the axis, for i below `count`.
struct StridedRange {
  /// The first position, the distance of positions (negative if the slice goes backwards), and how
  /// many there are, which may be 0.
  let start, step, count: Int

  /// Makes the range of a slice.
  ///
  /// Negative ends count from the end of the axis; ends beyond the axis are moved to its ends. For
  /// a step below 0 the range may end in front of position 0, at −1. Exporters write very large
  /// numbers, up to the largest of 64 bits, for "to the end", and no sum here overflows by them.
  ///
  /// - Parameters:
  ///   - start: The first position.
  ///   - end: The position that the range stops in front of.
  ///   - step: Not 0.
  ///   - extent: The extent of the axis.
  init(from start: Int, to end: Int, by step: Int, of extent: Int) {
    func place(_ index: Int, _ range: ClosedRange<Int>) -> Int {
      let wrapped = index < 0 ? max(index, -extent - 1) + extent : index
      return min(max(wrapped, range.lowerBound), range.upperBound)
    }
    let (first, last) =
      step > 0
      ? (place(start, 0...extent), place(end, 0...extent))
      : (place(start, -1...extent - 1), place(end, -1...extent - 1))
    self.start = first
    self.step = step
    let span = step > 0 ? last - first : first - last
    // A step longer than any axis takes the first position only, as does this largest one.
    let stride = Int(min(step.magnitude, UInt(Int32.max)))
    count = span > 0 ? (span - 1) / stride + 1 : 0
  }
}
