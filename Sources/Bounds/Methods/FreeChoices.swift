import Tensors

/// The choices that an ascent moves, with Adam's running means of gradients and of their squares.
struct FreeChoices {
  /// The layers that have slopes, ascending.
  private let layers: [Int]
  /// The values that have multipliers, ascending.
  private let values: [Int]
  /// The slopes of the layers, and then the multipliers of the values.
  private var tensors: [Tensor]
  /// Adam's running means of the gradients.
  private var first: [Tensor]
  /// Adam's running means of the squared gradients.
  private var second: [Tensor]

  /// Begins with the given choices, and means of 0.
  init(_ start: Choices) {
    layers = start.slopes.keys.sorted()
    values = start.multipliers.keys.sorted()
    tensors = layers.map { start.slopes[$0]! } + values.map { start.multipliers[$0]! }
    first = tensors.map { .zeros($0.shape) }
    second = first
  }

  /// Whether there is nothing to choose.
  var isEmpty: Bool { tensors.isEmpty }
  /// The choices as a backward pass reads them.
  var choices: Choices { choices(tensors) }

  /// Pairs layers with slopes, and values with multipliers.
  private func choices(_ tensors: [Tensor]) -> Choices {
    Choices(
      slopes: Dictionary(uniqueKeysWithValues: zip(layers, tensors)),
      multipliers: Dictionary(uniqueKeysWithValues: zip(values, tensors.dropFirst(layers.count))))
  }

  /// Returns the gradients of a sum by the choices, in their order.
  ///
  /// - Parameter sum: The sum of the rows' bounds, a function of the choices. Each term depends on
  ///   the choices of its row only.
  func gradients(of sum: (Choices) -> Tensor) -> [Tensor] {
    withGradients(at: tensors) { sum(choices($0)) }.gradients
  }

  /// Moves the choices one step up gradients, and projects slopes to [0, 1] and multipliers to what
  /// is not negative.
  mutating func ascend(_ step: AdamStep, _ gradients: [Tensor]) {
    for index in tensors.indices {
      step.apply(
        to: &tensors[index], first: &first[index], second: &second[index],
        gradient: gradients[index])
      if index < layers.count {
        tensors[index].clampToUnitInterval()
      } else {
        tensors[index] = relu(tensors[index])
      }
    }
  }
}

/// The largest bound of each row that an ascent has met, and its choices.
struct BestChoices {
  /// [batch, rows].
  private(set) var bounds: Tensor
  /// What gave the bounds; empty until some are taken.
  private(set) var choices = Choices()

  init(bounds: Tensor) { self.bounds = bounds }

  /// Takes the rows whose bounds are larger than those known, with their choices.
  mutating func take(_ new: Tensor, _ other: Choices) {
    let rows = zip(new.scalars, bounds.scalars).map(>)
    let isFirst = choices.slopes.isEmpty && choices.multipliers.isEmpty
    choices = isFirst ? other : choices.replacingRows(where: rows, by: other)
    bounds = bounds.larger(new)
  }
}

extension Choices {
  /// Replaces the choices of some rows by those of others for the same layers and values.
  fileprivate func replacingRows(where isReplaced: [Bool], by other: Choices) -> Choices {
    Choices(
      slopes: slopes.merging(other.slopes) { $0.replacingRows(where: isReplaced, by: $1) },
      multipliers: multipliers.merging(other.multipliers) {
        $0.replacingRows(where: isReplaced, by: $1)
      })
  }
}

extension Tensor {
  /// Replaces rows of a tensor [batch, rows, n] by those of another.
  fileprivate func replacingRows(where isReplaced: [Bool], by other: Tensor) -> Tensor {
    guard isReplaced.contains(true) else { return self }
    let size = count / max(isReplaced.count, 1)
    var result = self
    result.modify { values in
      other.read { new in
        for (row, replaced) in isReplaced.enumerated() where replaced {
          for i in row * size..<(row + 1) * size { values[i] = new[i] }
        }
      }
    }
    return result
  }
}
