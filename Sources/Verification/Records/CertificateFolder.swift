import Bounds
import Datasets
import Formats
import Foundation
import Networks
import Tensors

/// A folder of certificates, which a program that shares no code with this one can check.
///
/// ```swift
/// let folder = try CertificateFolder(
///   at: url, of: network, on: data.test, named: "mnist", against: box, by: methods)
/// let certification = try network.certify(data.test, against: box, by: methods)
/// try folder.write(certification)
/// ```
///
/// Each certified example is bounded once more, by itself, and what its bounds are made of is
/// written: slopes of lines and refined neurons. Documentation/certificates.md has the format.
/// Certificates are in the folder as soon as they are made. One that was stopped goes on where it
/// was. `run.json` is written last, so that a folder with one is complete.
public struct CertificateFolder {
  private let url: URL
  /// The network in the arithmetic of the verdicts, and in real arithmetic.
  private let network, real: BoundedNetwork
  private let names: LayerNames
  private let data: LabeledImages
  private let set: Perturbation
  private let methods: [BoundMethod]
  private let run: RunRecord
  private let lines: PartialLines
  /// Where queries for TorchLean go, if they are asked for.
  private let queries: URL?
  /// What margins have to exceed.
  private let leastMargin: Float

  /// How many certificates were written.
  public struct Written: Sendable {
    /// The certificates in the folder.
    public let certificates: Int
    /// Certified examples without one: bounded alone they are not certified, by the last bits of
    /// their margins.
    public let missing: Int
  }

  /// Begins a folder, or opens one that was begun for the same network, data, set and methods.
  ///
  /// - Parameters:
  ///   - url: The folder: missing, empty, or begun.
  ///   - dataset: The name of the data set.
  ///   - start: The number of the first example in the whole data set.
  ///   - queries: A folder that also gets a `NUMBER.json` for each certificate, which TorchLean's
  ///     checker reads; nil for none. The network has to be a chain of matrices and ReLU.
  /// - Throws: `FormatError` where the folder holds other things or cannot be written, and for a
  ///   layer or a domain that certificates do not know; ``BoundsError`` where the network cannot be
  ///   bounded.
  public init(
    at url: URL, of network: Network, on data: LabeledImages, named dataset: String,
    against set: Perturbation, by methods: [BoundMethod], arithmetic: Arithmetic = .certified,
    start: Int = 0, queries: URL? = nil
  ) throws {
    try network.requireCertifiable(in: set)
    guard methods.allSatisfy({ $0.branching == nil }) else {
      throw BoundsError.specification(
        "there are no certificates of branch and bound yet; leave complete out of the methods")
    }
    let export = try ONNXModel.export(of: network)
    run = try RunRecord(
      data: RunRecord.Examples(
        count: data.count, first: start, name: dataset, sha256: data.digest),
      set: set, arithmetic: arithmetic, methods: methods, graph: export.graph)
    (self.url, self.data, self.set, self.methods) = (url, data, set, methods)
    self.network = try BoundedNetwork(network.logits, arithmetic: arithmetic)
    real = try BoundedNetwork(network.logits, arithmetic: .real)
    leastMargin = network.leastMargin(in: arithmetic)
    names = LayerNames(export.layers)
    self.queries = queries
    if let queries {
      try TorchLeanQuery.check(network.logits)
      try Self.makeFolder(queries) { $0.hasSuffix(".json") }
    }
    try Self.makeFolder(url) { Self.files.contains($0) }
    lines = try PartialLines(
      for: url.appendingPathComponent("examples.jsonl"), about: JSONText.line(run))
    try AtomicFile.write(export.data, to: url.appendingPathComponent("network.onnx"))
  }

  /// Makes certificates of the certified examples, and completes the folder.
  ///
  /// - Parameters:
  ///   - certification: Verdicts on the examples, by the same methods in the same arithmetic.
  ///   - budget: When to stop. The folder then stays incomplete, and can be opened again.
  ///   - observe: Gets to know how far the work is.
  /// - Returns: nil where the budget was spent before the folder was complete.
  /// - Throws: `FormatError` where the folder cannot be written, and ``BoundsError`` for slopes
  ///   that certificates do not know; what `observe` throws.
  @discardableResult
  public func write(
    _ certification: Certification, budget: Budget = Budget(),
    observe: (WorkProgress) throws -> Void = { _ in }
  ) throws -> Written? {
    let certified = certification.verdicts.filter { $0.status == .certified }
    var known: [Int: String] = [:]
    for line in lines.found { known[try Self.index(of: line)] = line }
    let open = certified.filter { known[$0.index + run.data.first] == nil }
    var missing = 0
    var done = known.count
    try OpenItems.work(on: open, mostAtOnce: max(open.count, 1), budget: budget) { verdict in
      OpenItems.Outcome(results: [Result { try line(of: verdict, budget) }])
    } deliver: { results in
      let new = try results.compactMap { try $0.get() }
      missing += results.count - new.count
      done += results.count
      try lines.append(new.map(\.text))
      for line in new { known[line.index] = line.text }
      try observe(WorkProgress(.certificates, done: done, of: certified.count))
    }
    guard known.count + missing == certified.count, !budget.isSpent else { return nil }
    try finish(known.sorted { $0.key < $1.key }.map(\.value))
    return Written(certificates: known.count, missing: missing)
  }

  /// Writes the sorted lines and then what they have in common.
  private func finish(_ sorted: [String]) throws {
    try lines.finish(sorted)
    var complete = run
    complete.certified = sorted.count
    complete.certificates = SHA256Sum.hexadecimal(
      of: Data(sorted.map { $0 + "\n" }.joined().utf8))
    try AtomicFile.write(complete.sealed, to: url.appendingPathComponent("run.json"))
  }

  /// Makes the certificate of an example; nil where the example is not certified by itself.
  private func line(
    of verdict: Verdict, _ budget: Budget
  ) throws -> (index: Int, text: String)? {
    let image = data.batch(verdict.index..<verdict.index + 1).images
    let tried = Array(methods.prefix { $0 != verdict.method }) + [verdict.method]
    let region = set.region(around: image, in: network.arithmetic)
    guard let witness = try witness(of: verdict, image, region, by: tried, budget) else {
      return nil
    }
    let record = CertificateRecord(
      index: verdict.index + run.data.first, label: verdict.label,
      pixels: Array(data.image(verdict.index)), by: verdict.method, witness, names)
    if let queries {
      let query = try TorchLeanQuery(
        network.network, over: region.box, label: verdict.label, witness)
      try AtomicFile.write(
        Data((JSONText.line(query) + "\n").utf8),
        to: queries.appendingPathComponent("\(record.index).json"))
    }
    return (record.index, try JSONText.line(record))
  }
}

extension CertificateFolder {
  /// Bounds an example by itself; in real arithmetic where that decides and outward arithmetic does
  /// not, as for an example that was certified in exact arithmetic. Returns nil where neither does.
  private func witness(
    of verdict: Verdict, _ image: Tensor, _ region: Region, by methods: [BoundMethod],
    _ budget: Budget
  ) throws(BoundsError) -> Witness? {
    let margins = Specification.margins(of: [verdict.label], classes: network.network.classes)
    let regions = [(network, region), (real, set.region(around: image, in: .real))]
    for (network, region) in regions {
      let witness = try network.witness(of: margins, over: region, by: methods, budget: budget)
      if witness.bounds.allSatisfy({ $0.isFinite && $0 > leastMargin }) { return witness }
    }
    return nil
  }

  /// The files of a folder that is not complete.
  private static let files: Set = ["examples.jsonl.partial", "examples.jsonl", "network.onnx"]

  /// Makes a folder, or accepts an empty one or one that was begun.
  private static func makeFolder(_ url: URL, accepting isOwn: (String) -> Bool) throws {
    if let held = try? FileManager.default.contentsOfDirectory(atPath: url.path) {
      guard held.allSatisfy(isOwn) else {
        throw FormatError(
          .cannotWrite, "is there already and not empty", file: url.path,
          remedy: "name another folder, or remove it")
      }
      return
    }
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    } catch {
      throw FormatError(.cannotWrite, error.localizedDescription, file: url.path)
    }
  }

  /// Returns the number of the example that a line of an earlier process is about.
  private static func index(of line: String) throws -> Int {
    struct Numbered: Decodable { let index: Int }
    return try JSONDecoder().decode(Numbered.self, from: Data(line.utf8)).index
  }
}
