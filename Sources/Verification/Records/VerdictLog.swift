import Bounds
import Datasets
import Formats
import Foundation
import Networks

/// A certification whose verdicts are in a file as soon as they are known, one JSON line each.
///
/// A certification that was stopped, or killed, goes on where it was. Until the last verdict is
/// there, the lines stand in a file beside the one that is meant, with `.partial` behind its name,
/// whose first line says what they are about (see `PartialLines`). Opening the log again
/// for the same network, data, set and methods finds them; for anything else it is refused, so that
/// verdicts on different questions never mix.
///
/// ```swift
/// let log = try VerdictLog(
///   at: URL(fileURLWithPath: "verdicts.jsonl"), of: network, on: data.test,
///   against: .linf(epsilon: 0.1, within: 0...1), by: [.interval, .crownIBP()])
/// let certification = try log.certify()
/// ```
public struct VerdictLog {
  /// The file, with what earlier processes have written.
  private let lines: PartialLines
  private let network: Network
  private let data: LabeledImages
  private let set: Perturbation
  private let methods: [BoundMethod]
  private let arithmetic: Arithmetic
  private let start: Int
  /// The verdicts that an earlier process has found, in the order of the examples.
  public let found: [Verdict]

  /// Opens the file, or begins it.
  ///
  /// Lines that are no verdicts of this certification are passed over: their examples are certified
  /// again.
  ///
  /// - Parameters:
  ///   - url: The file that is meant in the end.
  ///   - start: The number of the first example in the whole data set, by which lines count.
  /// - Throws: `FormatError` where the file cannot be written, another process writes it,
  ///   or it was begun for another network, set, methods or data.
  public init(
    at url: URL, of network: Network, on data: LabeledImages, against set: Perturbation,
    by methods: [BoundMethod], arithmetic: Arithmetic = .certified, start: Int = 0
  ) throws {
    (self.network, self.data, self.set, self.methods) = (network, data, set, methods)
    self.arithmetic = arithmetic
    self.start = start
    let subject = Subject(
      model: network.digest, data: data.digest, start: start,
      set: Subject.Set(norm: set.norm.rawValue, epsilon: set.epsilon, domain: set.domain),
      methods: methods, arithmetic: arithmetic.text)
    lines = try PartialLines(for: url, about: JSONText.line(subject))
    let decoder = JSONDecoder()
    var byIndex: [Int: Verdict] = [:]
    for line in lines.found {
      guard let record = try? decoder.decode(VerdictRecord.self, from: Data(line.utf8)),
        let verdict = record.verdict(start: start, methods: methods),
        data.labels.indices ~= verdict.index
      else { continue }
      byIndex[verdict.index] = verdict
    }
    found = byIndex.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Certifies the examples that have no verdict yet.
  ///
  /// When all are certified, the verdicts stand in the file that is meant. Until then another log
  /// for the same file goes on with them.
  ///
  /// - Parameters:
  ///   - budget: The memory that bounds may take, and when to stop.
  ///   - observe: Gets new verdicts, which are in the file by then, and how far the work is,
  ///     earlier verdicts included. What it throws ends the work.
  /// - Returns: All verdicts, those of earlier processes included.
  /// - Throws: As ``Networks/Network/certify(_:against:by:skipping:budget:observe:)``, and
  ///   `FormatError` where the file cannot be written.
  public func certify(
    budget: Budget = Budget(), observe: ([Verdict], WorkProgress) throws -> Void = { _, _ in }
  ) throws -> Certification {
    let new = try network.certify(
      data, against: set, by: methods, arithmetic: arithmetic, skipping: Set(found.map(\.index)),
      budget: budget
    ) { verdicts, progress in
      try lines.append(
        verdicts.map { try JSONText.line(VerdictRecord($0, arithmetic, start: start)) })
      var progress = progress
      progress.done += found.count
      progress.total += found.count
      try observe(verdicts, progress)
    }.verdicts
    let all = (found + new).sorted { $0.index < $1.index }
    if all.count == data.count {
      try lines.finish(all.map { try JSONText.line(VerdictRecord($0, arithmetic, start: start)) })
    }
    return Certification(verdicts: all, perturbation: set, arithmetic: arithmetic)
  }

  /// What verdicts belong to: the first line of the partial file.
  private struct Subject: Encodable {
    struct Set: Encodable {
      let norm: String
      let epsilon: Float
      let domain: ClosedRange<Float>?
    }

    /// The digests of the network and of the data.
    let model, data: String
    let start: Int
    let set: Set
    let methods: [BoundMethod]
    let arithmetic: String
  }
}
