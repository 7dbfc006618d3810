import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds
@testable import Relaxations

/// PReLU with slopes of any size and sign.
@Suite struct PReLULaws {
  private static let slopes: [Float] = [-300, -2, -1, -0.5, 0, 0.25, 1, 1.5, 40]

  /// The interval rule gives what the ends and 0 give, up to rounding.
  @Test(arguments: slopes)
  func intervalsAreExact(slope: Float) {
    let ends: [Float] = [-1000, -3, -1, -0.2, 0, 0.5, 1, 2, 500]
    for (i, l) in ends.enumerated() {
      for u in ends[i...] {
        let box = Interval(lower: Tensor(shape: [1, 1], [l]), upper: Tensor(shape: [1, 1], [u]))
        let output = PReLU(slope: slope).propagate([.box(box)]).box
        let values = [l, u, min(max(0, l), u)].map { max($0, 0) + slope * min($0, 0) }
        let slack = 2e-6 * values.map(\.magnitude).max()!
        #expect(abs(output.lower.scalar - values.min()!) <= slack, "[\(l), \(u)]")
        #expect(abs(output.upper.scalar - values.max()!) <= slack, "[\(l), \(u)]")
      }
    }
  }

  /// Each backward line touches the function on its interval and is nowhere on the wrong side.
  @Test(arguments: slopes, ReLUSlope.allCases)
  func linesHold(slope: Float, rule: ReLUSlope) {
    for (l, u) in [(-3, -1), (-2, 0), (0, 2), (1, 4), (-1, 2), (-5, 0.5), (-1, 1)]
      as [(Float, Float)]
    {
      for alpha in [nil, 0, 0.3, 1] as [Float?] {
        let layer = PReLU(slope: slope)
        let box = Interval(lower: Tensor(shape: [1, 1], [l]), upper: Tensor(shape: [1, 1], [u]))
        var place = LayerPlace(
          inputShapes: [[1]], outputShape: [1], preactivation: box, slope: rule)
        place.alpha = alpha.map { Tensor(shape: [1, 2, 1], repeating: $0) }
        let form = LinearForm(
          coefficients: Tensor(shape: [1, 2, 1], [1, -1]), constant: .zeros([1, 2]))
        let pulled = layer.pullBack(form, through: place)
        let (slopes, constants) = (pulled.coefficients[0].scalars, pulled.constant.scalars)
        for (row, sign) in [(0, 1), (1, -1)] as [(Int, Float)] {
          let gaps = (0...40).map { step -> Float in
            let x = l + (u - l) * Float(step) / 40
            let value = sign * (max(x, 0) + slope * min(x, 0))
            return value - (slopes[row] * x + constants[row])
          }
          let slack = 2e-6 * (1 + abs(slope)) * max(abs(l), abs(u))
          #expect(gaps.min()! >= -slack, "\(slope) \(rule) on [\(l), \(u)]: \(gaps.min()!)")
          if l >= 0 || u <= 0 { #expect(gaps.max()! <= slack, "exact where decided") }
        }
      }
    }
  }

  /// With slopes that a leaky ReLU has, bounds are those of the leaky ReLU.
  @Test(arguments: Families.methods)
  func boundsAreThoseOfALeakyReLU(method: BoundMethod) throws {
    var random = RandomSource(seed: 5)
    let (first, last) = (
      Linear(from: 6, to: 9, using: &random), Linear(from: 9, to: 3, using: &random)
    )
    let images = Families.images(3, [6], seed: 1)
    let margins = Specification.margins(of: [0, 1, 2], classes: 3)
    for set in Families.sets {
      func bounds(_ layer: any Layer) throws -> Tensor {
        let network = try Network(input: [6], [first, layer, last])
        return try lowerBounds(of: network, around: images, set, margins, by: method)
      }
      expectClose(
        try bounds(PReLU(weight: Tensor(shape: [9], repeating: 0.2))),
        try bounds(Activation(.leakyReLU(slope: 0.2))), relative: 1e-4, absolute: 1e-5, "\(set)")
      expectClose(
        try bounds(PReLU(slope: 0)), try bounds(ReLU()), relative: 1e-4, absolute: 1e-5, "\(set)")
    }
  }

  /// The gradient of a bound by the slopes is its central difference.
  @Test func slopesAreTrained() throws {
    var random = RandomSource(seed: 6)
    let network = try Network(
      input: [5],
      [
        Linear(from: 5, to: 4, using: &random),
        PReLU(weight: Tensor(shape: [4], [-0.5, 0.3, 1.4, 0.8])),
        Linear(from: 4, to: 3, using: &random),
      ])
    let images = Families.images(2, [5], seed: 2)
    let margins = Specification.margins(of: [0, 2], classes: 3)
    func loss(_ network: Network) throws -> Tensor {
      let set = Perturbation.linf(epsilon: 0.4)
      let bounds = try BoundedNetwork(network, arithmetic: .real).bounding(
        over: set.region(around: images, in: .real))
      let both = bounds.linearBounds(of: margins, slope: .same) + bounds.intervalBounds(of: margins)
      let weights = Tensor(shape: [2, 3], [0.3, -0.2, 0.5, 0.1, -0.7, 0.4])
      return both.sum() + network(images).scaled(by: weights).sum()
    }
    let gradient = try withGradients(of: network, loss).gradients[2].scalars
    for i in 0..<4 {
      func moved(_ change: Float) throws -> Float {
        var values = network.parameters.map(\.value)
        values[2].modify { $0[i] += change }
        return try loss(network.withParameters(values)).scalar
      }
      let difference = try (moved(0.01) - moved(-0.01)) / 0.02
      #expect(abs(difference - gradient[i]) < 2e-3 * (1 + abs(difference)), "slope \(i)")
    }
  }

  /// Slopes behind a flattened image have PyTorch's order in a state dict.
  @Test func slopesOfAFlattenedImageAreReordered() throws {
    let slopes = Tensor(shape: [8], (0..<8).map { Float($0) })
    let network = try Network(input: [2, 2, 2], [Flatten(), PReLU(weight: slopes)])
    let state = network.stateDict
    #expect(state["1.weight"]!.scalars == [0, 2, 4, 6, 1, 3, 5, 7])
    #expect(try network.loading(state).parameters[0].value == slopes)
  }
}
