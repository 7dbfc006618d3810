import Crownwork
import Foundation

/// `crownwork certify --vnnlib`: a property in the format of the verification competition.
extension CertifyCommand {
  /// Decides a property of a model, then writes the answer to the file of `--output` and prints it.
  ///
  /// The first method bounds all cases, a search looks for a counterexample in those it leaves
  /// open, and the other methods go on with what is left. The exit code is 0 whatever the answer.
  ///
  /// - Parameters:
  ///   - path: The VNN-LIB file, gzipped or not.
  ///   - budget: The limits; once it is spent the answer is "unknown".
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for options about examples; `FormatError`
  ///   for a file that is missing or no property; ``Failure`` with ``Failure/Code/badData`` where
  ///   the property does not fit the network; `ExitCode` where a signal asked for the end, after
  ///   the answer was written.
  func decide(propertyAt path: String, of saved: SavedModel, budget: Budget) throws {
    try refuseOptionsForExamples()
    let methods = try BoundMethod.list(
      [
        .interval, .crownIBP(), .crown(),
        .complete(Branching(domains: budget.deadline == nil ? 100_000 : 1_000_000_000)),
      ],
      applying: methodOverrides())
    let property = try VNNLIBProperty(contentsOf: URL(fileURLWithPath: path))
    let guarantee = try arithmetic.outward()
    let verdict = try verdict(
      on: property, at: path, saved.file.network, methods, guarantee, budget)
    let record = PropertyRecord(
      verdict, model: saved.name, property: path, guarantee: guarantee.text)
    let text = json ? try JSONText.line(record) : record.text(methods: methods)
    if let output {
      try AtomicFile.write(Data((text + "\n").utf8), to: URL(fileURLWithPath: output))
    }
    Console.standard.line(text)
    // After the answer is out: what a stopped search knows may be all that someone wanted.
    try Interruption.check()
  }

  /// Decides the property, with the file's name in front of an error about its inputs.
  private func verdict(
    on property: VNNLIBProperty, at path: String, _ network: Network, _ methods: [BoundMethod],
    _ arithmetic: Arithmetic, _ budget: Budget
  ) throws -> PropertyVerdict {
    defer { Console.standard.clearLiveLine() }
    do {
      return try network.verify(
        property, by: methods, arithmetic: arithmetic, budget: budget
      ) {
        Console.standard.live($0.words)
      }
    } catch BoundsError.input(let problem) {
      throw Failure(.badData, "\(path): \(problem)")
    }
  }

  /// Collects the settings of the methods that the options give; none may be about the set.
  private func methodOverrides() throws -> [RecipeOverride] {
    try [by, relaxation.slope].compactMap(\.self)
      + assignments.given(of: ["evaluate.methods", "evaluate.slope"])
  }

  /// Refuses options about examples and sets: the property itself says which inputs are meant.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage`` for the first such option.
  private func refuseOptionsForExamples() throws {
    let given = [
      ("--epsilon", target.epsilon != nil), ("--norm", target.norm != nil),
      ("--clip", target.domain.clip == true), ("--no-clip", target.domain.clip == false),
      ("--examples", examples != nil),
      ("--dataset", subject.dataset != nil), ("--data", subject.source.data != nil),
    ]
    guard let option = given.first(where: \.1) else { return }
    throw Failure(.usage, "\(option.0): not with --vnnlib, whose property names its inputs itself")
  }
}

/// The answer on a property, as a line of JSON and as the competition's text.
struct PropertyRecord: Encodable {
  /// A counterexample: an input in the property's order, and the outputs that the network computes
  /// there in Float32.
  struct Example: Encodable {
    let inputs: [Double]
    let outputs: [Float]
  }

  /// The two files as the user named them, and "unsat" (proved: no input is unsafe), "sat" (an
  /// unsafe input exists) or "unknown".
  let model, property, answer: String
  /// The number of the property's cases, and of those that are proved to hold no unsafe input.
  let cases, refuted: Int
  /// The smallest, over the cases, of the best lower bound that a constraint of the case has; above
  /// 0 all cases are refuted. nil where a case has no finite bound.
  let bound: Double?
  /// The method that gave the bound.
  let method: String?
  /// The network that "unsat" and the bound hold for.
  let guarantee: String
  /// The unsafe input of "sat".
  let counterexample: Example?
  /// The case, from 0, that the counterexample satisfies.
  private let caseIndex: Int?

  /// The keys of the JSON; the number of the counterexample's case is in the text alone.
  private enum CodingKeys: CodingKey {
    case model, property, answer, cases, refuted, bound, method, guarantee, counterexample
  }

  /// Makes the record of a verdict.
  ///
  /// - Parameters:
  ///   - model: The model's name as the user gave it.
  ///   - property: The property's file as the user named it.
  ///   - guarantee: The arithmetic's name.
  init(_ verdict: PropertyVerdict, model: String, property: String, guarantee: String) {
    self.guarantee = guarantee

    (self.model, self.property, answer) = (model, property, verdict.answer.word)
    (cases, refuted, bound) = (verdict.cases, verdict.refuted, verdict.bound)
    method = verdict.method?.description
    guard case .sat(let found) = verdict.answer else {
      (counterexample, caseIndex) = (nil, nil)
      return
    }
    counterexample = Example(inputs: found.inputs, outputs: found.outputs)
    caseIndex = found.caseIndex
  }

  /// Returns the competition's word on a line; for "sat" the counterexample in the form that the
  /// competition asks for; and a comment line that explains.
  ///
  /// - Parameter methods: The methods that were used.
  func text(methods: [BoundMethod]) -> String {
    ([answer] + (counterexample.map { [Self.assignment($0)] } ?? [])
      + ["; " + explanation(methods.map(\.description).joined(separator: ", "))])
      .joined(separator: "\n")
  }

  /// Returns an input and its outputs as the competition writes them: ((X_0 …) … (Y_0 …)), a
  /// variable on each line.
  private static func assignment(_ example: Example) -> String {
    let pairs =
      example.inputs.enumerated().map { "(X_\($0) \($1))" }
      + example.outputs.enumerated().map { "(Y_\($0) \($1))" }
    return "(" + pairs.joined(separator: "\n ") + ")"
  }

  /// Returns the comment: how many cases were refuted, and by how much.
  private func explanation(_ methods: String) -> String {
    let best = bound.map { "; smallest bound \(String(format: "%.4g", $0)) by \(method ?? "")" }
    switch answer {
    case _ where cases == 0: return "no input satisfies the property's assertions"
    case "unsat":
      return
        "\(refuted) of \(cases) cases refuted, so no input is unsafe\(best ?? "") (\(guarantee))"
    case "sat":
      return "case \((caseIndex ?? 0) + 1) of \(cases) is satisfied, as the network computes in "
        + "Float32; \(refuted) cases refuted before"
    default:
      return "\(refuted) of \(cases) cases refuted by \(methods)\(best ?? "; no finite bound"); "
        + "no counterexample found"
    }
  }
}
