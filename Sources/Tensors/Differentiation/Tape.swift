/// The record of one computation, from which gradients are read backwards.
///
/// The tape knows no rule: each operation hands it a pullback that maps the gradients of its
/// outputs to those of its inputs. Values and gradients have numbers, their slots, in the order in
/// which values were made. The tape lives only inside ``withGradients(at:of:)``.
final class Tape: @unchecked Sendable {
  /// Gradients of an operation's outputs (nil: not needed) to those of its inputs, in order.
  typealias Pullback = ([DeviceArray?]) -> [GradientTerm?]

  private struct Entry {
    let inputs: [Int?]
    let outputs: Range<Int>
    let pullback: Pullback
  }

  private var entries: [Entry] = []
  private var slots = 0
  /// Whether operations can still be recorded.
  private(set) var isOpen = true

  /// The place of a new value that is no operation's output.
  func watch() -> TapePosition {
    defer { slots += 1 }
    return TapePosition(tape: self, slot: slots)
  }

  /// Records an operation, and returns the places of its outputs.
  ///
  /// - Parameter inputs: The slots of the inputs, nil for constants.
  func record(outputs: Int, inputs: [Int?], pullback: @escaping Pullback) -> [TapePosition] {
    let places = (0..<outputs).map { _ in watch() }
    entries.append(
      Entry(inputs: inputs, outputs: slots - outputs..<slots, pullback: pullback))
    return places
  }

  /// Forgets everything: entries hold arrays.
  func close() {
    entries.removeAll()
    isOpen = false
  }

  /// Gradients of a value with respect to watched values, by slot; nil where it does not depend on
  /// one. Nothing can be recorded afterwards.
  ///
  /// - Parameters:
  ///   - result: The slot of the value, nil for a constant.
  ///   - seed: The gradient of the value.
  func gradients(of result: Int?, seed: DeviceArray, at watched: [Int]) -> [DeviceArray?] {
    isOpen = false
    var gradients = [DeviceArray?](repeating: nil, count: slots)
    if let result { gradients[result] = seed }
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
    return watched.map { gradients[$0] }
  }
}

/// Where on a tape a tensor was made.
struct TapePosition: Sendable {
  let tape: Tape
  let slot: Int
}
