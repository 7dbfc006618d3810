/// How far the values of a function may be from the function itself where a runtime computes it in
/// Float32: at most absolute + relative·|x| at x.
///
/// No standard bounds these errors. The tolerances are what a deployed certificate assumes of the
/// runtime, and at least 1.8 times the largest error that was measured with ONNX Runtime 1.32 over
/// 40,000 points of each range. A function whose results are single IEEE operations has the bound
/// of those.
package struct RuntimeTolerance: Sendable, Equatable {
  /// The part that is the same everywhere.
  package let absolute: Double
  /// The part that grows with |x|.
  package let relative: Double

  /// Makes a tolerance of its parts, neither of them negative.
  package init(absolute: Double = 0, relative: Double = 0) {
    (self.absolute, self.relative) = (absolute, relative)
  }

  /// No error: the exact function, or one that only compares.
  package static let exact = RuntimeTolerance()

  /// Adds two tolerances.
  package static func + (a: RuntimeTolerance, b: RuntimeTolerance) -> RuntimeTolerance {
    RuntimeTolerance(absolute: a.absolute + b.absolute, relative: a.relative + b.relative)
  }

  /// What rounding x times a number once can come to.
  package static func product(by factor: Double) -> RuntimeTolerance {
    RuntimeTolerance(absolute: 0x1p-126, relative: abs(factor) * 0x1.01p-24)
  }

  /// Returns the largest error for |x| up to `magnitude`.
  package func error(upTo magnitude: Double) -> Double { absolute + relative * magnitude }
}
