import Bounds
import Datasets
import Networks
import Tensors

/// What an attack did to one example.
public struct AttackResult: Sendable, Equatable {
  public enum Status: String, Sendable, CaseIterable {
    /// Wrong already on the clean input.
    case misclassified
    /// The attack found an input in the set with another answer.
    case broken
    /// It did not.
    case survived
  }

  public let index: Int
  public let label: Int
  public var status: Status
  /// The answer on the clean input, or on the input that the attack found.
  public var prediction: Int
  /// The label's logit minus the largest other one, on the clean input.
  public let margin: Float
  /// Of a broken example: the input with the wrong answer, its distance and its margin.
  public var finding: AttackFinding?
}

/// Attacks examples that are right on the clean input until they fall.
///
/// - Parameters:
///   - keepingInputs: Whether results keep the inputs that were found, four bytes for each value.
///   - progress: Called with results as they become final; returning false stops early.
/// - Returns: One result for each example attacked, in order.
public func attack(
  _ network: Network, _ data: LabeledImages, within set: Perturbation,
  with attack: Attack, seed: UInt64 = 0, batchSize: Int = 250, keepingInputs: Bool = true,
  progress: ([AttackResult]) throws -> Bool = { _ in true }
) rethrows -> [AttackResult] {
  var results: [AttackResult] = []
  for group in ChunkGroups(of: data.count, size: batchSize) {
    let chunks = Lanes.map(group.count) { part in
      attackChunk(network, data, group[part], set, attack, seed)
    }
    for var chunk in chunks {
      if !keepingInputs { for index in chunk.indices { chunk[index].finding = nil } }
      results += chunk
      guard try progress(chunk) else { return results }
    }
  }
  return results
}

private func attackChunk(
  _ network: Network, _ data: LabeledImages, _ range: Range<Int>, _ set: Perturbation,
  _ attack: Attack, _ seed: UInt64
) -> [AttackResult] {
  let batch = data.batch(range)
  let logits = network(batch.images)
  let (predictions, margins) = (logits.argmaxOfRows, logits.margins(of: batch.labels))
  var results = zip(range, zip(predictions, margins)).map { index, clean in
    let label = Int(data.labels[index])
    return AttackResult(
      index: index, label: label, status: clean.0 == label ? .survived : .misclassified,
      prediction: clean.0, margin: clean.1)
  }
  let standing = results.indices.filter { results[$0].status == .survived }
  guard !standing.isEmpty else { return results }
  let found = attack.findings(
    in: network, around: batch.images.rows(at: standing), labels: standing.map { batch.labels[$0] },
    within: set, seed: seed, indices: standing.map { results[$0].index })
  for (position, finding) in zip(standing, found) {
    guard let finding else { continue }
    results[position].status = .broken
    results[position].prediction = finding.answer
    results[position].finding = finding
  }
  return results
}
