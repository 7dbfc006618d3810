/// Floats on one side of a Double.
extension Float {
  /// The largest Float that is not above a number within Float's range.
  package init(roundedDown value: Double) {
    let nearest = Float(value)
    self = Double(nearest) > value ? nearest.nextDown : nearest
  }

  /// The smallest Float that is not below a number within Float's range.
  package init(roundedUp value: Double) { self = -Float(roundedDown: -value) }
}
