import Bounds
import Datasets
import Networks
import Tensors

/// Certifies chosen examples of a data set, in batches.
struct CertificationBatches {
  let network: Network
  let data: LabeledImages
  let methods: [BoundMethod]
  let memoryBudget: Int

  /// Verdicts on examples, in their order, under the examples' own indices.
  ///
  /// `progress` is called with the number decided so far. Throws ``BoundsError``.
  func verdicts(
    on indices: [Int], _ set: Perturbation, progress: (Int) throws -> Void = { _ in }
  ) throws -> [Verdict] {
    var verdicts: [Verdict] = []
    for group in ChunkGroups(of: indices.count, size: 125) {
      let parts = try Lanes.map(group.count) { part in
        let batch = data.batch(indices[group[part]])
        return try certify(
          network, batch.images, labels: batch.labels, against: set, by: methods,
          memoryBudget: memoryBudget / Threads.count)
      }
      verdicts += parts.joined()
      try progress(verdicts.count)
    }
    for (position, index) in indices.enumerated() { verdicts[position].index = index }
    return verdicts
  }
}
