import Foundation
import Networks
import Tensors

/// What the steps of an attack make small, as a function of the logits z and the label y.
///
/// Both are small where the answer is wrong. In training, attacks climb the cross-entropy as their
/// papers do; evaluations descend on the margin by default.
public enum AttackLoss: String, Sendable, CaseIterable {
  /// The margin z_y − max_{j ≠ y} z_j, or z_y − z_t for a target t.
  ///
  /// Unlike cross-entropy it does not saturate: on a network that is sure of its answer the
  /// cross-entropy's gradient vanishes in Float32, the margin's does not.
  case margin
  /// The negative cross-entropy, −CE(z, y), which is log softmax(z) at the label.
  case crossEntropy = "cross-entropy"

  /// Returns the derivatives of the loss by the logits, [batch, classes], each row by its example's
  /// loss.
  ///
  /// - Parameters:
  ///   - logits: The outputs, [batch, classes].
  ///   - targets: A class for each example in place of the largest other logit; only the margin
  ///     looks at it.
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

  /// Returns the loss of each row of logits [batch, classes]; the smaller, the nearer to a wrong
  /// answer.
  ///
  /// - Parameter targets: A class for each example in place of the largest other logit; only the
  ///   margin looks at it.
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
          // Less the largest logit no exponential overflows, and the one of the largest is 1.
          let largest = row.max() ?? 0
          return row[label] - largest - log(row.reduce(0) { $0 + exp($1 - largest) })
        }
      }
    }
  }

  /// The class with the largest logit but for the label; nil where there is only one class. NaN is
  /// never larger.
  private static func rival(in row: UnsafeBufferPointer<Float>, of label: Int) -> Int? {
    guard row.count > 1 else { return nil }
    var rival = label == 0 ? 1 : 0
    for j in row.indices where j != label && row[j] > row[rival] { rival = j }
    return rival
  }

  /// The probabilities of a row of logits.
  private static func softmax(_ row: UnsafeBufferPointer<Float>) -> [Float] {
    let largest = row.max() ?? 0
    let powers = row.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { $0 / sum }
  }
}

extension Network {
  /// Returns the logits [batch, classes] at some inputs and the gradient of a loss with respect to
  /// these.
  ///
  /// The losses are summed over the batch, so that each row of the gradient, of the inputs' shape,
  /// is that of its example alone.
  func lossGradient(
    at inputs: Tensor, _ loss: AttackLoss, labels: [Int], targets: [Int]? = nil
  ) -> (logits: Tensor, gradient: Tensor) {
    var logits = Tensor.zeros([0])
    let result = withGradients(at: [inputs]) { watched in
      let output = self(watched[0])
      logits = output.detached
      // The derivatives are constants here: their inner product with the outputs has the gradient
      // of the loss.
      return output.scaled(
        by: loss.derivatives(at: logits, labels: labels, targets: targets)
      ).sum()
    }
    return (logits, result.gradients[0])
  }
}
