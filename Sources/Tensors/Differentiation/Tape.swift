/// The record of one computation, from which gradients are read backwards.
///
/// The tape knows no rule: each operation hands it a pullback that maps the gradients of its
/// outputs to those of its inputs. It lives only inside ``withGradients(at:of:)``.
final class Tape: @unchecked Sendable {
  /// Gradients of an operation's outputs (nil: not needed) to those of its inputs, in order.
  typealias Pullback = ([Tensor?]) -> [GradientTerm?]

  private struct Entry {
    let inputs: [Int?]
    let outputs: Range<Int>
    let pullback: Pullback
  }

  private var entries: [Entry] = []
  private var slots = 0
  private var isOpen = true

  func watch(_ tensor: Tensor) -> Tensor { placed(tensor.detached) }

  private func placed(_ tensor: Tensor) -> Tensor {
    var tensor = tensor
    tensor.position = TapePosition(tape: self, slot: slots)
    slots += 1
    return tensor
  }

  func record(_ outputs: [Tensor], inputs: [Tensor], pullback: @escaping Pullback) -> [Tensor] {
    guard isOpen else { return outputs }
    let first = slots
    let placedOutputs = outputs.map(placed)
    entries.append(
      Entry(
        inputs: inputs.map { $0.position?.slot }, outputs: first..<slots, pullback: pullback))
    return placedOutputs
  }

  /// Forgets everything, which breaks the cycle tape → pullback → tensor → tape.
  func close() {
    entries.removeAll()
    isOpen = false
  }

  /// Gradients of a scalar with respect to watched tensors; zeros where it does not depend on one.
  func gradients(of result: Tensor, at watched: [Tensor]) -> [Tensor] {
    precondition(result.count == 1, "only a scalar has a gradient, not shape \(result.shape)")
    isOpen = false
    var gradients = [Tensor?](repeating: nil, count: slots)
    if let position = result.position, position.tape === self {
      gradients[position.slot] = Tensor(shape: result.shape, repeating: 1)
    }
    while let entry = entries.popLast() {
      let incoming = entry.outputs.map { slot in
        defer { gradients[slot] = nil }
        return gradients[slot]
      }
      guard incoming.contains(where: { $0 != nil }) else { continue }
      for (slot, term) in zip(entry.inputs, entry.pullback(incoming)) {
        guard let slot, let term else { continue }
        term.add(to: &gradients[slot])
      }
    }
    return watched.map { tensor in
      gradients[tensor.position!.slot] ?? Tensor.zeros(tensor.shape)
    }
  }
}

/// A part of a gradient: a tensor, or a way to make one that can also add to what is there already,
/// without a tensor of its own.
enum GradientTerm {
  case value(Tensor)
  case addition(make: () -> Tensor, add: (inout Tensor) -> Void)

  /// Adds the term to a sum that may not have begun.
  func add(to sum: inout Tensor?) {
    guard var total = sum else {
      switch self {
      case .value(let tensor): sum = tensor
      case .addition(let make, _): sum = make()
      }
      return
    }
    sum = nil  // so that `total` is the only owner and is added to in place
    switch self {
    case .value(let tensor): total.accumulate(tensor)
    case .addition(_, let add): add(&total)
    }
    sum = total
  }
}

/// Where on a tape a tensor was made.
struct TapePosition: Sendable {
  let tape: Tape
  let slot: Int
}

extension Tensor {
  /// Whether gradients flow to this tensor.
  var isTracked: Bool { position != nil }
}

/// Records an operation with several outputs if any of its inputs is tracked.
func recorded(
  _ outputs: [Tensor], from inputs: [Tensor], pullback: @escaping ([Tensor?]) -> [Tensor?]
) -> [Tensor] {
  recordedTerms(outputs, from: inputs) { pullback($0).map { $0.map(GradientTerm.value) } }
}

/// Records an operation with one output if any of its inputs is tracked.
func recorded(
  _ output: Tensor, from inputs: [Tensor], pullback: @escaping (Tensor) -> [Tensor?]
) -> Tensor {
  recorded([output], from: inputs) { pullback($0[0]!) }[0]
}

/// Records an operation that can add to its inputs' gradients in place.
func recordedTerms(
  _ output: Tensor, from inputs: [Tensor], pullback: @escaping (Tensor) -> [GradientTerm?]
) -> Tensor {
  recordedTerms([output], from: inputs) { pullback($0[0]!) }[0]
}

private func recordedTerms(
  _ outputs: [Tensor], from inputs: [Tensor], pullback: @escaping Tape.Pullback
) -> [Tensor] {
  guard let tape = inputs.lazy.compactMap({ $0.position?.tape }).first else { return outputs }
  return tape.record(outputs, inputs: inputs, pullback: pullback)
}

/// Evaluates a scalar function of some tensors, and its gradients with respect to them.
///
/// Rethrows what `body` throws.
public func withGradients(
  at tensors: [Tensor], of body: ([Tensor]) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  let tape = Tape()
  defer { tape.close() }
  let watched = tensors.map(tape.watch)
  let value = try body(watched)
  return (value.detached, tape.gradients(of: value, at: watched))
}

/// A scalar function of some tensors that is a sum of parts, and its gradients with respect to the
/// tensors; the parts run side by side (``Lanes``).
///
/// Sums go by the order of the parts, so the result does not depend on the number of threads.
/// - Parameters:
///   - body: The value of a part, and what else it has to tell.
/// Throws the first error of `body`, in the order of the parts.
public func withGradients<Extra, E: Error>(
  at tensors: [Tensor], parts: Int, of body: (Int, [Tensor]) throws(E) -> (Tensor, Extra)
) throws(E) -> (value: Float, gradients: [Tensor], extras: [Extra]) {
  let results = try Lanes.map(parts) { part throws(E) in
    let tape = Tape()
    defer { tape.close() }
    let watched = tensors.map(tape.watch)
    let (value, extra) = try body(part, watched)
    return (value: value.scalar, gradients: tape.gradients(of: value, at: watched), extra: extra)
  }
  let gradients = tensors.indices.map { index in sum(results.map { $0.gradients[index] }) }
  return (results.reduce(0) { $0 + $1.value }, gradients, results.map(\.extra))
}

private func sum(_ terms: [Tensor]) -> Tensor {
  var total = terms[0]
  for term in terms.dropFirst() { total.accumulate(term) }
  return total
}
