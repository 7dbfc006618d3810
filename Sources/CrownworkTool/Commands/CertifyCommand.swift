import ArgumentParser
import Crownwork
import Foundation

struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify", abstract: "Decide examples one by one, or a property, with proof.",
    discussion: """
      For each example: its label, the network's answer, the verdict (certified, unknown, \
      misclassified, invalid), the best lower bound of the smallest margin, and the method that \
      gave it. The exit code is 0 whatever the verdicts.

      Bounds hold in real arithmetic; the rounding of Float32 is not yet accounted for.

      With --radius: for each example the largest ε certified, found by bisection between 0 and \
      --epsilon (default: twice the model's own).

      With --vnnlib: whether a property holds, in the words of the verification competition. \
      unsat: no input is unsafe (proved); sat: an unsafe input exists and is printed; unknown: \
      undecided. Lines that begin with ; explain.

      EXAMPLES
        crownwork certify runs/digits-cnn-2layer --examples 20
        crownwork certify runs/a --epsilon 8/255 --by ibp,crown --output v.jsonl
        crownwork certify runs/a --by ibp,crown-ibp,crown,alpha-crown
        crownwork certify runs/a --radius --examples 100 --output radii.jsonl
        crownwork certify --onnx m.onnx --vnnlib p.vnnlib
      """)

  @Argument(help: "A run, a model file or an ONNX file.", completion: .model)
  var model: String?
  @Option(
    help: "The ONNX file to certify, in place of <model>.", completion: .file(extensions: ["onnx"]))
  var onnx: String?
  @Option(
    help: "Decide this VNN-LIB property, gzipped or not, in place of examples.",
    completion: .file(extensions: ["vnnlib", "vnnlib.gz"]))
  var vnnlib: String?
  @OptionGroup var subject: SubjectOptions
  @OptionGroup var target: TargetOptions
  @Option(
    "evaluate.methods",
    standard: "the model's own; ibp, crown-ibp and crown with --vnnlib")
  var by: RecipeOverride?
  @OptionGroup var relaxation: RelaxationOption
  @OptionGroup var assignments: Assignments
  @Option(
    parsing: .unconditional,
    help: "Test examples: the first N, or A:B (B not included). Default: the model's own.")
  var examples: String?
  @Flag(help: "Search for the largest epsilon at which each example is certified.")
  var radius = false
  @Option(
    parsing: .unconditional,
    help: "Resolution of --radius, as a fraction of its upper end. Default: 1/64.")
  var precision: String?
  @OptionGroup var limits: BudgetOptions
  @Option(
    help: "Write the verdicts to this file, JSON lines; with --vnnlib what is printed, too.",
    completion: .file())
  var output: String?
  @Flag(help: "Print JSON lines.") var json = false

  mutating func run() throws {
    try subject.apply()
    let budget = try limits.budget()
    let saved = try subject.open(model, onnx: onnx)
    guard radius || precision == nil else {
      throw Failure(.usage, "--precision: is of --radius; add that or leave this out")
    }
    if let output { try AtomicFile.check(URL(fileURLWithPath: output)) }
    if let vnnlib {
      guard !radius else { throw Failure(.usage, "--radius: is for examples, not for --vnnlib") }
      try decide(propertyAt: vnnlib, of: saved, budget: budget)
    } else if radius {
      try certifyRadii(of: saved, budget: budget)
    } else {
      try certifyExamples(of: saved, budget: budget)
    }
  }

  /// Collects what the options say of the set and of the methods.
  func judgement() throws -> [RecipeOverride] {
    try target.overrides(by: by, slope: relaxation.slope)
      + assignments.given(of: TargetOptions.paths)
  }

  private func certifyExamples(of saved: SavedModel, budget: Budget) throws {
    let (saved, range) = try subject.examples(for: saved, count: examples)
    let goal = try saved.target(on: range.dataset)
      .applying(judgement())
    try goal.perturbation.validate(inputCount: range.data.imageSize)
    ForeignModel(saved, goal, target, by: by).tell(asJSON: json)
    let certification = try certification(of: saved.file.network, range, goal, budget)
    let records = certification.verdicts.map { VerdictRecord($0, start: range.start) }
    if json {
      for record in records { Console.standard.line(try JSON.line(record)) }
    } else {
      if output == nil { Console.standard.line(VerdictRecord.table(records)) }
      Console.standard.line(totals(certification, range, goal))
    }
    warn(certification, of: saved)
    try reportMissing(
      range.data.count - certification.verdicts.count, of: range.data.count,
      isResumable: output != nil)
  }

  private func certification(
    of network: Network, _ range: ExampleRange, _ goal: CertificationTarget, _ budget: Budget
  ) throws -> Certification {
    defer { Console.standard.clearLiveLine() }
    let set = goal.perturbation
    guard let output else {
      return try network.certify(range.data, against: set, by: goal.methods, budget: budget) {
        Console.standard.live($1.words)
      }
    }
    let log = try VerdictLog(
      at: URL(fileURLWithPath: output), of: network, on: range.data, against: set,
      by: goal.methods, start: range.start)
    if !log.found.isEmpty, !json {
      Console.error("crownwork: \(output): goes on after \(log.found.count) verdicts")
    }
    return try log.certify(budget: budget) { Console.standard.live($1.words) }
  }

  /// Says what a spent budget has left undone, and ends as the signal that spent it asks.
  func reportMissing(_ missing: Int, of count: Int, isResumable: Bool) throws {
    guard missing > 0 else { return }
    let rest = isResumable ? "; the same command goes on from \(output!).partial" : ""
    Console.error(
      "crownwork: stopped after \(count - missing) of \(count) examples\(rest)")
    try Interruption.check()
  }

  private func totals(
    _ certification: Certification, _ range: ExampleRange, _ goal: CertificationTarget
  ) -> String {
    let counts = Verdict.Status.allCases.map { "\(certification.count($0)) \($0.rawValue)" }
    let methods = goal.methods.map(\.description).joined(separator: ", then ")
    return
      "\(certification.verdicts.count) test examples of \(range.dataset.rawValue), \(goal.perturbation), "
      + "by \(methods): \(counts.joined(separator: ", ")); certified error "
      + percent(certification.verifiedError)
  }

  private func warn(_ certification: Certification, of saved: SavedModel) {
    let invalid = certification.count(.invalid)
    guard invalid > 0 else { return }
    Console.error(
      "crownwork: \(saved.name): warning: \(invalid) examples have NaN or infinite bounds and count as "
        + "not certified")
  }
}

extension VerdictRecord {
  static func table(_ records: [VerdictRecord]) -> String {
    let header = ["example", "label", "answer", "verdict", "margin ≥", "method"]
    return TextTable(
      [header]
        + records.map { record in
          [
            "\(record.index)", "\(record.label)", "\(record.prediction)", record.verdict,
            record.margin.map(Wording.atLeast) ?? "–", record.method ?? "–",
          ]
        }
    ).text
  }
}
