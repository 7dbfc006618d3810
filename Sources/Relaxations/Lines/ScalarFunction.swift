/// A function of a number, as far as bounds need to know it.
///
/// A function states its values, its first two derivatives, and where it turns, bends and jumps in
/// slope. Extremes, tangents, lines and hulls follow from these (the other files of this folder),
/// and nothing there assumes that a function rises, or is convex anywhere. So a new function needs
/// no further proof, only a correct statement of turns and bends. See `Functions/SiLU.swift` for a
/// function without settings and `Functions/Clip.swift` for one with.
///
/// The second half of the requirements has one implementation for all. They are requirements
/// nonetheless, for two reasons. A function may put a closed form in their place, which is faster
/// than bisection. And the compiler makes each of them once for every function, with nothing left
/// to look up inside, so that a loop in another module pays for one call a number.
///
/// All is in Double; the kernels of Tensors round to Float.
package protocol ScalarFunction: Sendable {
  // MARK: What a function is

  /// Whether its settings are in the ranges for which the rest holds. Nothing else is asked of a
  /// function whose settings are not.
  var isBounded: Bool { get }

  /// The value, with an error of a few last bits of a Double. NaN and infinity pass through as the
  /// function has them, so that they reach the bound.
  func value(_ x: Double) -> Double

  /// The derivative; at a kink that on either side.
  func derivative(_ x: Double) -> Double

  /// The second derivative; at a kink that on either side.
  func secondDerivative(_ x: Double) -> Double

  /// Where the function may change between rising and falling, ascending. Points that are missing
  /// would make intervals wrong; superfluous ones do no harm.
  var turns: [Double] { get }

  /// Where the derivative may jump, or change between rising and falling, ascending: between two
  /// neighbours the function is smooth, and convex or concave. Kinks are among them.
  var bends: [Double] { get }

  /// Those of the bends at which the derivative jumps.
  var kinks: [Double] { get }

  /// A number such that beyond ± it the derivative is constant in Double, and that lies beyond all
  /// bends.
  var reach: Double { get }

  /// How far what a runtime computes for the function in Float32 may be from it.
  var runtimeTolerance: RuntimeTolerance { get }

  /// How far the function of a file that is read as this one may be from it: exporters spell some
  /// functions by constants such as √½ and 1/6, which Float32 rounds. The default is no error.
  var spellingTolerance: RuntimeTolerance { get }

  // MARK: What follows

  /// The points inside (l, u] where function − slope·x can be least or largest; others among them
  /// do no harm, and the ends need not be.
  func turningPoints(slope: Double, from l: Double, to u: Double) -> [Double]

  /// Slopes of good lines below and above the function on [l, u], l < u, and how they move with l
  /// and u. Any slope gives lines that hold: see ``ActivationRelaxation``. The rule is asked by
  /// ReLU and leaky ReLU only.
  func slopes(_ l: Double, _ u: Double, _ rule: ReLUSlope) -> (lower: Slope, upper: Slope)

  /// The slopes that the sides of the function's convex hull on [l, u] begin and end with. On a
  /// point both are the function's slope.
  func hull(_ l: Double, _ u: Double) -> Hull

  /// The least and the largest value on [l, u], and where they are.
  func extremes(_ l: Double, _ u: Double) -> (least: Extreme, largest: Extreme)

  /// Lines below and above the function on [l, u], of slopes that a Float holds. An interval that
  /// is a point gets the function's slope there.
  func relaxation(_ l: Double, _ u: Double, _ rule: ReLUSlope) -> ActivationRelaxation

  /// A line below or above the function, at a position in [0, 1] between the first and the last
  /// slope of the hull's side, of a slope that a Float holds.
  func line(_ side: Side, of hull: Hull, at position: Double) -> HullLine
}

/// Where a line lies: below or above the function, at all points of an interval.
package enum Side: Sendable {
  case below, above
}

extension ScalarFunction {
  package var spellingTolerance: RuntimeTolerance { .exact }

  /// How far what is bounded may be from the function.
  ///
  /// - Parameter deployed: Whether a runtime computes it.
  package func tolerance(deployed: Bool) -> RuntimeTolerance {
    deployed ? runtimeTolerance + spellingTolerance : spellingTolerance
  }
}
