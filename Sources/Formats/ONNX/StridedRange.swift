/// Positions of an axis that a slice takes, as ONNX and NumPy count them.
struct StridedRange {
  let start, step, count: Int

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
    let stride = Int(min(step.magnitude, UInt(Int32.max)))
    count = span > 0 ? (span - 1) / stride + 1 : 0
  }
}
