// How operations make tensors of arrays. Pullbacks speak of arrays: the gradients of the outputs
// come in, those of the inputs go out in the order of `inputs`, nil where none is needed.

/// Makes tensors of an operation's outputs, and records the operation if any of its inputs is
/// tracked.
///
/// - Parameters:
///   - outputs: The arrays that the kernels computed.
///   - inputs: The tensors that the operation read, in the order of the pullback's results.
///   - pullback: Maps the gradients of the outputs to those of the inputs. An output that nothing
///     depends on has no gradient, which is nil there; an input that needs none may get nil. It is
///     called at most once, and only if at least one output has a gradient.
func recorded(
  _ outputs: [DeviceArray], from inputs: [Tensor],
  pullback: @escaping ([DeviceArray?]) -> [DeviceArray?]
) -> [Tensor] {
  recordedTerms(outputs, from: inputs) { pullback($0).map { $0.map(GradientTerm.value) } }
}

/// Makes the tensor of an operation's only output, and records the operation if any of its inputs
/// is tracked. The pullback then always receives a gradient.
func recorded(
  _ output: DeviceArray, from inputs: [Tensor],
  pullback: @escaping (DeviceArray) -> [DeviceArray?]
) -> Tensor {
  recorded([output], from: inputs) { pullback($0[0]!) }[0]
}

/// Does the same for an operation that can add to its inputs' gradients in place
/// (``GradientTerm``).
func recordedTerms(
  _ output: DeviceArray, from inputs: [Tensor],
  pullback: @escaping (DeviceArray) -> [GradientTerm?]
) -> Tensor {
  recordedTerms([output], from: inputs) { pullback($0[0]!) }[0]
}

/// Finds the tape of the inputs and records on it; without a tape it forgets the pullback, so that
/// a forward pass of constants keeps no intermediate results alive.
private func recordedTerms(
  _ outputs: [DeviceArray], from inputs: [Tensor], pullback: @escaping Tape.Pullback
) -> [Tensor] {
  guard let tape = sharedTape(of: inputs) else { return outputs.map { Tensor($0) } }
  let places = tape.record(
    outputs: outputs.count, inputs: inputs.map { $0.position?.slot }, pullback: pullback)
  return zip(outputs, places).map { Tensor($0, at: $1) }
}
