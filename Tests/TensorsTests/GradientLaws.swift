import Tensors
import Testing

/// The gradient of every operation is that of its Float64 reference, found by central differences.
@Suite struct GradientLaws {
  /// Error in norm, relative, and absolute for terms of order one that cancel to zero in Float32.
  private let relative = 1e-5
  private let absolute = 2e-8

  @Test(arguments: OperationCase.all)
  func equalCentralDifferences(operation: OperationCase) {
    let inputs = operation.inputs(3)
    let gradients = operation.gradients(at: inputs, tracking: Array(inputs.indices))
    for (position, gradient) in gradients.enumerated() {
      let expected = operation.differences(at: inputs, position: position, step: 1e-5)
      let error = Reference(gradient).with(expected, -).norm
      #expect(gradient.shape == inputs[position].shape)
      #expect(
        error <= relative * expected.norm + absolute,
        "input \(position): \(error) of \(expected.norm)")
    }
  }

  /// What else is tracked changes no gradient.
  @Test(arguments: OperationCase.all)
  func areTheSameForEachInputAlone(operation: OperationCase) {
    let inputs = operation.inputs(3)
    let together = operation.gradients(at: inputs, tracking: Array(inputs.indices))
    for position in inputs.indices {
      let alone = operation.gradients(at: inputs, tracking: [position])[0]
      let error = Reference(alone).with(Reference(together[position]), -).norm
      #expect(error <= 1e-6 * Reference(alone).norm, "input \(position)")
    }
  }
}
