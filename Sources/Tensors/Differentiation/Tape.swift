/// The record of one computation, from which gradients are read backwards (reverse-mode
/// differentiation).
///
/// The tape knows no rule: each operation hands it a pullback that maps the gradients of its
/// outputs to those of its inputs. Values and gradients have numbers, their slots, in the order in
/// which values were made. An operation's inputs have smaller slots than its outputs, so one pass
/// over the entries from the last to the first meets every gradient complete.
///
/// The tape lives only inside ``withGradients(at:of:)``, which opens and closes it. It is used by
/// one thread at a time, hence Sendable; it is not safe for two.
final class Tape: @unchecked Sendable {
  /// Maps the gradients of an operation's outputs (nil: not needed) to those of its inputs, in
  /// order.
  typealias Pullback = ([DeviceArray?]) -> [GradientTerm?]

  /// One recorded operation.
  private struct Entry {
    /// The slots of the inputs, nil for constants.
    let inputs: [Int?]
    /// The slots of the outputs, which are neighbours.
    let outputs: Range<Int>
    /// It holds the arrays that the derivative needs, so an entry that is dropped sets memory free.
    let pullback: Pullback
  }

  /// The operations in the order in which they happened.
  private var entries: [Entry] = []
  /// The number of values so far, and the slot of the next.
  private var slots = 0
  /// Whether operations can still be recorded: until gradients are read or the tape is closed.
  private(set) var isOpen = true

  /// Returns the place of a new value that is no operation's output, such as a parameter.
  func watch() -> TapePosition {
    defer { slots += 1 }
    return TapePosition(tape: self, slot: slots)
  }

  /// Records an operation, and returns the places of its outputs.
  ///
  /// - Parameters:
  ///   - outputs: The number of outputs.
  ///   - inputs: The slots of the inputs, nil for constants.
  func record(outputs: Int, inputs: [Int?], pullback: @escaping Pullback) -> [TapePosition] {
    let places = (0..<outputs).map { _ in watch() }
    entries.append(
      Entry(inputs: inputs, outputs: slots - outputs..<slots, pullback: pullback))
    return places
  }

  /// Forgets all operations and refuses new ones. Entries hold arrays, which would otherwise live
  /// as long as any tensor that was made on the tape.
  func close() {
    entries.removeAll()
    isOpen = false
  }

  /// Reads the gradients of a value with respect to watched values, by slot. Nothing can be
  /// recorded afterwards, and nothing read again: entries are dropped as they are read.
  ///
  /// - Parameters:
  ///   - result: The slot of the value, nil for a constant.
  ///   - seed: The gradient of the value, which is 1 for the derivative of a scalar.
  /// - Returns: For each watched slot its gradient, nil where the value does not depend on it.
  func gradients(of result: Int?, seed: DeviceArray, at watched: [Int]) -> [DeviceArray?] {
    isOpen = false
    var gradients = [DeviceArray?](repeating: nil, count: slots)
    if let result { gradients[result] = seed }
    while let entry = entries.popLast() {
      // A gradient is taken out of its slot, so that the pullback is its only owner. Watched slots
      // are no operation's outputs and keep theirs.
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
    return watched.map { gradients[$0] }
  }
}

/// Where on a tape a tensor was made: what a tracked tensor is beside its values.
struct TapePosition: Sendable {
  /// The tape that has recorded how the tensor came about.
  let tape: Tape
  /// The number of the tensor's value on that tape.
  let slot: Int
}
