import Bounds

/// What an attack did to an example, as it is written to JSON.
public struct AttackRecord: Encodable, Sendable, Equatable {
  public let index, label, prediction: Int
  public let status: String
  /// Where the classes have names.
  public var labelName, predictionName: String?
  /// On the clean input; nil for a network of one class.
  public let margin: Float?
  /// Of a broken example: in the set's norm, and the margin at the input that was found.
  public let distance, attackedMargin: Float?

  /// - Parameter start: The number of the first example.
  public init(_ result: AttackResult, start: Int = 0, classNames: [String]? = nil) {
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
