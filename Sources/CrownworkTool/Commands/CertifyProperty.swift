import Crownwork
import Foundation

/// `crownwork certify --vnnlib`.
extension CertifyCommand {
  /// Decides a property of a model, and prints and writes what is found.
  func decide(propertyAt path: String, of saved: SavedModel, budget: Budget) throws {
    try refuseOptionsForExamples()
    let methods = try BoundMethod.list(
      [.interval, .crownIBP(), .crown()], applying: methodOverrides())
    let property = try VNNLIBProperty(contentsOf: URL(fileURLWithPath: path))
    let verdict = try verdict(on: property, at: path, saved.file.network, methods, budget)
    let record = PropertyRecord(verdict, model: saved.name, property: path)
    let text = json ? try JSON.line(record) : record.text(methods: methods)
    if let output {
      try AtomicFile.write(Data((text + "\n").utf8), to: URL(fileURLWithPath: output))
    }
    Console.standard.line(text)
    try Interruption.check()
  }

  private func verdict(
    on property: VNNLIBProperty, at path: String, _ network: Network, _ methods: [BoundMethod],
    _ budget: Budget
  ) throws -> PropertyVerdict {
    defer { Console.standard.clearLiveLine() }
    do {
      return try network.verify(property, by: methods, budget: budget) {
        Console.standard.live($0.words)
      }
    } catch BoundsError.input(let problem) {
      throw Failure(.badData, "\(path): \(problem)")
    }
  }

  /// Collects what the options say of the methods; none may say anything of the set.
  private func methodOverrides() throws -> [RecipeOverride] {
    try [by, relaxation.slope].compactMap(\.self)
      + assignments.given(of: ["evaluate.methods", "evaluate.slope"])
  }

  /// The property says itself which inputs are meant.
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

/// What is known of a property, as JSON and as text.
struct PropertyRecord: Encodable {
  struct Example: Encodable {
    let inputs: [Double]
    let outputs: [Float]
  }

  let model, property, answer: String
  let cases, refuted: Int
  let bound: Double?
  let method: String?
  let counterexample: Example?
  private let caseIndex: Int?

  private enum CodingKeys: CodingKey {
    case model, property, answer, cases, refuted, bound, method, counterexample
  }

  init(_ verdict: PropertyVerdict, model: String, property: String) {
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

  /// The competition's word, for sat with the counterexample as it wants it, and a comment that
  /// explains.
  func text(methods: [BoundMethod]) -> String {
    ([answer] + (counterexample.map { [Self.assignment($0)] } ?? [])
      + ["; " + explanation(methods.map(\.description).joined(separator: ", "))])
      .joined(separator: "\n")
  }

  private static func assignment(_ example: Example) -> String {
    let pairs =
      example.inputs.enumerated().map { "(X_\($0) \($1))" }
      + example.outputs.enumerated().map { "(Y_\($0) \($1))" }
    return "(" + pairs.joined(separator: "\n ") + ")"
  }

  private func explanation(_ methods: String) -> String {
    let best = bound.map { "; smallest bound \(String(format: "%.4g", $0)) by \(method ?? "")" }
    switch answer {
    case _ where cases == 0: return "no input satisfies the property's assertions"
    case "unsat": return "\(refuted) of \(cases) cases refuted, so no input is unsafe\(best ?? "")"
    case "sat":
      return "case \((caseIndex ?? 0) + 1) of \(cases) is satisfied, as the network computes in "
        + "Float32; \(refuted) cases refuted before"
    default:
      return "\(refuted) of \(cases) cases refuted by \(methods)\(best ?? "; no finite bound"); "
        + "no counterexample found"
    }
  }
}
