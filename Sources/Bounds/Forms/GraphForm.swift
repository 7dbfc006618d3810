import Tensors

/// Lower bounds of S specifications as affine functions of several of a graph's values:
///
///     specification ≥ Σ Λ_v·h_v + constant.
///
/// A chain of layers needs a ``LinearForm`` over one value only. In a graph, a value may be read by
/// several layers, and a layer may read several values; on its way back a form then stands over all
/// values that are not pulled back yet. Each value has one set of coefficients, to which every
/// reader adds. So what the readers of a value make of it is bounded together: x − x is 0, whereas
/// the intervals of both terms would not cancel.
///
/// ``Bounding`` pulls it back layer by layer. The losses of training combine its rows.
package struct GraphForm {
  /// Λ_v by the number of the value, each [batch or 1, S, n_v]. A value without coefficients is not
  /// mentioned.
  private(set) var coefficients: [Int: Tensor]
  /// The constants of the rows, [batch or 1, S]; each tensor has its own batch.
  package var constant: Tensor

  /// Makes a form over one value.
  package init(_ form: LinearForm, over value: Int) {
    coefficients = [value: form.coefficients]
    constant = form.constant
  }

  /// S, the number of specifications.
  package var rows: Int { constant.shape[1] }
  /// The number of examples that the constant differs between, or 1.
  package var batch: Int { constant.shape[0] }

  /// Takes the coefficients of a value out of the form, for a layer to pull back.
  ///
  /// - Returns: The coefficients with the whole constant, which the caller has to put back; nil
  ///   where the form does not mention the value.
  mutating func take(_ value: Int) -> LinearForm? {
    coefficients.removeValue(forKey: value).map { LinearForm(shared: $0, constant: constant) }
  }

  /// Adds coefficients over a value to those that are there.
  ///
  /// - Parameter more: [batch or 1, S, n_v].
  mutating func add(_ more: Tensor, over value: Int) {
    guard let known = coefficients[value] else {
      coefficients[value] = more
      return
    }
    let batch = max(known.shape[0], more.shape[0])
    coefficients[value] = known.repeatedBatch(batch) + more.repeatedBatch(batch)
  }

  /// Replaces every tensor of coefficients, and the constant seen as [batch, S, 1], so that one
  /// function acts on the rows of all of them: selects rows, negates them, or combines them.
  ///
  /// - Parameter transform: Maps [batch, S, n] to [batch', S', n], rows to rows in the same way for
  ///   every n.
  package func mapped(_ transform: (Tensor) -> Tensor) -> GraphForm {
    var copy = self
    copy.coefficients = coefficients.mapValues(transform)
    let column = transform(constant.reshaped(constant.shape + [1]))
    copy.constant = column.reshaped(Array(column.shape.prefix(2)))
    return copy
  }

  /// The rows of a form that all examples share, followed by their negatives, [1, 2·S, …]: one
  /// backward pass then gives lower and upper bounds of the rows.
  ///
  /// - Precondition: The form has a batch of 1.
  var withNegatives: GraphForm {
    mapped { rows in
      precondition(rows.shape[0] == 1, "only a shared form is doubled")
      let shape = rows.shape
      return Tensor.concatenated([rows, rows * -1].map { $0.reshaped([1] + [$0.count]) })
        .reshaped([1, 2 * shape[1], shape[2]])
    }
  }

  /// Takes out the given rows, in their order.
  func rows(_ range: Range<Int>) -> GraphForm { mapped { $0.selectingRows(range) } }

  /// Returns the least value of the form where each value ranges over its region by itself: [batch,
  /// S].
  ///
  /// Values that depend on each other are taken for independent here, which is looser and sound.
  /// Over the input alone nothing is lost.
  ///
  /// - Parameter regions: Regions by value, of all values that the form mentions.
  package func lowerBounds(over regions: [Region]) -> Tensor {
    let values = coefficients.keys.sorted()
    // The bound over one value serves as the constant of the next, so the constant is counted once.
    var bounds = constant.repeatedBatch(values.isEmpty ? regions[0].batch : constant.shape[0])
    for value in values {
      let form = LinearForm(shared: coefficients[value]!, constant: bounds)
      bounds = form.lowerBounds(over: regions[value])
    }
    return bounds
  }

  /// The same, rounded down at every step.
  func outwardLowerBounds(over regions: [Region]) -> Tensor {
    var bounds = constant.repeatedBatch(coefficients.isEmpty ? regions[0].batch : constant.shape[0])
    for value in coefficients.keys.sorted() {
      let form = coefficients[value]!
      bounds = outwardSum(bounds, LinearForm.outwardGain(form, over: regions[value]))
    }
    return bounds
  }

  /// Returns the least and the largest value of the form where each value ranges over its region by
  /// itself, both [batch, S]. The fused loss of training takes the intervals of margins from it.
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
  /// Makes a form of a part that all examples share and one that differs between them: the shared
  /// one is repeated.
  fileprivate init(shared coefficients: Tensor, constant: Tensor) {
    let batch = max(coefficients.shape[0], constant.shape[0])
    self.init(
      coefficients: coefficients.repeatedBatch(batch), constant: constant.repeatedBatch(batch))
  }
}
