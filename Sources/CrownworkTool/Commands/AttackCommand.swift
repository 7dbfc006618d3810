import ArgumentParser
import Crownwork
import Foundation

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
  @OptionGroup var subject: SubjectOptions
  @OptionGroup var target: TargetOptions
  @OptionGroup var attack: AttackOptions
  @OptionGroup var assignments: Assignments
  @Option(
    parsing: .unconditional,
    help: "Test examples: the first N, or A:B (B not included). Default: the model's own.")
  var examples: String?
  @Option(help: "Write the results to this file, JSON lines.", completion: .jsonLines)
  var output: String?
  @Option(
    help: "Write what was found to this new folder: .npy arrays, pictures, examples.jsonl.",
    completion: .directory)
  var save: String?
  @Flag(help: "Print JSON lines.") var json = false

  mutating func run() throws {
    try subject.apply()
    let (saved, range) = try subject.examples(for: try subject.open(model), count: examples)
    let assigned = try assignments.given(of: TargetOptions.setPaths + [AttackOptions.path])
    let set = try saved.target(on: range.dataset).applying(target.overrides() + assigned)
      .perturbation
    try set.validate(inputCount: range.data.imageSize)
    let settings = try attack.settings(saved.evaluation(on: range.dataset).attack, assigned)
    if let output { try AtomicFile.check(URL(fileURLWithPath: output)) }
    if let save { try NewFolder.check(URL(fileURLWithPath: save)) }
    ForeignModel(saved, set, target).tell(asJSON: json)
    let results = try results(saved.file.network, range, set, settings)
    let records = results.map { AttackRecord($0, start: range.start) }
    if let output { try JSON.write(records, to: output) }
    if let save {
      try AttackFolder(results, on: range.data, within: set, start: range.start)
        .write(to: URL(fileURLWithPath: save))
    }
    if json {
      for record in records { Console.standard.line(try JSON.line(record)) }
    } else {
      if output == nil { Console.standard.line(AttackRecord.table(records)) }
      Console.standard.line(totals(results, range, set, settings))
    }
  }

  private func results(
    _ network: Network, _ range: ExampleRange, _ set: Perturbation,
    _ settings: Attack
  ) throws -> [AttackResult] {
    defer { Console.standard.clearLiveLine() }
    return try network.attack(
      range.data, within: set, with: settings, seed: attack.seed
    ) { _, progress in Console.standard.live(progress.words) }
  }

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

extension AttackRecord {
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
