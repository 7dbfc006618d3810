// How operations make tensors of arrays. Pullbacks speak of arrays: the gradients of the outputs
// come in, those of the inputs go out in the order of `inputs`, nil where none is needed.

/// Tensors of an operation's outputs, recorded if any of its inputs is tracked. An output that
/// nothing depends on has no gradient.
func recorded(
  _ outputs: [DeviceArray], from inputs: [Tensor],
  pullback: @escaping ([DeviceArray?]) -> [DeviceArray?]
) -> [Tensor] {
  recordedTerms(outputs, from: inputs) { pullback($0).map { $0.map(GradientTerm.value) } }
}

/// The tensor of an operation's only output, recorded if any of its inputs is tracked.
func recorded(
  _ output: DeviceArray, from inputs: [Tensor],
  pullback: @escaping (DeviceArray) -> [DeviceArray?]
) -> Tensor {
  recorded([output], from: inputs) { pullback($0[0]!) }[0]
}

/// The same for an operation that can add to its inputs' gradients in place.
func recordedTerms(
  _ output: DeviceArray, from inputs: [Tensor],
  pullback: @escaping (DeviceArray) -> [GradientTerm?]
) -> Tensor {
  recordedTerms([output], from: inputs) { pullback($0[0]!) }[0]
}

private func recordedTerms(
  _ outputs: [DeviceArray], from inputs: [Tensor], pullback: @escaping Tape.Pullback
) -> [Tensor] {
  guard let tape = sharedTape(of: inputs) else { return outputs.map { Tensor($0) } }
  let places = tape.record(
    outputs: outputs.count, inputs: inputs.map { $0.position?.slot }, pullback: pullback)
  return zip(outputs, places).map { Tensor($0, at: $1) }
}
