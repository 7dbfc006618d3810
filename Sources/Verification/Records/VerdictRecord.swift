import Bounds

/// A verdict as it is written to JSON.
package struct VerdictRecord: Codable, Sendable, Equatable {
  package let index, label, prediction: Int
  /// One of ``Verdict/Status``.
  package let verdict: String
  /// The best lower bound of the smallest margin; nil where no method gave a finite one.
  package let margin: Float?
  /// The name of the method that gave it.
  package let method: String?

  /// - Parameter start: The number of the first example.
  package init(_ verdict: Verdict, start: Int = 0) {
    let isBounded = verdict.margin.isFinite
    (index, label, prediction) = (verdict.index + start, verdict.label, verdict.prediction)
    self.verdict = verdict.status.rawValue
    (margin, method) =
      isBounded ? (verdict.margin, verdict.method.description) : (nil, nil)
  }

  /// The verdict that was written.
  ///
  /// - Parameter methods: Those of the certification, of which the record names one.
  /// - Returns: nil for a record of other methods, or of none of our making.
  package func verdict(start: Int, methods: [BoundMethod]) -> Verdict? {
    let method = method.map { name in methods.first { $0.description == name } } ?? methods.first
    guard let method, let status = Verdict.Status(rawValue: verdict) else { return nil }
    return Verdict(
      index: index - start, label: label, prediction: prediction, status: status,
      margin: margin ?? -.infinity, method: method)
  }
}
