extension Tensor {
  /// The array of a tensor that is no constant's stand-in: refuses a tracked tensor, whose gradient
  /// would be lost.
  func constant(in operation: StaticString) -> DeviceArray {
    requireConstant(in: operation)
    return array
  }

  /// Ends the process if the tensor is tracked. The text is shown in optimised builds too, which a
  /// precondition's is not.
  func requireConstant(in operation: StaticString) {
    guard isTracked else { return }
    fatalError(
      "\(operation) would lose the gradient of a tracked tensor of shape \(shape): "
        + "write .detached before it if a constant is meant")
  }
}

/// The tape that tracks some tensors, nil for constants.
///
/// Ends the process where gradients would be wrong: if two tapes meet, of which only one could
/// record the operation, or if a tape has already been read.
func sharedTape(of tensors: [Tensor]) -> Tape? {
  var shared: Tape?
  for tensor in tensors {
    guard let tape = tensor.position?.tape else { continue }
    if !tape.isOpen {
      fatalError(
        "a tensor of shape \(tensor.shape) is used after the withGradients that tracked it has "
          + "returned: keep its .detached instead")
    }
    if let shared, shared !== tape {
      fatalError(
        "tensors of two calls of withGradients meet in one operation (shape \(tensor.shape)): "
          + "write .detached after the one that is a constant here")
    }
    shared = tape
  }
  return shared
}
