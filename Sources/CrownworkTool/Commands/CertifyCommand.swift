import ArgumentParser
import Crownwork
import Foundation

/// `crownwork certify`: decides examples one by one, or a property, with proof.
///
/// The command has three forms. Without a flag it gives a verdict on each example; with `--radius`
/// it searches for the largest ε at which each example is certified; with `--vnnlib` it decides one
/// property of the network. In all of them it first reads the options and the model and checks that
/// the output can be written, then computes, then writes and prints.
///
/// With `--output` the verdicts on examples are in `FILE.partial` as soon as they are known, a line
/// each. When all are there the file gets its own name. A certification that was stopped or killed
/// leaves the partial file, and the same command goes on from it; one about another network, other
/// data, another set or other methods refuses it. Radii and the answer on a property are written
/// when all is known.
///
/// Time (`--timeout`) and signals spend the budget: the verdicts known by then are printed, and a
/// line says how many examples are missing. The exit code is 0 after a timeout and 129, 130 or 143
/// after a signal.
///
/// Other exit codes: 0 whatever the verdicts; 64 for bad options; 65 for a model, data or property
/// that cannot be used, and for a partial file about something else; 66 for missing files; 73 for
/// an output that cannot be written or that another process is writing.
struct CertifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "certify", abstract: "Decide examples one by one, or a property, with proof.",
    discussion: """
      For each example: its label, the network's answer, the verdict (certified, unknown, \
      broken, misclassified, invalid), the best lower bound of the smallest margin, and the method that \
      gave it. The exit code is 0 whatever the verdicts.

      Every rounding is accounted for: what is certified holds for the network as any \
      runtime computes it in Float32 (see --guarantee).

      With --radius: for each example the largest ε certified, found by bisection between 0 and \
      --epsilon (default: twice the model's own).

      With --vnnlib: whether a property holds, in the words of the verification competition. \
      unsat: no input is unsafe (proved); sat: an unsafe input exists and is printed; unknown: \
      undecided. Lines that begin with ; explain.

      EXAMPLES
        crownwork certify runs/digits-cnn-2layer --examples 20
        crownwork certify runs/a --epsilon 8/255 --by ibp,crown --output v.jsonl
        crownwork certify runs/a --by ibp,crown-ibp,crown,complete
        crownwork certify runs/a --radius --examples 100 --output radii.jsonl
        crownwork certify --onnx m.onnx --vnnlib p.vnnlib
      """)

  /// The model; nil where `--onnx` names it.
  @Argument(help: "A run, a model file or an ONNX file.", completion: .model)
  var model: String?
  /// `--onnx`: an ONNX file in place of the argument, as scripts of the verification competition
  /// name it.
  @Option(
    help: "The ONNX file to certify, in place of <model>.", completion: .file(extensions: ["onnx"]))
  var onnx: String?
  /// `--vnnlib`: the property to decide in place of examples.
  @Option(
    help: "Decide this VNN-LIB property, gzipped or not, in place of examples.",
    completion: .file(extensions: ["vnnlib", "vnnlib.gz"]))
  var vnnlib: String?
  /// The files, the data set and the threads to judge by.
  @OptionGroup var subject: SubjectOptions
  /// The perturbation set, where it is not to be the model's own.
  @OptionGroup var target: TargetOptions
  /// `--by`: the methods in the order in which they are tried; an example or case that one of them
  /// decides is not tried by the others.
  @Option(
    "evaluate.methods",
    standard: "the model's own; ibp, crown-ibp, crown and complete with --vnnlib")
  var by: RecipeOverride?
  @OptionGroup var relaxation: RelaxationOption
  /// For which network certificates hold.
  @OptionGroup var arithmetic: GuaranteeOptions
  /// `--set`, for settings of the set and of the methods.
  @OptionGroup var assignments: Assignments
  /// `--examples`: the part of the test set (``ExampleRange``).
  @Option(
    parsing: .unconditional,
    help: "Test examples: the first N, or A:B (B not included). Default: the model's own.")
  var examples: String?
  /// `--radius`: searches for the certified radius of each example.
  @Flag(help: "Search for the largest epsilon at which each example is certified.")
  var radius = false
  /// `--precision`: the distance between two neighbouring radii, as a fraction of the search's
  /// upper end; the next power of ½ that is not above it counts.
  @Option(
    parsing: .unconditional,
    help: "Resolution of --radius, as a fraction of its upper end. Default: 1/64.")
  var precision: String?
  /// `--memory` and `--timeout`.
  @OptionGroup var limits: BudgetOptions
  /// `--output`: the file of the results.
  @Option(
    help: "Write the verdicts to this file, JSON lines; with --vnnlib what is printed, too.",
    completion: .file())
  var output: String?
  /// `--certificates`: the folder of the certificates.
  @Option(
    help: "Write a certificate of each certified example to this folder, for \"check\".",
    completion: .directory)
  var certificates: String?
  /// `--torchlean`: the folder of queries for TorchLean.
  @Option(
    help:
      "With --certificates: write queries for TorchLean's checker here, of dense ReLU networks.",
    completion: .directory)
  var torchlean: String?
  /// `--json`: prints a line of JSON for each example, or one for the property, in place of text.
  @Flag(help: "Print JSON lines.") var json = false

  /// Reads the options and the model, and goes on in the form that was asked for.
  mutating func run() throws {
    try subject.apply()
    let budget = try limits.budget()
    let saved = try subject.open(model, onnx: onnx)
    guard radius || precision == nil else {
      throw Failure(.usage, "--precision: is of --radius; add that or leave this out")
    }
    guard certificates == nil || (!radius && vnnlib == nil) else {
      throw Failure(.usage, "--certificates: is for verdicts on examples; leave it out")
    }
    guard torchlean == nil || certificates != nil else {
      throw Failure(.usage, "--torchlean: is of --certificates; add that or leave this out")
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

  /// Collects the settings of the set and of the methods that the options give.
  func judgement() throws -> [RecipeOverride] {
    try target.overrides(by: by, slope: relaxation.slope)
      + assignments.given(of: TargetOptions.paths)
  }

  /// Gives a verdict on each example and prints the verdicts with their totals. The table of
  /// verdicts is left out where a file has them.
  private func certifyExamples(of saved: SavedModel, budget: Budget) throws {
    let (saved, range) = try subject.examples(for: saved, count: examples)
    let given = try judgement()
    var goal = try saved.target(on: range.dataset).applying(given)
    goal.arithmetic = try arithmetic.outward()
    try goal.perturbation.validate(inputCount: range.data.imageSize)
    ForeignModel(saved, goal, given).tell(asJSON: json)
    let folder = try certificateFolder(of: saved.file.network, range, goal)
    let certification = try certification(of: saved.file.network, range, goal, budget)
    let records = certification.verdicts.map {
      VerdictRecord($0, certification.arithmetic, start: range.start)
    }
    if json {
      for record in records { Console.standard.line(try JSONText.line(record)) }
    } else {
      if output == nil { Console.standard.line(VerdictRecord.table(records)) }
      Console.standard.line(totals(certification, range, goal))
    }
    warn(certification, of: saved)
    try reportMissing(
      range.data.count - certification.verdicts.count, of: range.data.count,
      isResumable: output != nil)
    try write(certification, to: folder, budget)
  }

  /// Certifies the examples, with their verdicts kept in the file of `--output` if there is one.
  ///
  /// - Returns: The verdicts, those of an earlier process included. Examples that were not decided
  ///   before the budget was spent are missing.
  /// - Throws: ``BoundsError`` for a layer without a bound rule, and ``FormatError`` for an output
  ///   that cannot be written or is about something else.
  private func certification(
    of network: Network, _ range: ExampleRange, _ goal: CertificationTarget, _ budget: Budget
  ) throws -> Certification {
    defer { Console.standard.clearLiveLine() }
    let set = goal.perturbation
    guard let output else {
      return try network.certify(
        range.data, against: set, by: goal.methods, arithmetic: goal.arithmetic, budget: budget
      ) {
        Console.standard.live($1.words)
      }
    }
    let log = try VerdictLog(
      at: URL(fileURLWithPath: output), of: network, on: range.data, against: set,
      by: goal.methods, arithmetic: goal.arithmetic, start: range.start)
    if !log.found.isEmpty, !json {
      Console.error("crownwork: \(output): goes on after \(log.found.count) verdicts")
    }
    return try log.certify(budget: budget) { Console.standard.live($1.words) }
  }

  /// Reports the examples that a spent budget has left undecided, and ends the command if it was a
  /// signal that spent it.
  ///
  /// - Parameters:
  ///   - missing: The number of examples without a result.
  ///   - count: The number of all examples.
  ///   - isResumable: Whether `--output` keeps what is done for the next process.
  /// - Throws: `ExitCode` with 128 plus the signal's number where something is missing and a signal
  ///   is the reason.
  func reportMissing(_ missing: Int, of count: Int, isResumable: Bool) throws {
    guard missing > 0 else { return }
    let rest = isResumable ? "; the same command goes on from \(output!).partial" : ""
    Console.error(
      "crownwork: stopped after \(count - missing) of \(count) examples\(rest)")
    try Interruption.check()
  }

  /// Returns the last line of the results: the examples, the set, the methods, the number of
  /// verdicts of each kind, and the certified error over the examples that have a verdict.
  private func totals(
    _ certification: Certification, _ range: ExampleRange, _ goal: CertificationTarget
  ) -> String {
    let kinds = Verdict.Status.allCases.filter { $0 != .broken || certification.count($0) > 0 }
    let counts = kinds.map { "\(certification.count($0)) \($0.rawValue)" }
    let methods = goal.methods.map(\.description).joined(separator: ", then ")
    return
      "\(certification.verdicts.count) test examples of \(range.dataset.rawValue), \(goal.perturbation), "
      + "by \(methods): \(counts.joined(separator: ", ")); certified error "
      + "\(percent(certification.verifiedError)) (\(certification.arithmetic.text))"
  }

  /// Warns of examples whose bounds are NaN or infinite: they count as not certified.
  private func warn(_ certification: Certification, of saved: SavedModel) {
    let invalid = certification.count(.invalid)
    guard invalid > 0 else { return }
    Console.error(
      "crownwork: \(saved.name): warning: \(invalid) examples have NaN or infinite bounds and count as "
        + "not certified")
  }
}

/// The table of `certify`.
extension VerdictRecord {
  /// Returns the verdicts as a table, a row for each example.
  ///
  /// - `example`: its number in the test set, from 0;
  /// - `label`: the right class;
  /// - `answer`: the network's answer on the clean image;
  /// - `verdict`: certified, unknown, broken, misclassified or invalid;
  /// - `margin ≥`: the best lower bound of the smallest margin, rounded down, and "–" where none is
  ///   finite;
  /// - `method`: the method that gave this bound.
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
