import Testing

@testable import Relaxations
@testable import Tensors

/// The lines around ReLU contain it, on every interval.
@Suite struct RelaxationLaws {
  /// Ends of very different sizes, equal ends, and zero.
  private static let ends: [Float] = [
    -1e30, -1000, -1, -0.5, -1e-6, -1e-30, 0, 1e-30, 1e-6, 0.5, 1, 1000, 1e30,
  ]

  @Test(arguments: ReLUSlope.allCases)
  func linesContainReLU(slope: ReLUSlope) {
    for (i, lower) in Self.ends.enumerated() {
      for upper in Self.ends[i...] {
        let (center, radius) = (lower / 2 + upper / 2, upper / 2 - lower / 2)
        let lines = activationLines(
          .leakyReLU(slope: 0), center: Tensor(shape: [1, 1], [center]),
          radius: Tensor(shape: [1, 1], [radius]),
          slope: slope)
        let (l, u) = (Double(center - radius), Double(center + radius))
        let slack = 1e-6 * max(abs(l), abs(u))
        for step in 0...16 {
          let h = l + (u - l) * Double(step) / 16
          #expect(Double(lines.lowerSlope.scalar) * h <= max(h, 0) + slack, "[\(l), \(u)] at \(h)")
          let above = Double(lines.upperSlope.scalar) * h + Double(lines.upperIntercept.scalar)
          #expect(above >= max(h, 0) - slack, "[\(l), \(u)] at \(h)")
        }
      }
    }
  }

  /// The definitions of METHODS: exact where decided, chord and chosen slope where not.
  @Test func slopes() {
    func lines(_ l: Float, _ u: Float, _ slope: ReLUSlope) -> [Float] {
      let lines = activationLines(
        .leakyReLU(slope: 0), center: Tensor(shape: [1], [(l + u) / 2]),
        radius: Tensor(shape: [1], [(u - l) / 2]),
        slope: slope)
      return [lines.lowerSlope.scalar, lines.upperSlope.scalar, lines.upperIntercept.scalar]
    }
    for slope in ReLUSlope.allCases {
      #expect(lines(0, 2, slope) == [1, 1, 0])
      #expect(lines(1, 2, slope) == [1, 1, 0])
      #expect(lines(-2, 0, slope) == [0, 0, 0])
      #expect(lines(-2, -1, slope) == [0, 0, 0])
      #expect(lines(-1, 3, slope).dropFirst() == [0.75, 0.75])
    }
    #expect(lines(-1, 3, .adaptive)[0] == 1 && lines(-3, 1, .adaptive)[0] == 0)
    #expect(lines(-1, 1, .adaptive)[0] == 0, "a tie goes to zero")
    #expect(lines(-1, 3, .same)[0] == 0.75)
    #expect(lines(-1, 3, .zero)[0] == 0 && lines(-1, 3, .one)[0] == 1)
  }

  /// The fused kernel that bounds ReLU networks takes the same lines: a coefficient of 1 takes the
  /// lower one, a coefficient of −1 the upper one. Opposite ends are the tie of the adaptive slope.
  @Test(arguments: ReLUSlope.allCases)
  func formsTakeTheLines(slope: ReLUSlope) {
    for (l, u) in [(-1, 1), (-1, 3), (-3, 1), (0, 2), (-2, 0), (1, 2), (-2, -1)] as [(Float, Float)]
    {
      let center = Tensor(shape: [1, 1], [(l + u) / 2])
      let radius = Tensor(shape: [1, 1], [(u - l) / 2])
      let lines = activationLines(
        .leakyReLU(slope: 0), center: center, radius: radius, slope: slope)
      let form = relaxedReLUForm(
        Tensor(shape: [1, 2, 1], [1, -1]), center: center, radius: radius, slope: slope)
      #expect(form.form.scalars == [lines.lowerSlope.scalars[0], -lines.upperSlope.scalars[0]])
      #expect(form.constant.scalars == [0, -lines.upperIntercept.scalars[0]], "[\(l), \(u)]")
    }
  }
}
