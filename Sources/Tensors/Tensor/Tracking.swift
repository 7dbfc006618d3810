extension Tensor {
  /// Returns the array of a constant. It refuses a tracked tensor, whose gradient would be lost.
  ///
  /// - Parameter operation: What the message calls the operation that cannot be differentiated.
  func constant(in operation: StaticString) -> DeviceArray {
    requireConstant(in: operation)
    return array
  }

  /// Ends the process if the tensor is tracked, with a message that names the operation and its
  /// remedy.
  ///
  /// It is no precondition, because the text has to be shown in optimised builds too.
  func requireConstant(in operation: StaticString) {
    guard isTracked else { return }
    fatalError(
      "\(operation) would lose the gradient of a tracked tensor of shape \(shape): "
        + "write .detached before it if a constant is meant")
  }
}

/// Returns the tape that tracks some tensors, nil if all are constants.
///
/// It ends the process where gradients would be wrong: if two tapes meet, of which only one could
/// record the operation, or if a tape has already been read. Both happen when a tracked tensor
/// leaves the ``withGradients(at:of:)`` that tracked it, or enters another one inside.
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
