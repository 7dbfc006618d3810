import Bounds
import Formats
import Networks
import Tensors
import Testing
import _TestSupport

@testable import Verification

/// The region of a property's box holds the box, in the network's order.
@Suite struct InputBoxLaws {
  private func box(_ lower: [Double], _ upper: [Double], _ shape: [Int]) throws -> InputBox {
    let layers: [any Layer] = shape.count == 3 ? [Flatten()] : [ReLU()]
    return InputBox(
      of: VNNLIBProperty.Case(lower: lower, upper: upper, constraints: []),
      for: try Network(input: shape, layers))
  }

  private func interval(_ box: InputBox) throws -> Interval {
    guard case .box(let interval) = box.region else { throw BoundsError.input("no box") }
    return interval
  }

  /// Ends of any size, far from each other in size or next to each other.
  private static func ends(_ count: Int, seed: UInt64) -> (lower: [Double], upper: [Double]) {
    var random = RandomSource(seed: seed)
    func number() -> Double {
      let exponent = Int.random(in: -60...60, using: &random)
      return Double.random(in: -1...1, using: &random)
        * Double(sign: .plus, exponent: exponent, significand: 1)
    }
    var (lower, upper) = ([Double](), [Double]())
    for index in 0..<count {
      let a = number()
      let b = [number(), a, a.nextUp, a + abs(a) * 1e-8, Double(Float(a)), 0][index % 6]
      lower.append(min(a, b))
      upper.append(max(a, b))
    }
    return (lower, upper)
  }

  @Test func regionsHoldTheirBoxes() throws {
    let (lower, upper) = Self.ends(30_000, seed: 1)
    let interval = try interval(box(lower, upper, [lower.count]))
    let (center, radius) = (interval.center.scalars, interval.radius.scalars)
    for i in lower.indices {
      // The difference of two Float32 may be rounded here, but not past a number between them.
      #expect(Double(center[i]) - Double(radius[i]) <= lower[i])
      #expect(Double(center[i]) + Double(radius[i]) >= upper[i])
      #expect(center[i] - radius[i] <= Float(lower[i]) && center[i] + radius[i] >= Float(upper[i]))
      let size = Float(max(abs(lower[i]), abs(upper[i])))
      #expect(Double(radius[i]) <= (upper[i] - lower[i]) / 2 + 2 * Double(size.ulp))
    }
  }

  /// What Float32 has exactly stays as it is.
  @Test func exactBoxesAreExact() throws {
    let interval = try interval(
      box([0, -1, 0.25, 3, -3e38], [1, 1, 0.75, 3, 3e38], [5]))
    #expect(interval.center.scalars == [0.5, 0, 0.5, 3, 0])
    #expect(interval.radius.scalars == [0.5, 1, 0.25, 0, 3e38])
  }

  /// Points between the ends come back as inputs of the box that Float32 rounds to them.
  @Test func pointsAreInputs() throws {
    let shape = [5, 6, 10]
    let (lower, upper) = Self.ends(300, seed: 2)
    let box = try box(lower, upper, shape)
    let ends = box.ends
    var random = RandomSource(seed: 3)
    let inside =
      (ends.lower
      + (ends.upper - ends.lower).scaled(
        by: .uniform([1] + shape, in: 0...1, using: &random))).clamped(
        lower: ends.lower, upper: ends.upper)
    for point in [ends.lower, ends.upper, inside] {
      let inputs = box.inputs(at: point)
      #expect(inputs.indices.allSatisfy { lower[$0] <= inputs[$0] && inputs[$0] <= upper[$0] })
      let back = try self.box(inputs, inputs, shape).ends
      #expect(back.lower == point && back.upper == point)
    }
  }

  /// X of an image run over channels, then rows, then columns.
  @Test func imagesAreReordered() throws {
    let (height, width, channels) = (2, 3, 2)
    let numbers = (0..<12).map(Double.init)
    let center = try interval(box(numbers, numbers, [height, width, channels])).center.scalars
    for h in 0..<height {
      for w in 0..<width {
        for c in 0..<channels {
          let theirs = (c * height + h) * width + w
          #expect(center[(h * width + w) * channels + c] == Float(theirs))
        }
      }
    }
  }

  /// The order is that of ONNX: a certificate for the box around an image of a golden network is
  /// that of its perturbation set.
  @Test func marginsAreThoseOfThePerturbation() throws {
    let arrays = try Golden.arrays("cnn_2layer")
    let network = try Golden.onnx("cnn_2layer")
    let (images, labels) = (Golden.images(arrays), Golden.labels(arrays))
    let epsilon: Float = 1 / 64
    for (index, label) in labels.enumerated() {
      let pixels = images.rows(index..<index + 1).scalars.map(Double.init)
      let constraints = (0..<10).filter { $0 != label }.map { other in
        OutputConstraint(
          terms: [.init(output: label, coefficient: 1), .init(output: other, coefficient: -1)],
          bound: 0)
      }
      let property = VNNLIBProperty(
        inputs: 784, outputs: 10,
        cases: constraints.map {
          .init(
            lower: pixels.map { $0 - Double(epsilon) }, upper: pixels.map { $0 + Double(epsilon) },
            constraints: [$0])
        })
      for method in VerificationLaws.methods {
        let verdict = try network.verify(
          property, by: [method], arithmetic: .real,
          search: CounterexampleSearch(samples: 1, cases: 0))
        let margin = try lowerBounds(
          of: network, around: images.rows(index..<index + 1), .linf(epsilon: epsilon),
          .margins(of: [label], classes: 10), by: method
        ).minimumOfRows[0]
        let bound = try #require(verdict.bound)
        #expect(abs(bound - Double(margin)) <= 1e-4 * (1 + abs(bound)))
        #expect((verdict.answer == .unsat) == (bound > 0))
      }
    }
  }
}
