import Bounds
import Datasets
import Networks
import Tensors

/// Verdicts on a set of examples, with their totals.
public struct Certification: Sendable {
  public let verdicts: [Verdict]
  public let perturbation: Perturbation

  /// The fraction of examples that are not certified: the certified upper bound of the error
  /// under any perturbation in the set.
  public var verifiedError: Float { 1 - fraction(.certified) }
  /// The fraction misclassified without perturbation.
  public var standardError: Float {
    let wrong = verdicts.count { $0.prediction != $0.label }
    return verdicts.isEmpty ? 0 : Float(wrong) / Float(verdicts.count)
  }

  public func count(_ status: Verdict.Status) -> Int { verdicts.count { $0.status == status } }

  /// The fraction not certified by a method and those before it in the order they were tried.
  public func verifiedError(upTo method: BoundMethod, of methods: [BoundMethod]) -> Float {
    let allowed = methods.prefix { $0 != method } + [method]
    let certified = verdicts.count { $0.status == .certified && allowed.contains($0.method) }
    return verdicts.isEmpty ? 0 : 1 - Float(certified) / Float(verdicts.count)
  }

  private func fraction(_ status: Verdict.Status) -> Float {
    verdicts.isEmpty ? 0 : Float(count(status)) / Float(verdicts.count)
  }
}

/// Bytes that the forms of a backward pass may take by default, on all threads together.
public let certificationMemory = 1 << 29

/// Certifies examples in batches, each by the given methods in order until one succeeds.
///
/// - Parameters:
///   - progress: Called after each batch with its verdicts; returning false stops early.
/// Throws ``BoundsError``.
public func certify(
  _ network: Network, _ data: LabeledImages, against set: Perturbation,
  by methods: [BoundMethod], memoryBudget: Int = certificationMemory,
  progress: ([Verdict]) throws -> Bool = { _ in true }
) throws -> Certification {
  var verdicts: [Verdict] = []
  let budget = memoryBudget / Threads.count
  for group in ChunkGroups(of: data.count, size: 125) {
    let parts = try Lanes.map(group.count) { part in
      let batch = data.batch(group[part])
      return try certify(
        network, batch.images, labels: batch.labels, against: set, by: methods,
        firstIndex: group[part].lowerBound, memoryBudget: budget)
    }
    for part in parts {
      verdicts += part
      guard try progress(part) else {
        return Certification(verdicts: verdicts, perturbation: set)
      }
    }
  }
  return Certification(verdicts: verdicts, perturbation: set)
}

/// Certifies examples by a first method and, those it leaves open, by further ones.
public func certify(
  _ network: Network, _ data: LabeledImages, against set: Perturbation,
  by first: BoundMethod, then others: BoundMethod...
) throws -> Certification {
  try certify(network, data, against: set, by: [first] + others)
}
