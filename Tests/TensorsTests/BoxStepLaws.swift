import Testing

@testable import Tensors

/// A step in a box equals the operations that it fuses.
@Suite struct BoxStepLaws {
  @Test(arguments: [1, 7, 100_003])
  func equalsItsParts(count: Int) {
    var random = RandomSource(seed: 3)
    let center = Tensor.uniform([count], in: 0...1, using: &random)
    let (lower, upper) = boxBounds(center, epsilon: 0.2, domain: 0...1)
    let point = Tensor.uniform([count], in: 0...1, using: &random)
      .clamped(lower: lower, upper: upper)
    var gradient = Tensor.uniform([count], in: -1...1, using: &random).scalars
    if count > 1 { gradient[0] = 0 }
    let slope = Tensor(shape: [count], gradient)
    for length in [0.07, -0.07, 1] as [Float] {
      let step = point.stepped(along: slope, by: length, lower: lower, upper: upper)
      #expect(step == (point + slope.signs * length).clamped(lower: lower, upper: upper))
      #expect(count == 1 || step != point)
    }
  }

  @Test func emptyBoxesHoldNothing() {
    let (lower, upper) = boxBounds(Tensor(shape: [2], [1.5, 0.5]), epsilon: 0.1, domain: 0...1)
    let point = Tensor(shape: [2], [0.5, 0.5])
    for moved in [
      point.clamped(lower: lower, upper: upper),
      point.stepped(
        along: Tensor(shape: [2], [1, 1]), by: 0.05, lower: lower, upper: upper),
    ] {
      #expect(moved.scalars[0].isNaN && moved.scalars[1].isFinite)
    }
  }
}
