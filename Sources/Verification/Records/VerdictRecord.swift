import Bounds

/// A verdict as it is written to JSON: one object on a line for each example.
///
/// Names and values are for people and programs that know nothing of this package; numbers that
/// JSON cannot hold are left out. A ``VerdictLog`` reads its records back.
package struct VerdictRecord: Codable, Sendable, Equatable {
  /// The example's number, counting from the first of the whole data set; the class that it belongs
  /// to; and the class that the network answers.
  package let index, label, prediction: Int
  /// The status, one of ``Verdict/Status``.
  package let verdict: String
  /// The best lower bound of the smallest margin; nil where no method gave a finite one.
  package let margin: Float?
  /// The method that gave it, with its settings (``Bounds/BoundMethod/text``); nil where there is
  /// no margin.
  package let method: String?
  /// The network that the margin holds for (``Bounds/Arithmetic/text``); nil where there is no
  /// margin, and in older files, whose margins did not account for rounding.
  package let guarantee: String?

  /// Makes the record of a verdict.
  ///
  /// - Parameter start: The number of the first example of the data that the verdict's index counts
  ///   in.
  package init(_ verdict: Verdict, _ arithmetic: Arithmetic = .certified, start: Int = 0) {
    let isBounded = verdict.margin.isFinite
    (index, label, prediction) = (verdict.index + start, verdict.label, verdict.prediction)
    self.verdict = verdict.status.rawValue
    (margin, method, guarantee) =
      isBounded ? (verdict.margin, verdict.method.text, arithmetic.text) : (nil, nil, nil)
  }

  /// Returns the verdict that was written.
  ///
  /// - Parameters:
  ///   - start: The number that the record was made with.
  ///   - methods: The methods of the certification, of which the record names one.
  /// - Returns: nil for a record of other methods, or with a status that there is not.
  package func verdict(start: Int, methods: [BoundMethod]) -> Verdict? {
    guard let method = self.method(of: methods), let status = Verdict.Status(rawValue: verdict)
    else { return nil }
    return Verdict(
      index: index - start, label: label, prediction: prediction, status: status,
      margin: margin ?? -.infinity, method: method)
  }

  /// Returns the method that the record names: the first one for a record without a margin. Older
  /// files have the name without settings, which may stand for several.
  private func method(of methods: [BoundMethod]) -> BoundMethod? {
    guard let method else { return methods.first }
    return methods.first { $0.text == method } ?? methods.first { $0.description == method }
  }
}
