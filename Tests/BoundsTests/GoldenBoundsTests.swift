import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds
@testable import Relaxations

/// The golden bounds of an independent implementation.
@Suite struct GoldenBoundsTests {
  /// Networks of ReLU alone: within 1e-4 relative + 1e-4 absolute.
  @Test(arguments: ["mlp", "cnn_2layer", "cnn_valid"])
  func agree(name: String) throws {
    let arrays = try Golden.arrays(name)
    try compare(name, try Golden.network(name, arrays), arrays, expected: 72)
  }

  /// The same and more networks as PyTorch exported them.
  @Test(arguments: [
    "mlp", "cnn_2layer", "cnn_valid", "cnn_avgpool", "cnn_bn", "residual", "cnn_leaky",
    "mlp_sigmoid", "mlp_tanh",
  ])
  func agreeFromONNX(name: String) throws {
    let isReLU = !["cnn_leaky", "mlp_sigmoid", "mlp_tanh"].contains(name)
    try compare(
      name, try Golden.onnx(name), try Golden.arrays(name), expected: isReLU ? 72 : 24)
  }

  /// α-CROWN: at least as tight minus 1%, since optimisers differ; lines of S-shaped activations do
  /// too: within 5%. Both sides are rows of one specification: they share intermediate bounds.
  @Test(arguments: [
    "mlp", "cnn_2layer", "cnn_valid", "cnn_avgpool", "cnn_bn", "residual", "cnn_leaky",
    "mlp_sigmoid", "mlp_tanh",
  ])
  func optimizedSlopes(name: String) throws {
    let (network, arrays) = (try Golden.onnx(name), try Golden.arrays(name))
    // An example of the residual network takes seconds.
    let images = Golden.images(arrays)
    let labels = Golden.labels(arrays).prefix(name == "residual" ? 2 : 4)
    let cases = try #require(try Golden.bounds().first { $0.name == name }).cases
    let optimized = cases.filter { $0.method == "alpha-CROWN" }
    #expect(optimized.count == 2)
    let tolerance: Float = ["mlp_sigmoid", "mlp_tanh"].contains(name) ? 0.05 : 0.01
    for golden in optimized {
      let set = try set(golden)
      let ours = try Lanes.map(labels.count) { example throws(BoundsError) in
        let margins = Specification.margins(of: [labels[example]], classes: 10).rows
        let both = Tensor.concatenated([margins, margins * -1]).reshaped([1, 18, 10])
        return try lowerBounds(
          of: network, around: images.rows(example..<example + 1), set, Specification(rows: both),
          by: .alphaCROWN(iterations: 50))
      }
      let (lower, upper) = (arrays["lb.\(golden.key)"]!, arrays["ub.\(golden.key)"]!)
      for (index, bounds) in ours.enumerated() {
        let theirs = Tensor.concatenated(
          [lower, upper * -1].map { $0.rows(index..<index + 1) }
        ).reshaped([1, 18])
        expectNowhereBelow(bounds, theirs, relative: tolerance, "\(name) \(golden.key)")
      }
    }
  }

  private func compare(
    _ name: String, _ network: Network, _ arrays: [String: Tensor], expected count: Int
  ) throws {
    let images = Golden.images(arrays)
    expectClose(network(images), arrays["logits"]!, relative: 1e-5, absolute: 1e-5, "logits")
    let cases = try #require(try Golden.bounds().first { $0.name == name }).cases
    let margins = Specification.margins(of: Golden.labels(arrays), classes: 10)
    let negated = try Specification(rows: margins.rows * -1)
    var compared = 0
    for golden in cases where golden.method != "alpha-CROWN" {
      let (method, set) = try (method(golden), set(golden))
      func bounds(_ rows: Specification) throws -> Tensor {
        var bounding = try BoundedNetwork(network, arithmetic: .real).bounding(
          over: set.region(around: images, in: .real))
        return bounding.lowerBounds(
          of: rows, by: method, budget: Budget(), refining: .undecidedInBatch)
      }
      let (lower, upper) = (arrays["lb.\(golden.key)"]!, arrays["ub.\(golden.key)"]!)
      for (ours, theirs, side) in [
        (try bounds(margins), lower, "lb"), (try bounds(negated), upper * -1, "−ub"),
      ] {
        expect(ours, theirs, of: name, set.norm, "\(name) \(side) \(golden.key)")
      }
      compared += 1
    }
    #expect(compared == count)
  }

  /// Equal for ReLU networks and ℓ∞ (the mlp: any norm). Where theirs is looser by its first layer,
  /// at least as tight; where relaxations differ, within 5% or tighter.
  private func expect(
    _ ours: Tensor, _ theirs: Tensor, of name: String, _ norm: Perturbation.Norm, _ what: String
  ) {
    if ["cnn_leaky", "mlp_sigmoid", "mlp_tanh"].contains(name) {
      expectNowhereBelow(ours, theirs, relative: 0.05, what)
    } else if norm == .linf || name == "mlp" {
      expectClose(ours, theirs, relative: 1e-4, absolute: 1e-4, what)
    } else {
      expectNowhereBelow(ours, theirs, relative: 1e-4, what)
    }
  }

  private func method(_ golden: Golden.Case) throws -> BoundMethod {
    let slope = try #require(slopes[golden.relaxation])
    return switch golden.method {
    case "IBP": .interval
    case "CROWN-IBP": .crownIBP(slope: slope)
    default: .crown(slope: slope)
    }
  }

  private func set(_ golden: Golden.Case) throws -> Perturbation {
    try Perturbation(
      norm: #require(norms[golden.norm]), epsilon: golden.epsilon,
      domain: golden.clip ? 0...1 : nil)
  }

  private let slopes: [String: ReLUSlope] = [
    "adaptive": .adaptive, "same-slope": .same, "zero-lb": .zero, "one-lb": .one,
  ]
  private let norms: [String: Perturbation.Norm] = ["inf": .linf, "2": .l2, "1": .l1]
}
