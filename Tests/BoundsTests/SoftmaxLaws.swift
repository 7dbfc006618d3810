import Foundation
import Networks
import Tensors
import Testing
import Verification
import _TestSupport

@testable import Bounds

/// Softmax and its logarithm at a network's end: every probability that some input has lies between
/// its bounds.
@Suite struct SoftmaxLaws {
  /// Boxes of few and many logits, narrow to wide, ordinary to extreme.
  private static let boxes: [(center: [Float], radius: [Float])] = {
    var random = RandomSource(seed: 1, purpose: "logits")
    var boxes: [(center: [Float], radius: [Float])] = [([3], [2]), ([0, 0], [0, 0])]
    for count in [2, 3, 10] {
      for size in [0.5, 5, 100, 1e4] as [Float] {
        for width in [0, 1e-3, 0.3, 2, 50, 1e4] as [Float] {
          boxes.append(
            (
              (0..<count).map { _ in size * (2 * random.uniform() - 1) },
              (0..<count).map { _ in width * random.uniform() }
            ))
        }
      }
    }
    return boxes
  }()

  /// The centre, corners and random points.
  private static func points(_ center: [Float], _ radius: [Float]) -> [[Double]] {
    var random = RandomSource(seed: 2, purpose: "logits")
    return (0..<60).map { number in
      zip(center, radius).map { c, r in
        let place = 2 * random.uniform() - 1
        let side: Float = number == 0 ? 0 : (number < 40 ? (place < 0 ? -1 : 1) : place)
        return Double(c) + Double(side) * Double(r)
      }
    }
  }

  private static func logSoftmax(_ z: [Double]) -> [Double] {
    let largest = z.max()!
    let sum = z.reduce(0) { $0 + exp($1 - largest) }
    return z.map { $0 - largest - log(sum) }
  }

  private static func softmax(_ z: [Double], _ scale: SoftmaxScale) -> [Double] {
    let logarithms = logSoftmax(z)
    return scale == .logarithm ? logarithms : logarithms.map { exp($0) }
  }

  @Test(arguments: [SoftmaxScale.probability, .logarithm])
  func intervalsHoldAndAreReached(scale: SoftmaxScale) {
    for (center, radius) in Self.boxes {
      let n = center.count
      let output = intervalSoftmax(
        scale, center: Tensor(shape: [1, n], center), radius: Tensor(shape: [1, n], radius))
      let box = Interval(center: output.center, radius: output.radius)
      let (lower, upper) = (box.lower.scalars, box.upper.scalars)
      for z in Self.points(center, radius) {
        let values = Self.softmax(z, scale)
        for i in 0..<n {
          #expect(Double(lower[i]) <= values[i] && values[i] <= Double(upper[i]), "\(z) \(i)")
        }
      }
      for i in 0..<n {
        // The worst logits: this one at one end, all others at the other.
        for (sign, end) in [(-1, lower[i]), (1, upper[i])] as [(Double, Float)] {
          let z = (0..<n).map { Double(center[$0]) + ($0 == i ? sign : -sign) * Double(radius[$0]) }
          let value = Self.softmax(z, scale)[i]
          // Centre and radius are rounded as numbers of the size of both ends.
          let size = Double(max(1, abs(lower[i]), abs(upper[i])))
          #expect(abs(value - Double(end)) <= 1e-6 * size)
        }
      }
    }
  }

  @Test(arguments: [SoftmaxScale.probability, .logarithm])
  func planesHold(scale: SoftmaxScale) {
    var random = RandomSource(seed: 3)
    for (center, radius) in Self.boxes {
      let n = center.count
      let unit = (0..<n).map { i in (0..<n).map { Float($0 == i ? 1 : 0) } }
      let others = (0..<3).map { _ in (0..<n).map { _ in 2 * random.uniform() - 1 } }
      let rows = unit + unit.map { $0.map { -$0 } } + others
      let relaxed = relaxedSoftmaxForm(
        Tensor(shape: [1, rows.count, n], rows.flatMap { $0 }), scale,
        center: Tensor(shape: [1, n], center), radius: Tensor(shape: [1, n], radius))
      let (slopes, constants) = (relaxed.form.scalars, relaxed.constant.scalars)
      for z in Self.points(center, radius) {
        let values = Self.softmax(z, scale)
        for (row, coefficients) in rows.enumerated() {
          let value = zip(coefficients, values).reduce(0) { $0 + Double($1.0) * $1.1 }
          let bound = (0..<n).reduce(Double(constants[row])) {
            $0 + Double(slopes[row * n + $1]) * z[$1]
          }
          let size = z.map(\.magnitude).max()!
          #expect(bound <= value + 1e-15 * (1 + size), "\(center) ± \(radius) row \(row) at \(z)")
        }
      }
      // Of one output, nowhere looser in the middle than its interval.
      let box = intervalSoftmax(
        scale, center: Tensor(shape: [1, n], center), radius: Tensor(shape: [1, n], radius))
      guard scale == .probability else { continue }
      for i in 0..<n {
        let least = (0..<n).reduce(Double(constants[i])) {
          $0 + Double(slopes[i * n + $1]) * Double(center[$1])
        }
        #expect(least >= Double(box.center.scalars[i] - box.radius.scalars[i]) - 1e-5)
      }
    }
  }

  /// On a narrow box planes are tangents: their error falls as the square of the radius.
  @Test(arguments: [SoftmaxScale.probability, .logarithm])
  func planesAreTangentsInTheLimit(scale: SoftmaxScale) {
    let center = Tensor(shape: [1, 3], [0.3, -0.4, 1])
    func gap(_ radius: Float) -> Float {
      let form = Tensor(
        shape: [1, 6, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0, 0, -1, 0, 0, 0, -1])
      let box = Interval(center: center, radius: Tensor(shape: [1, 3], repeating: radius))
      let relaxed = relaxedSoftmaxForm(form, scale, center: box.center, radius: box.radius)
      let middle = LinearForm(coefficients: relaxed.form, constant: relaxed.constant)
        .lowerBounds(over: .box(Interval(center: center, radius: .zeros([1, 3])))).scalars
      return (0..<3).map { -middle[$0] - middle[$0 + 3] }.max()!
    }
    #expect(gap(0.1) < 0.02 && gap(0.1) > 0)
    #expect(gap(0.01) < gap(0.1) / 50)
  }

  private static func network(_ end: any Layer, gain: Float, seed: UInt64 = 4) throws -> Network {
    var random = RandomSource(seed: seed)
    let plain = try Network(
      input: [6],
      [
        Linear(from: 6, to: 10, using: &random), ReLU(), Linear(from: 10, to: 4, using: &random),
        end,
      ])
    return plain.withParameters(
      plain.parameters.enumerated().map { ($1.value * ($0 < 2 ? 2 : gain)).detached })
  }

  /// All methods and sets, up to logits of thousands, thresholds and differences of outputs.
  @Test(arguments: [1, 30, 3000] as [Float], [true, false])
  func boundsHold(gain: Float, isLog: Bool) throws {
    let network = try Self.network(isLog ? LogSoftmax() : Softmax(), gain: gain)
    let images = Families.images(2, [6], seed: 3)
    let rows = try Specification(
      rows: Tensor(
        shape: [1, 5, 4], [1, 0, 0, 0, 0, -1, 0, 0, 0, 1, -1, 0, 0.3, -0.7, 0.2, 1, -1, -1, -1, -1])
    )
    for set in Families.sets {
      let values = adversarialPoints(network.logits, images, [1, 2], set).map {
        rows.shared(network($0))
      }
      for method in Families.methods {
        let lower = try lowerBounds(of: network, around: images, set, rows, by: method)
        #expect(lower.isFinite)
        for value in values {
          expectNowhereBelow(value, lower, relative: 1e-5, "\(method) \(set) gain \(gain)")
        }
      }
    }
  }

  /// A softmax that other layers read.
  @Test(arguments: [true, false])
  func boundsHoldBehindIt(isLog: Bool) throws {
    var random = RandomSource(seed: 8)
    let end = try Self.network(isLog ? LogSoftmax() : Softmax(), gain: 2)
    let network = try Network(
      input: [6],
      end.nodes.map(\.layer) + [
        Linear(from: 4, to: 6, using: &random), Activation(.silu), ReLU(),
        Linear(from: 6, to: 4, using: &random),
      ])
    let images = Families.images(2, [6], seed: 3)
    let margins = Specification.margins(of: [1, 2], classes: 4)
    for set in Families.sets {
      let values = adversarialPoints(network, images, [1, 2], set).map {
        margins.values(network($0))
      }
      for method in Families.methods {
        let lower = try lowerBounds(of: network, around: images, set, margins, by: method)
        for value in values {
          expectNowhereBelow(value, lower, relative: 1e-5, "\(method) \(set)")
        }
      }
    }
  }

  /// Differences of logarithms are those of the logits, to the bit but for rounding.
  @Test(arguments: Families.sets)
  func marginsOfLogarithmsAreThoseOfLogits(set: Perturbation) throws {
    let network = try Self.network(LogSoftmax(), gain: 5)
    let images = Families.images(2, [6], seed: 3)
    let margins = Specification.margins(of: [1, 2], classes: 4)
    func bounds(_ network: Network, _ method: BoundMethod) throws -> Tensor {
      try lowerBounds(of: network, around: images, set, margins, by: method)
    }
    for method in Families.methods.dropFirst() {
      expectClose(
        try bounds(network, method), try bounds(network.logits, method), relative: 1e-5,
        absolute: 1e-5, "\(method)")
    }
  }

  /// Classes are certified on the logits, whatever stands at the end. What a runtime computes for a
  /// softmax keeps their order where they differ by a little more than nothing.
  @Test func verdictsAreThoseOfTheLogits() throws {
    let network = try Self.network(Softmax(), gain: 5)
    #expect(network.logits.nodes.count == 3)
    let images = Families.images(20, [6], seed: 3)
    let labels = network(images).argmaxOfRows
    for epsilon in [0.001, 0.02] as [Float] {
      func verdicts(_ network: Network, _ guarantee: Guarantee) throws -> [Verdict] {
        try network.certify(
          images, labels: labels, against: .linf(epsilon: epsilon),
          by: [.interval, .crown()], arithmetic: .outward(guarantee)
        ).verdicts
      }
      #expect(try verdicts(network, .exact) == verdicts(network.logits, .exact))
      #expect(try verdicts(network, .exact).contains { $0.status == .certified })
      for (with, without) in try zip(
        verdicts(network, .deployed), verdicts(network.logits, .deployed))
      where without.margin.isFinite {
        #expect(with.margin < without.margin && with.margin > without.margin - 0x1p-15)
      }
    }
  }

  /// The gradient of a relaxed form by its coefficients: it is linear in them while signs stay.
  @Test(arguments: [SoftmaxScale.probability, .logarithm])
  func gradients(scale: SoftmaxScale) {
    let box = Interval(
      center: Tensor(shape: [2, 3], [0.1, -0.4, 0.9, 2, 1, 0]),
      radius: Tensor(shape: [2, 3], repeating: 0.7))
    let form = Tensor(shape: [2, 2, 3], [1, -2, 0.5, 0.3, 0.4, 0.5, -1, 1, 1, -0.2, -0.3, 2])
    let direction = Tensor(shape: [2, 2, 3], (0..<12).map { 0.1 * Float($0) - 0.4 })
    func loss(_ form: Tensor) -> Tensor {
      let relaxed = relaxedSoftmaxForm(form, scale, center: box.center, radius: box.radius)
      return relaxed.form.scaled(by: direction).sum() + relaxed.constant.sum()
    }
    let gradient = withGradients(at: [form]) { loss($0[0]) }.gradients[0].scalars
    for i in 0..<12 {
      func moved(_ change: Float) -> Float {
        var moved = form
        moved.modify { $0[i] += change }
        return loss(moved).scalar
      }
      #expect(abs((moved(0.1) - moved(-0.1)) / 0.2 - gradient[i]) < 1e-4, "coefficient \(i)")
    }
  }

  /// What is not a number is never a bound.
  @Test(arguments: [Float.nan, .infinity, -.infinity], [SoftmaxScale.probability, .logarithm])
  func brokenLogits(value: Float, scale: SoftmaxScale) {
    for (center, radius) in [([value, 0, 1], [1, 1, 1]), ([0, 0, 1], [1, value, 1])]
      as [([Float], [Float])]
    {
      let (c, r) = (Tensor(shape: [1, 3], center), Tensor(shape: [1, 3], radius))
      let box = intervalSoftmax(scale, center: c, radius: r)
      let isNaN = (box.center.scalars + box.radius.scalars).allSatisfy { $0.isNaN }
      #expect(isNaN)
      let form = relaxedSoftmaxForm(
        Tensor(shape: [1, 2, 3], [1, 0, 0, 1, -1, 0]), scale, center: c, radius: r)
      let isUnknown = form.constant.scalars.allSatisfy { $0.isNaN }
      #expect(isUnknown)
    }
  }

  @Test func imagesAreRefused() {
    #expect(throws: NetworkError.self) { try Network(input: [2, 2, 3], [Softmax()]) }
    #expect(throws: NetworkError.self) { try Network(input: [4, 3], [LogSoftmax()]) }
  }
}

extension Specification {
  /// Values of rows that all examples share.
  fileprivate func shared(_ outputs: Tensor) -> Tensor {
    let each = Tensor.concatenated([Tensor](repeating: rows, count: outputs.shape[0]))
    let offsets = Tensor.zeros([outputs.shape[0], rows.shape[1]])
    return (try? Specification(rows: each, offset: offsets))!.values(outputs)
  }
}
