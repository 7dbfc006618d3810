import Tensors

/// Lower bounds of S specifications as linear functions of several of a graph's values:
/// specification ≥ Σ Λ_v · h_v + constant.
package struct GraphForm {
  /// Λ_v by value, each [batch or 1, S, n_v].
  private(set) var coefficients: [Int: Tensor]
  /// [batch or 1, S].
  package var constant: Tensor

  /// A form over one value.
  package init(_ form: LinearForm, over value: Int) {
    coefficients = [value: form.coefficients]
    constant = form.constant
  }

  package var rows: Int { constant.shape[1] }
  package var batch: Int { constant.shape[0] }

  /// Takes out the coefficients of a value, as a form with the whole constant.
  mutating func take(_ value: Int) -> LinearForm? {
    coefficients.removeValue(forKey: value).map { LinearForm(shared: $0, constant: constant) }
  }

  /// Adds coefficients over a value.
  mutating func add(_ more: Tensor, over value: Int) {
    guard let known = coefficients[value] else {
      coefficients[value] = more
      return
    }
    let batch = max(known.shape[0], more.shape[0])
    coefficients[value] = known.repeatedBatch(batch) + more.repeatedBatch(batch)
  }

  /// The same with every coefficient tensor and the constant, seen as [batch, S, 1], replaced.
  package func mapped(_ transform: (Tensor) -> Tensor) -> GraphForm {
    var copy = self
    copy.coefficients = coefficients.mapValues(transform)
    let column = transform(constant.reshaped(constant.shape + [1]))
    copy.constant = column.reshaped(Array(column.shape.prefix(2)))
    return copy
  }

  /// The rows of a form that all examples share, then their negatives; not differentiable.
  var withNegatives: GraphForm {
    mapped { rows in
      precondition(rows.shape[0] == 1, "only a shared form is doubled")
      let shape = rows.shape
      return Tensor.concatenated([rows, rows * -1].map { $0.reshaped([1] + [$0.count]) })
        .reshaped([1, 2 * shape[1], shape[2]])
    }
  }

  /// The given rows; not differentiable.
  func rows(_ range: Range<Int>) -> GraphForm { mapped { $0.selectingRows(range) } }

  /// The least value where each value ranges over its region by itself: [batch, S].
  package func lowerBounds(over regions: [Region]) -> Tensor {
    let values = coefficients.keys.sorted()
    var bounds = constant.repeatedBatch(values.isEmpty ? regions[0].batch : constant.shape[0])
    for value in values {
      let form = LinearForm(shared: coefficients[value]!, constant: bounds)
      bounds = form.lowerBounds(over: regions[value])
    }
    return bounds
  }

  /// The least and the largest value where each value ranges over its region by itself: both
  /// [batch, S].
  package func bounds(over regions: [Region]) -> (lower: Tensor, upper: Tensor) {
    let batch = regions[0].batch
    var (lower, upper) = (constant.repeatedBatch(batch), constant.repeatedBatch(batch))
    for value in coefficients.keys.sorted() {
      let form = LinearForm(shared: coefficients[value]!, constant: constant)
      let ends = form.ends(over: regions[value])
      (lower, upper) = (lower + ends.lower, upper + ends.upper)
    }
    return (lower, upper)
  }
}

extension LinearForm {
  /// Either part may be one that all examples share, and is repeated where the other is not.
  fileprivate init(shared coefficients: Tensor, constant: Tensor) {
    let batch = max(coefficients.shape[0], constant.shape[0])
    self.init(
      coefficients: coefficients.repeatedBatch(batch), constant: constant.repeatedBatch(batch))
  }
}
