import Bounds
import Formats
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
}

/// Attacks examples that are right on the clean input until they fall.
///
/// - Parameters:
///   - progress: Called with results as they become final; returning false stops early.
/// - Returns: One result for each example attacked, in order.
public func attack(
  _ network: Network, _ data: LabeledImages, within set: Perturbation,
  with attack: Attack, seed: UInt64 = 0, batchSize: Int = 250,
  progress: ([AttackResult]) throws -> Bool = { _ in true }
) rethrows -> [AttackResult] {
  var results: [AttackResult] = []
  for group in ChunkGroups(of: data.count, size: batchSize) {
    let chunks = Lanes.map(group.count) { part in
      attackChunk(network, data, group[part], set, attack, seed)
    }
    for chunk in chunks {
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
  let predictions = network(batch.images).argmaxOfRows
  var results = zip(range, predictions).map { index, prediction in
    let label = Int(data.labels[index])
    return AttackResult(
      index: index, label: label, status: prediction == label ? .survived : .misclassified,
      prediction: prediction)
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
  }
  return results
}
