import Bounds

/// What an attack did to an example, as it is written to JSON: one object for each example.
package struct AttackRecord: Encodable, Sendable, Equatable {
  /// The example's number, counting from the first of the whole data set; the class that it belongs
  /// to; and the answer, on the input that was found where there is one.
  package let index, label, prediction: Int
  /// The status, one of ``AttackResult/Status``.
  package let status: String
  /// The names of both classes, where classes have names.
  package var labelName, predictionName: String?
  /// The margin on the clean input; nil where it is not finite, as for a network of one class.
  package let margin: Float?
  /// For a broken example the distance of the input that was found, in the set's norm, and the
  /// margin there.
  package let distance, attackedMargin: Float?

  /// Makes the record of a result.
  ///
  /// - Parameters:
  ///   - start: The number of the first example of the data that the result's index counts in.
  ///   - classNames: The names of the classes in order; nil where they have none.
  package init(_ result: AttackResult, start: Int = 0, classNames: [String]? = nil) {
    (index, label, prediction) = (result.index + start, result.label, result.prediction)
    status = result.status.rawValue
    func name(_ number: Int) -> String? {
      classNames.flatMap { $0.indices.contains(number) ? $0[number] : nil }
    }
    (labelName, predictionName) = (name(label), name(prediction))
    margin = result.margin.isFinite ? result.margin : nil
    (distance, attackedMargin) = (result.finding?.distance, result.finding?.margin)
  }
}
