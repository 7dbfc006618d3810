/// Evaluates a scalar function of some tensors, and its gradients with respect to them.
///
///     let (value, gradients) = withGradients(at: [weight]) { tracked in
///       crossEntropy(linear(x, weight: tracked[0]), labels: labels)
///     }
///
/// The function is differentiated in reverse: every operation on tracked tensors is recorded while
/// `body` runs, then the record is read backwards once. The cost is a small multiple of the
/// function's own, whatever the number of tensors, and the memory that of all intermediate results.
///
/// The tensors that `body` is given are tracked, and so is what operations make of them. Once the
/// function has returned they are of no use: keep ``Tensor/detached`` copies. Calls may be nested,
/// but a tensor that the outer call tracks has to be detached before an operation of the inner one
/// uses it: there are no second derivatives.
///
/// - Parameters:
///   - tensors: Where the function is evaluated. Tracked ones enter as constants of the same value.
///   - body: Computes the value from tensors in the order of `tensors`.
/// - Returns: The value as a constant, and a gradient of each tensor's shape; zeros where the value
///   does not depend on a tensor.
/// - Throws: What `body` throws.
/// - Precondition: The value has one element.
package func withGradients(
  at tensors: [Tensor], of body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  let tape = Tape()
  defer { tape.close() }
  let watched = tensors.map(tape.watched)
  let value = try body(watched)
  return (value.detached, tape.gradients(of: value, at: watched))
}

/// Evaluates a scalar function of some tensors that is a sum of parts, and its gradients with
/// respect to the tensors; the parts run side by side (``Lanes``).
///
/// A training step uses it with one part of the batch in each. Every part is recorded on a separate
/// tape and, if there are several, stays on one thread. Values and gradients are summed in the
/// order of the parts, so for a given number of parts, at least 2, the result does not depend on
/// the number of threads.
///
/// - Parameters:
///   - tensors: Where the function is evaluated, the same in all parts.
///   - parts: The number of parts, at least 1.
///   - body: Computes the value of a part, counted from 0, and what else the caller wants of it.
/// - Returns: The sum of the values, the sums of the gradients, and what `body` returned beside its
///   values, in the order of the parts.
/// - Precondition: There is a part.
/// - Throws: The first error of `body`, in the order of the parts. The other parts run to their
///   ends before it is thrown.
package func withGradients<Extra, E: Error>(
  at tensors: [Tensor], parts: Int, of body: (Int, [Tensor]) throws(E) -> (Tensor, Extra)
) throws(E) -> (value: Float, gradients: [Tensor], extras: [Extra]) {
  precondition(parts >= 1, "gradients of \(parts) parts")
  let results = try Lanes.map(parts) { part throws(E) in
    let tape = Tape()
    defer { tape.close() }
    let watched = tensors.map(tape.watched)
    let (value, extra) = try body(part, watched)
    return (
      value: value.detached.scalar, gradients: tape.gradients(of: value, at: watched), extra: extra
    )
  }
  let gradients = tensors.indices.map { index in sum(results.map { $0.gradients[index] }) }
  return (results.reduce(0) { $0 + $1.value }, gradients, results.map(\.extra))
}

/// Returns the sum of gradients in their order, added in place to a copy of the first.
private func sum(_ terms: [Tensor]) -> Tensor {
  var total = terms[0].array
  for term in terms.dropFirst() { total.device.elementwise.accumulate(term.array, to: &total) }
  return Tensor(total)
}

extension Tape {
  /// Returns a tracked tensor of the same values, whose gradient can be asked for.
  fileprivate func watched(_ tensor: Tensor) -> Tensor { Tensor(tensor.array, at: watch()) }

  /// Returns the gradients of a scalar with respect to watched tensors; zeros where it does not
  /// depend on one.
  ///
  /// It ends the process if the scalar was made by another tape, since its gradients are not to be
  /// found here.
  fileprivate func gradients(of result: Tensor, at watched: [Tensor]) -> [Tensor] {
    precondition(result.count == 1, "only a scalar has a gradient, not shape \(result.shape)")
    if let tape = result.position?.tape, tape !== self {
      fatalError(
        "the value of withGradients is tracked by another call of it: write .detached after it")
    }
    let found = gradients(
      of: result.position?.slot, seed: result.device.filled(result.shape, with: 1),
      at: watched.map { $0.position!.slot })
    return zip(found, watched).map { Tensor($0 ?? $1.array.zeros) }
  }
}
