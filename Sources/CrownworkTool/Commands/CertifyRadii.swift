import Crownwork
import Foundation

/// `crownwork certify --radius`: the largest ε at which each example is certified.
extension CertifyCommand {
  /// Searches for the certified radii by bisection, then writes and prints them.
  ///
  /// The search goes from 0 to an upper end. If the upper end itself is certified for an example,
  /// its radius may be larger; the summary counts such examples. A search that is stopped writes
  /// the radii that are known, and the next one begins anew.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for an upper end of 0 and for a bad
  ///   precision; `ExitCode` where a signal asked for the end, after the results were written.
  func certifyRadii(of saved: SavedModel, budget: Budget) throws {
    let (saved, range) = try subject.examples(for: saved, count: examples)
    let given = try judgement()
    let goal = try saved.target(on: range.dataset).applying(given)
    let isGiven = given.contains { $0.path == TargetOptions.epsilonPath }
    let set = try searched(
      goal.perturbation, isGiven: isGiven, inputCount: range.data.imageSize)
    let search = RadiusSearch(upTo: set.epsilon, precision: try relativePrecision())
    ForeignModel(saved, goal, given, hasManyEpsilons: true).tell(asJSON: json)
    defer { Console.standard.clearLiveLine() }
    let radii = try search.radii(
      of: saved.file.network, on: range.data, within: set, by: goal.methods,
      arithmetic: try arithmetic.outward(), budget: budget
    ) { _, progress in
      Console.standard.live(progress.words)
    }
    Console.standard.clearLiveLine()
    let records = try radii.map {
      RadiusRecord($0, start: range.start, guarantee: try arithmetic.outward().text)
    }
    if let output { try JSONText.write(records, to: output) }
    if json {
      for record in records { Console.standard.line(try JSONText.line(record)) }
    } else {
      if output == nil { Console.standard.line(RadiusRecord.table(records)) }
      Console.standard.line(summary(radii, range, set, goal.methods, search))
    }
    try reportMissing(range.data.count - radii.count, of: range.data.count, isResumable: false)
  }

  /// Returns the set at the search's upper end: the ε that an option gives, or else twice the
  /// model's own, which leaves room above the ε that the network was trained for.
  ///
  /// - Parameters:
  ///   - set: The set that the model and the options name.
  ///   - isGiven: Whether an option gives its ε.
  ///   - inputCount: The number of pixels of an image, on which it depends whether twice the ε
  ///     covers all images; then the ε itself is the upper end.
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for ε = 0, and ``PerturbationError`` for an
  ///   ε whose set holds every image.
  private func searched(
    _ set: Perturbation, isGiven: Bool, inputCount: Int
  ) throws -> Perturbation {
    try set.validate(inputCount: inputCount)
    guard set.epsilon > 0 else {
      throw Failure(.usage, "--radius: needs an epsilon above 0 to search up to, with --epsilon")
    }
    let double = set.withEpsilon(2 * set.epsilon)
    let isSmall = (try? double.validate(inputCount: inputCount)) != nil
    return !isGiven && isSmall ? double : set
  }

  /// Returns the precision as a fraction of the upper end, from 2⁻²⁰ to below 1.
  private func relativePrecision() throws -> Float {
    guard let precision else { return 1 / 64 }
    guard let value = RecipeNumber.parse(precision), value >= 0x1p-20, value < 1 else {
      throw Failure(
        .usage, "--precision: must be a number below 1, such as 1/64, not \"\(precision)\"")
    }
    return value
  }

  /// Returns the last line of the results: the smallest, the median and the largest radius of the
  /// examples that are answered rightly.
  private func summary(
    _ radii: [CertifiedRadius], _ range: ExampleRange, _ set: Perturbation,
    _ methods: [BoundMethod], _ search: RadiusSearch
  ) -> String {
    let known = radii.compactMap(\.radius).sorted()
    let head =
      "\(radii.count) test examples of \(range.dataset.rawValue), \(set) and below in steps of "
      + "\(search.resolution), by \(methods.map(\.description).joined(separator: ", then ")): "
    guard let least = known.first, let most = known.last else { return head + "no right answer" }
    // The mean of the two middle radii; of an odd number both are the same one.
    let middle = (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
    let atEnd = known.count { $0 == search.upperEnd }
    return head
      + "certified radius of the \(known.count) right answers: min \(least), median \(middle), "
      + "max \(most)" + (atEnd > 0 ? " (the upper end, for \(atEnd))" : "")
  }
}

/// A certified radius as a line of JSON and as a row of the table.
struct RadiusRecord: Encodable {
  /// The example's number in the test set, its label, and the answer on the clean image.
  let index, label, prediction: Int
  /// The largest ε tried at which the example is certified: 0 where none was, nil where the answer
  /// is wrong or a number is not finite.
  let radius: Float?
  /// The least larger ε tried, at which no method certified it; nil where the upper end is
  /// certified.
  let open: Float?
  /// "certified" where the radius is above 0, else "unknown", "misclassified" or "invalid".
  let verdict: String
  /// The method that certified the example at the radius; nil where none did.
  let method: String?
  /// The network that the certificate holds for; nil where there is none.
  let guarantee: String?

  /// Makes the record of a search's result.
  ///
  /// - Parameters:
  ///   - start: The number, in the test set, of the first example of the range.
  ///   - guarantee: The arithmetic's name.
  init(_ result: CertifiedRadius, start: Int, guarantee: String) {
    let verdict = result.verdict
    (index, label, prediction) = (verdict.index + start, verdict.label, verdict.prediction)
    (radius, open, self.verdict) = (result.radius, result.open, verdict.status.rawValue)
    let isCertified = verdict.status == .certified
    method = isCertified ? verdict.method.description : nil
    self.guarantee = isCertified ? guarantee : nil
  }

  /// Returns the radii as a table, a row for each example. The column `certified up to ε =` is the
  /// radius, rounded down so that what is shown was proved; "–" stands for an example without one:
  /// its answer is wrong, or a number is not finite.
  static func table(_ records: [RadiusRecord]) -> String {
    TextTable(
      [["example", "label", "answer", "verdict", "certified up to ε =", "method"]]
        + records.map { record in
          [
            "\(record.index)", "\(record.label)", "\(record.prediction)", record.verdict,
            record.radius.map(Wording.atLeast) ?? "–", record.method ?? "–",
          ]
        }
    ).text
  }
}
