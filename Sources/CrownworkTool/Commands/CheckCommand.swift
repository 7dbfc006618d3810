import ArgumentParser
import Checker
import Crownwork
import Foundation

/// `crownwork check`: certificates, checked by code that shares nothing with the rest.
///
/// The command reads a folder of `certify --certificates`, compares it with a model and data if
/// `--model` names a model, and checks each certificate in exact arithmetic (the module Checker). It
/// prints the certificates that do not hold and the totals.
///
/// Exit codes: 0 if all certificates hold; 1 if one does not; 65 for a file that is damaged or was
/// changed, and for another model or other data; 66 for a missing file.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Check certificates in exact arithmetic.",
    discussion: """
      FOLDER is what "certify --certificates FOLDER" has written. Each certificate is checked by \
      code that shares nothing with the rest of this program, in integers times powers of two. \
      Checker/check.py does the same in Python.

      With --model the certificates have to be about this model and its test data. Without it they \
      are about the network and the images in the folder.

      EXAMPLES
        crownwork certify runs/digits-cnn-2layer --certificates proof
        crownwork check proof --model runs/digits-cnn-2layer
      """)

  /// The folder.
  @Argument(help: "A folder of certificates.", completion: .directory)
  var folder: String
  /// `--model`: the model that they have to be about.
  @Option(help: "The run, model or ONNX file that they have to be about.", completion: .model)
  var model: String?
  /// `--dataset`: the data set, in place of the one that the model was trained on.
  @Option("dataset", standard: "the model's own") var dataset: RecipeOverride?
  /// The place of the data.
  @OptionGroup var source: DataOptions
  /// `--json`: prints a line of JSON for each certificate in place of text.
  @Flag(help: "Print JSON lines.") var json = false

  mutating func run() throws {
    do {
      let certificates = try Certificates(contentsOf: URL(fileURLWithPath: folder))
      try compare(certificates)
      let summary = try check(certificates)
      if !json { Console.standard.line(totals(summary, certificates.run)) }
      guard summary.held == summary.checked else { throw ExitCode(1) }
    } catch let error as CheckError {
      throw Failure(
        error.kind == .cannotRead ? .missingInput : .badData, "\(folder): \(error)")
    }
  }

  /// Compares the certificates with the model and its test data.
  ///
  /// - Throws: `CheckError` where they are about others; else as `certify` does.
  private func compare(_ certificates: Certificates) throws {
    let given = [dataset, source.data, source.imageSize, source.channels, source.layout]
      .compactMap(\.self)
    guard let model else {
      guard given.isEmpty else {
        throw Failure(.usage, "\(given[0].option): needs --model, whose test data are compared")
      }
      return
    }
    let subject = try SubjectOptions.parse(given.flatMap { [$0.option, $0.value] })
    let run = certificates.run
    let (saved, range) = try subject.examples(
      for: try subject.open(model), count: "\(run.first):\(run.first + run.count)")
    try certificates.requireModel(Array(ONNXModel.data(of: saved.file.network)))
    let data = range.data
    try certificates.requireData(
      height: data.height, width: data.width, channels: data.channels, classes: data.classes,
      pixels: data.pixels, labels: data.labels)
  }

  /// Checks all certificates; prints those that do not hold, or a line of JSON for each.
  private func check(_ certificates: Certificates) throws(CheckError) -> Summary {
    defer { Console.standard.clearLiveLine() }
    var done = 0
    return try certificates.check { outcome in
      done += 1
      Console.standard.live("check \(done)/\(certificates.run.certified)")
      if json {
        Console.standard.line(OutcomeRecord(outcome).text)
      } else if !outcome.holds {
        Console.standard.line(
          "example \(outcome.index): not proved: the margin to class \(outcome.nearestClass) is at "
            + "least \(outcome.margin) only")
      }
    }
  }

  /// Returns the last line: how many certificates hold, of which examples, for which set and network.
  private func totals(_ summary: Summary, _ run: RunFile) -> String {
    let rest = model == nil ? "of the network and images in the folder" : "of \(model!)"
    return "\(summary.held) of \(summary.checked) certificates hold: \(run.dataSet) examples "
      + "\(run.first) to \(run.first + run.count - 1), \(run.normName) epsilon \(run.epsilon), "
      + "\(run.guaranteeName) network in \(run.productsName), \(rest)"
  }
}

/// What came of a certificate, as a line of JSON.
private struct OutcomeRecord: Encodable {
  let index, label: Int
  let holds: Bool
  /// The least margin as a decimal, rounded down.
  let margin: String

  init(_ outcome: Outcome) {
    (index, label, holds) = (outcome.index, outcome.label, outcome.holds)
    margin = outcome.margin
  }

  /// The line.
  var text: String {
    guard let text = try? JSONText.line(self) else {
      preconditionFailure("integers, a truth value and a text can be encoded")
    }
    return text
  }
}
