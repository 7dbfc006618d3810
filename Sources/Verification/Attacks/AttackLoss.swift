import Foundation
import Networks
import Tensors

/// What the steps of an attack make small.
public enum AttackLoss: String, Sendable, CaseIterable {
  /// z_y − max_{j ≠ y} z_j, or z_y − z_t for a target t; unlike cross-entropy it does not saturate.
  case margin
  /// −CE(z, y).
  case crossEntropy = "cross-entropy"

  /// Its derivatives by the logits [batch, classes].
  ///
  /// - Parameter targets: Of each example, in place of the largest other logit; margin only.
  func derivatives(at logits: Tensor, labels: [Int], targets: [Int]?) -> Tensor {
    let classes = logits.shape[1]
    var result = [Float](repeating: 0, count: logits.count)
    logits.read { scalars in
      for (example, label) in labels.enumerated() {
        let start = example * classes
        let row = UnsafeBufferPointer(rebasing: scalars[start..<start + classes])
        switch self {
        case .margin:
          result[start + label] = 1
          if let rival = targets?[example] ?? Self.rival(in: row, of: label) {
            result[start + rival] = -1
          }
        case .crossEntropy:
          for (j, share) in Self.softmax(row).enumerated() { result[start + j] = -share }
          result[start + label] += 1
        }
      }
    }
    return Tensor(shape: logits.shape, result)
  }

  /// The loss of each row of logits [batch, classes]; the smaller, the nearer to a wrong answer.
  func values(at logits: Tensor, labels: [Int], targets: [Int]?) -> [Float] {
    let classes = logits.shape[1]
    return logits.read { scalars in
      labels.enumerated().map { example, label in
        let start = example * classes
        let row = UnsafeBufferPointer(rebasing: scalars[start..<start + classes])
        switch self {
        case .margin:
          return row[label]
            - ((targets?[example] ?? Self.rival(in: row, of: label)).map { row[$0] } ?? 0)
        case .crossEntropy:
          let largest = row.max() ?? 0
          return row[label] - largest - log(row.reduce(0) { $0 + exp($1 - largest) })
        }
      }
    }
  }

  /// The class with the largest logit but for the label; nil where there is only one class.
  private static func rival(in row: UnsafeBufferPointer<Float>, of label: Int) -> Int? {
    guard row.count > 1 else { return nil }
    var rival = label == 0 ? 1 : 0
    for j in row.indices where j != label && row[j] > row[rival] { rival = j }
    return rival
  }

  private static func softmax(_ row: UnsafeBufferPointer<Float>) -> [Float] {
    let largest = row.max() ?? 0
    let powers = row.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}

extension Network {
  /// Logits [batch, classes] and the gradient of a loss with respect to the inputs, summed over the
  /// batch, so that each row is its own example's.
  func lossGradient(
    at inputs: Tensor, _ loss: AttackLoss, labels: [Int], targets: [Int]? = nil
  ) -> (logits: Tensor, gradient: Tensor) {
    var logits = Tensor.zeros([0])
    let result = withGradients(at: [inputs]) { watched in
      let output = self(watched[0])
      logits = output.detached
      return output.scaled(
        by: loss.derivatives(at: logits, labels: labels, targets: targets)
      ).sum()
    }
    return (logits, result.gradients[0])
  }
}
