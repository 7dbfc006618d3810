import Crownwork
import Foundation

/// The largest ε certified for each example.
extension CertifyCommand {
  func certifyRadii(of saved: SavedModel, budget: Budget) throws {
    let (saved, range) = try subject.examples(for: saved, count: examples)
    let goal = try saved.target(on: range.dataset)
      .applying(judgement())
    let set = try searched(goal.perturbation, inputCount: range.data.imageSize)
    let search = RadiusSearch(upTo: set.epsilon, precision: try relativePrecision())
    ForeignModel(saved, goal, by: by).tell(asJSON: json)
    defer { Console.standard.clearLiveLine() }
    let radii = try search.radii(
      of: saved.file.network, on: range.data, within: set, by: goal.methods, budget: budget
    ) { _, progress in
      Console.standard.live(progress.words)
    }
    Console.standard.clearLiveLine()
    let records = radii.map { RadiusRecord($0, start: range.start) }
    if let output { try JSON.write(records, to: output) }
    if json {
      for record in records { Console.standard.line(try JSON.line(record)) }
    } else {
      if output == nil { Console.standard.line(RadiusRecord.table(records)) }
      Console.standard.line(summary(radii, range, set, goal.methods, search))
    }
    try reportMissing(range.data.count - radii.count, of: range.data.count, isResumable: false)
  }

  /// The set at the search's upper end: the ε that was given, else twice the model's own where such
  /// a set is smaller than all images.
  private func searched(_ set: Perturbation, inputCount: Int) throws -> Perturbation {
    try set.validate(inputCount: inputCount)
    guard set.epsilon > 0 else {
      throw Failure(.usage, "--radius: needs an epsilon above 0 to search up to, with --epsilon")
    }
    let double = set.withEpsilon(2 * set.epsilon)
    let isSmall = (try? double.validate(inputCount: inputCount)) != nil
    return target.epsilon == nil && isSmall ? double : set
  }

  private func relativePrecision() throws -> Float {
    guard let precision else { return 1 / 64 }
    guard let value = RecipeNumber.parse(precision), value >= 0x1p-20, value < 1 else {
      throw Failure(
        .usage, "--precision: must be a number below 1, such as 1/64, not \"\(precision)\"")
    }
    return value
  }

  private func summary(
    _ radii: [CertifiedRadius], _ range: ExampleRange, _ set: Perturbation,
    _ methods: [BoundMethod], _ search: RadiusSearch
  ) -> String {
    let known = radii.compactMap(\.radius).sorted()
    let head =
      "\(radii.count) test examples of \(range.dataset.rawValue), \(set) and below in steps of "
      + "\(search.resolution), by \(methods.map(\.description).joined(separator: ", then ")): "
    guard let least = known.first, let most = known.last else { return head + "no right answer" }
    let middle = (known[(known.count - 1) / 2] + known[known.count / 2]) / 2
    let atEnd = known.count { $0 == search.upperEnd }
    return head
      + "certified radius of the \(known.count) right answers: min \(least), median \(middle), "
      + "max \(most)" + (atEnd > 0 ? " (the upper end, for \(atEnd))" : "")
  }
}

/// A certified radius as JSON and as a row.
struct RadiusRecord: Encodable {
  let index, label, prediction: Int
  /// nil where the answer is wrong or a number not finite.
  let radius: Float?
  /// The least larger ε at which no method certified; nil where the upper end was certified.
  let open: Float?
  let verdict: String
  let method: String?

  init(_ result: CertifiedRadius, start: Int) {
    let verdict = result.verdict
    (index, label, prediction) = (verdict.index + start, verdict.label, verdict.prediction)
    (radius, open, self.verdict) = (result.radius, result.open, verdict.status.rawValue)
    method = verdict.status == .certified ? verdict.method.description : nil
  }

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
