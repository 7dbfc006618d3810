/// Evaluates a scalar function of some tensors, and its gradients with respect to them.
///
///     let (value, gradients) = withGradients(at: [weight]) { tracked in
///       crossEntropy(linear(x, weight: tracked[0]), labels: labels)
///     }
///
/// The tensors that `body` is given are tracked, and so is what operations make of them. Once the
/// function has returned they are of no use: keep ``Tensor/detached`` copies.
///
/// - Returns: The value, and a gradient of each tensor's shape; zeros where the value does not
///   depend on a tensor.
/// - Throws: What `body` throws.
package func withGradients(
  at tensors: [Tensor], of body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  let tape = Tape()
  defer { tape.close() }
  let watched = tensors.map(tape.watched)
  let value = try body(watched)
  return (value.detached, tape.gradients(of: value, at: watched))
}

/// A scalar function of some tensors that is a sum of parts, and its gradients with respect to the
/// tensors; the parts run side by side (``Lanes``).
///
/// Sums go by the order of the parts, so the result does not depend on the number of threads.
///
/// - Parameter body: The value of a part, and what else the caller wants of it.
/// - Throws: The first error of `body`, in the order of the parts.
package func withGradients<Extra, E: Error>(
  at tensors: [Tensor], parts: Int, of body: (Int, [Tensor]) throws(E) -> (Tensor, Extra)
) throws(E) -> (value: Float, gradients: [Tensor], extras: [Extra]) {
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

private func sum(_ terms: [Tensor]) -> Tensor {
  var total = terms[0].array
  for term in terms.dropFirst() { total.device.elementwise.accumulate(term.array, to: &total) }
  return Tensor(total)
}

extension Tape {
  fileprivate func watched(_ tensor: Tensor) -> Tensor { Tensor(tensor.array, at: watch()) }

  /// Gradients of a scalar with respect to watched tensors; zeros where it does not depend on one.
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
