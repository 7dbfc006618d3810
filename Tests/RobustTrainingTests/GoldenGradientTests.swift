import Bounds
import Networks
import RobustTraining
import Tensors
import Testing
import _TestSupport

/// Losses and gradients of the CROWN-IBP authors' code in Float64, to 1e-3 in norm per parameter.
@Suite struct GoldenGradientTests {
  @Test(arguments: ["mlp", "cnn_2layer"])
  func agree(name: String) throws {
    let arrays = try Golden.arrays("grad_\(name)")
    let network = try Golden.network(name, arrays)
    let images = Golden.images(arrays)
    let labels = Golden.labels(arrays)
    let cases = try Golden.gradients().filter { $0.net == name }
    #expect(cases.count == 6)
    for golden in cases {
      let objective = Objective.crownIBP(
        beta: .constant(golden.beta), kappa: .constant(golden.kappa))
      let point = ObjectivePoint(objective, epsilon: golden.epsilon, largest: golden.epsilon)
      let set = Perturbation.linf(epsilon: golden.epsilon, within: 0...1)
      let result = try withGradients(of: network) {
        try objective.loss(
          of: BoundedNetwork($0, arithmetic: .real), on: images, labels: labels, within: set,
          at: point
        ).value
      }
      let expected = arrays["loss.\(golden.key)"]!.scalars[0]
      #expect(abs(result.value.scalar - expected) <= 1e-4 * abs(expected), "loss \(golden.key)")
      let gradients = network.withParameters(result.gradients).stateDict
      for (path, _) in network.parameters {
        let reference = arrays["grad.\(golden.key).\(path)"]!.scalars
        let ours = gradients[path]!.scalars
        let difference = norm(zip(ours, reference).map { $0 - $1 })
        #expect(
          difference <= 1e-3 * norm(reference), "\(name) \(golden.key) \(path): \(difference)")
      }
      try expectMargins(arrays, golden, network, images, labels, set)
    }
  }

  private func expectMargins(
    _ arrays: [String: Tensor], _ golden: Golden.GradientCase, _ network: Network,
    _ images: Tensor, _ labels: [Int], _ set: Perturbation
  ) throws {
    let margins = Specification.margins(of: labels, classes: 10)
    for (prefix, method) in [("ilb", BoundMethod.interval), ("clb", .crownIBP())] {
      expectClose(
        try lowerBounds(of: network, around: images, set, margins, by: method),
        arrays["\(prefix).\(golden.key)"]!, relative: 1e-4, absolute: 1e-4,
        "\(prefix) \(golden.key)")
    }
  }

  private func norm(_ values: [Float]) -> Double {
    values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
  }
}
