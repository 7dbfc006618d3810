import Bounds

/// What an attack did to an example, as it is written to JSON.
package struct AttackRecord: Encodable, Sendable, Equatable {
  package let index, label, prediction: Int
  package let status: String
  /// Where the classes have names.
  package var labelName, predictionName: String?
  /// On the clean input; nil for a network of one class.
  package let margin: Float?
  /// Of a broken example: in the set's norm, and the margin at the input that was found.
  package let distance, attackedMargin: Float?

  /// - Parameter start: The number of the first example.
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
