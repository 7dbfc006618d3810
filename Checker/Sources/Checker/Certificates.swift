import Foundation
import Synchronization

/// What came of one certificate.
public struct Outcome: Sendable, Equatable {
  /// The example's number in the data set, and the class that is certified.
  public let index, label: Int
  /// Whether the certificate proves what it claims.
  public let holds: Bool
  /// The least margin that was proved, as a decimal of four digits, rounded down.
  public let margin: String
  /// The class that the least margin is over.
  public let nearestClass: Int
}

/// How many certificates were checked, and how many of them hold.
public struct Summary: Sendable, Equatable {
  public let checked, held: Int
}

/// A folder of certificates, as Documentation/certificates.md describes it.
///
/// ```swift
/// let certificates = try Certificates(contentsOf: folder)
/// let summary = try certificates.check { print($0.index, $0.holds) }
/// ```
public struct Certificates: Sendable {
  /// What all certificates have in common.
  public let run: RunFile
  let network: Network
  private let graph: ArraySlice<UInt8>
  /// The bytes of examples.jsonl, and where its lines lie, without their line feeds.
  private let bytes: [UInt8]
  private let lines: [Range<Int>]
  private static let examplesFile = "examples.jsonl"

  /// Reads run.json, the network and the digests of all files.
  public init(contentsOf folder: URL) throws(CheckError) {
    func bytes(_ name: String) throws(CheckError) -> [UInt8] {
      try Self.read(folder.appendingPathComponent(name))
    }
    try self.init(
      run: bytes("run.json"), network: bytes("network.onnx"), examples: bytes(Self.examplesFile))
  }

  /// Takes what the files of a folder hold.
  public init(run: [UInt8], network model: [UInt8], examples bytes: [UInt8]) throws(CheckError) {
    let run = try CheckError.locating(in: "run.json") { () throws(CheckError) in try RunFile(run) }
    self.run = run
    (network, graph) = try CheckError.locating(in: "network.onnx") { () throws(CheckError) in
      let graph = try OnnxGraph(model: model)
      guard SHA256.hexadecimal(of: graph.bytes) == run.networkDigest else {
        throw CheckError("the digest of its graph is not the one in run.json")
      }
      let network = try Network(
        graph, isDeployed: run.guarantee == .deployed, products: run.products)
      return (network, graph.bytes)
    }
    self.bytes = bytes
    lines = try CheckError.locating(in: Self.examplesFile) { () throws(CheckError) in
      try Self.lines(of: bytes, run)
    }
  }

  /// Reads a regular file of a limited size.
  private static func read(_ url: URL) throws(CheckError) -> [UInt8] {
    let path = url.resolvingSymlinksInPath().path
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      guard attributes[.type] as? FileAttributeType == .typeRegular,
        let size = attributes[.size] as? Int, size <= Limits.fileSize
      else {
        throw CheckError(
          "is no file of at most 1 GB", kind: .cannotRead, file: url.lastPathComponent)
      }
      return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    } catch let error as CheckError {
      throw error
    } catch {
      throw CheckError(
        "cannot be read: \(error.localizedDescription)", kind: .cannotRead,
        file: url.lastPathComponent)
    }
  }

  /// Finds the lines of examples.jsonl, and compares its digest and their number.
  private static func lines(
    of bytes: [UInt8], _ run: RunFile
  ) throws(CheckError) -> [Range<Int>] {
    guard SHA256.hexadecimal(of: bytes[...]) == run.certificatesDigest else {
      throw CheckError("the digest is not the one in run.json")
    }
    guard bytes.isEmpty || bytes.last == 10 else {
      throw CheckError("the file does not end with a line feed")
    }
    var lines: [Range<Int>] = []
    var start = 0
    for (place, byte) in bytes.enumerated() where byte == 10 {
      lines.append(start..<place)
      start = place + 1
    }
    guard lines.count == run.certified else {
      throw CheckError("there are \(lines.count) lines, but run.json says \(run.certified)")
    }
    return lines
  }

  /// Reads a certificate.
  func certificate(_ line: Int) throws(CheckError) -> Certificate {
    try CheckError.locating(in: Self.examplesFile, line: line + 1) { () throws(CheckError) in
      try Certificate(bytes[lines[line]], run, network)
    }
  }

  /// Refuses an index that does not follow the one before.
  private func require(_ index: Int, after last: inout Int, line: Int) throws(CheckError) {
    try CheckError.locating(in: Self.examplesFile, line: line + 1) { () throws(CheckError) in
      guard index > last else {
        throw CheckError("example \(index) comes twice or not in ascending order")
      }
    }
    last = index
  }

  /// Compares the graph of another ONNX model with the network's, byte by byte.
  public func requireModel(_ onnx: [UInt8]) throws(CheckError) {
    let other = try CheckError.locating(in: "the model") { () throws(CheckError) in
      try OnnxGraph.graph(of: onnx)
    }
    guard other.elementsEqual(graph) else {
      throw CheckError("its graph is not the one that is certified", file: "the model")
    }
  }

  /// Compares the graph of the ONNX model in a file with the network's, byte by byte.
  public func requireModel(contentsOf file: URL) throws(CheckError) {
    try requireModel(try Self.read(file))
  }

  /// Compares examples with those that were tried: their digest, and the image and the label of
  /// each certificate.
  ///
  /// - Parameters:
  ///   - pixels: The images of the run's range, [example, row, column, channel].
  ///   - labels: Their classes.
  public func requireData(
    height: Int, width: Int, channels: Int, classes: Int, pixels: [UInt8], labels: [UInt8]
  ) throws(CheckError) {
    let file = "the data"
    let size = network.counts[0]
    guard labels.count == run.count, pixels.count == run.count * size else {
      throw CheckError("these are not the \(run.count) examples that were tried", file: file)
    }
    let extents = network.extents[0]
    guard extents.count == 1 || extents == [channels, height, width] else {
      throw CheckError("the images are not as the network's input", file: file)
    }
    var all: [UInt8] = []
    for number in [run.count, height, width, channels, classes] {
      withUnsafeBytes(of: Int64(number).littleEndian) { all += $0 }
    }
    guard SHA256.hexadecimal(of: (all + pixels + labels)[...]) == run.dataDigest else {
      throw CheckError("the digest of the data is not the one in run.json", file: file)
    }
    var last = -1
    for line in lines.indices {
      let certificate = try certificate(line)
      try require(certificate.index, after: &last, line: line)
      let place = certificate.index - run.first
      guard Int(labels[place]) == certificate.label,
        certificate.pixels.elementsEqual(pixels[place * size..<(place + 1) * size])
      else {
        throw CheckError(
          "example \(certificate.index) is another one in the data", file: Self.examplesFile)
      }
    }
  }

  /// Checks all certificates on all cores.
  ///
  /// - Parameter onResult: Gets the outcomes in the order of the file, as soon as they are known.
  /// - Throws: The first error in the order of the file.
  @discardableResult
  public func check(onResult: (Outcome) -> Void = { _ in }) throws(CheckError) -> Summary {
    var (last, held) = (-1, 0)
    let step = 8 * ProcessInfo.processInfo.activeProcessorCount
    for start in stride(from: 0, to: lines.count, by: step) {
      for (offset, result) in results(start..<min(start + step, lines.count)).enumerated() {
        let outcome = try result.get()
        try require(outcome.index, after: &last, line: start + offset)
        held += outcome.holds ? 1 : 0
        onResult(outcome)
      }
    }
    return Summary(checked: lines.count, held: held)
  }

  /// Checks a certificate that is not among those of the folder, for the same run and network but
  /// for ε.
  ///
  /// - Parameters:
  ///   - line: A line as examples.jsonl has it, without a line feed.
  ///   - epsilon: ε as run.json would have it.
  public func outcome(of line: [UInt8], epsilon: String) throws(CheckError) -> Outcome {
    let run = try run.replacing(epsilon: epsilon)
    return try ExampleCheck(Certificate(line[...], run, network), run, network).outcome()
  }

  /// Checks some lines side by side.
  private func results(_ range: Range<Int>) -> [Result<Outcome, CheckError>] {
    let results = Mutex([Int: Result<Outcome, CheckError>]())
    DispatchQueue.concurrentPerform(iterations: range.count) { offset in
      let line = range.lowerBound + offset
      let result = Result { () throws(CheckError) in
        let certificate = try certificate(line)
        return try CheckError.locating(in: Self.examplesFile, line: line + 1) {
          () throws(CheckError) in
          try ExampleCheck(certificate, run, network).outcome()
        }
      }
      results.withLock { $0[offset] = result }
    }
    let found = results.withLock { $0 }
    return range.indices.compactMap { found[$0 - range.lowerBound] }
  }
}
