import ArgumentParser
import Crownwork
import Foundation

/// `crownwork attack`: looks for perturbations that change the network's answer.
///
/// The command opens the model, loads the data, decides on the set and the attack, checks that its
/// outputs can be written, attacks every example that is right on the clean image, and then writes
/// `--output`, `--save` and the report. A success of the attack is a proof that the example is not
/// robust, and it is checked; a failure proves nothing, for which there is `certify`.
///
/// Signals are not caught: Ctrl-C ends the command at once. Files are written at the end, each as a
/// whole, so that none is left half written.
///
/// Exit codes other than 0, which does not depend on what is broken: 64 for bad options, 65 for a
/// model or data that cannot be used, 66 for missing files, 73 for an output that cannot be written
/// and a folder of `--save` that is not empty.
struct AttackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "attack", abstract: "Look for perturbations that change the answer.",
    discussion: """
      pgd: gradient descent from random starts, projected onto the set; apgd: the same with steps \
      that adapt, from the worst point by the gradients first; multi-targeted: pgd towards each \
      other class in turn; fgsm: one step. What an attack breaks is certainly not robust; what it \
      does not break is not thereby proved to be.

      EXAMPLES
        crownwork attack runs/digits-cnn-2layer --steps 200 --restarts 10
        crownwork attack runs/a --attack multi-targeted --restarts 1
        crownwork attack runs/a --epsilon 8/255 --examples 0:100 --output a.jsonl
        crownwork attack runs/a --norm l1 --epsilon 2 --attack apgd --save broken
      """)

  @Argument(help: "A run, a model file or an ONNX file.", completion: .model) var model: String
  /// The files, the data set and the threads to judge by.
  @OptionGroup var subject: SubjectOptions
  /// The perturbation set, where it is not to be the model's own.
  @OptionGroup var target: TargetOptions
  /// The attack, where it is not to be the model's own.
  @OptionGroup var attack: AttackOptions
  /// `--set`, for settings of the set and of the attack.
  @OptionGroup var assignments: Assignments
  /// `--examples`: the part of the test set (``ExampleRange``).
  @Option(
    parsing: .unconditional,
    help: "Test examples: the first N, or A:B (B not included). Default: the model's own.")
  var examples: String?
  /// `--output`: the file of the results, a line for each example.
  @Option(help: "Write the results to this file, JSON lines.", completion: .jsonLines)
  var output: String?
  /// `--save`: the new folder for the inputs that were found (`AttackFolder`).
  @Option(
    help: "Write what was found to this new folder: .npy arrays, pictures, examples.jsonl.",
    completion: .directory)
  var save: String?
  /// `--json`: prints a line of JSON for each example in place of the table and the totals.
  @Flag(help: "Print JSON lines.") var json = false

  /// Attacks the examples, writes what was asked for, and prints the results.
  mutating func run() throws {
    try subject.apply()
    let (saved, range) = try subject.examples(for: try subject.open(model), count: examples)
    let assigned = try assignments.given(of: TargetOptions.setPaths + [AttackOptions.path])
    let given = target.overrides() + assigned.filter { $0.isOf(TargetOptions.setPaths) }
    let set = try saved.target(on: range.dataset).applying(given).perturbation
    try set.validate(inputCount: range.data.imageSize)
    let settings = try attack.settings(saved.evaluation(on: range.dataset).attack, assigned)
    if let output { try AtomicFile.check(URL(fileURLWithPath: output)) }
    if let save { try NewFolder.check(URL(fileURLWithPath: save)) }
    ForeignModel(saved, set, given).tell(asJSON: json)
    let results = try results(saved.file.network, range, set, settings)
    let records = results.map { AttackRecord($0, start: range.start) }
    if let output { try JSONText.write(records, to: output) }
    if let save {
      try AttackFolder(results, on: range.data, within: set, start: range.start)
        .write(to: URL(fileURLWithPath: save))
    }
    if json {
      for record in records { Console.standard.line(try JSONText.line(record)) }
    } else {
      if output == nil { Console.standard.line(AttackRecord.table(records)) }
      Console.standard.line(totals(results, range, set, settings))
    }
  }

  /// Attacks the examples, with the progress on the live line. Inputs that were found are kept for
  /// `--save`.
  private func results(
    _ network: Network, _ range: ExampleRange, _ set: Perturbation,
    _ settings: Attack
  ) throws -> [AttackResult] {
    defer { Console.standard.clearLiveLine() }
    return try network.attack(
      range.data, within: set, with: settings, seed: attack.seed
    ) { _, progress in Console.standard.live(progress.words) }
  }

  /// Returns the last line of the results: the examples, the set, the attack, the number of
  /// examples of each kind, and the attacked error.
  private func totals(
    _ results: [AttackResult], _ range: ExampleRange, _ set: Perturbation,
    _ settings: Attack
  ) -> String {
    let counts = AttackResult.Status.allCases.map { status in
      "\(results.count { $0.status == status }) \(status.rawValue)"
    }
    let fallen = results.count { $0.status != .survived }
    return "\(results.count) test examples of \(range.dataset.rawValue), \(set), \(settings): "
      + "\(counts.joined(separator: ", ")); attacked error "
      + percent(Float(fallen) / Float(max(results.count, 1)))
  }
}

/// The table of `attack`.
extension AttackRecord {
  /// Returns the results as a table, a row for each example.
  ///
  /// - `example`: its number in the test set, from 0;
  /// - `label`: the right class;
  /// - `answer`: the answer on the clean image, or on the input that was found;
  /// - `status`: misclassified (wrong without perturbation), broken or survived;
  /// - `margin`: the label's logit minus the largest other one on the clean image;
  /// - `distance`: how far the input that was found is from the image, in the set's norm;
  /// - `margin there`: the margin at that input, which is not above 0.
  static func table(_ records: [AttackRecord]) -> String {
    let header = ["example", "label", "answer", "status", "margin", "distance", "margin there"]
    func text(_ value: Float?) -> String { value.map { String(format: "%.4f", $0) } ?? "–" }
    return TextTable(
      [header]
        + records.map { record in
          [
            "\(record.index)", "\(record.label)", "\(record.prediction)", record.status,
            text(record.margin), text(record.distance), text(record.attackedMargin),
          ]
        }
    ).text
  }
}
