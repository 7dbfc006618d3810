import Formats
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

import Bounds

/// What exporters write today is read as it is: PyTorch's two, on 80 modules of torch.nn, and graphs
/// as tf2onnx and Keras write them. ONNX Runtime gives the same answers, and bounds hold.
///
/// Needs a Python with torch, onnx and onnxruntime, which `.ci/run` makes.
@Suite struct ExporterTests {
  private static let python = Python(importing: ["torch", "onnx", "onnxscript", "onnxruntime"])
  private static let missing: Comment =
    "needs Python with torch, onnx, onnxscript and onnxruntime; set CROWNWORK_PYTHON to one"

  private static func file(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: path)
  }

  /// A model that a script has written, and what became of it.
  private struct Case: Decodable {
    let name, file: String
    let input: [Int]
    var count: Int? = nil
    /// Why an exporter did not write it.
    var `default`: String? = nil
    var old: String? = nil
  }

  private static func cases(
    of script: String, _ body: (URL, [Case]) throws -> Void
  ) throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = try String(contentsOf: file("Tests/Exporters/\(script).py"), encoding: .utf8)
    let run = try python!.run(program, [folder.path])
    try #require(run.status == 0, "\(run.output)")
    let list = try Data(contentsOf: folder.appending(path: "\(script).json"))
    try body(folder, try JSONDecoder().decode([Case].self, from: list))
  }

  // MARK: PyTorch

  @Test(.enabled(if: python != nil, missing))
  func modulesOfPyTorchAreRead() throws {
    try Self.cases(of: "modules") { folder, cases in
      #expect(cases.count == 80)
      var (rows, read) = ([String](), ["default": 0, "old": 0])
      for item in cases {
        var outcome: [String: String] = [:]
        for (exporter, failure) in [("default", item.default), ("old", item.old)] {
          outcome[exporter] =
            try failure.map { "not exported: \($0)" }
            ?? Self.refusal {
              try expectSame(item, folder, "\(item.file).\(exporter)", count: 3)
            }
          if outcome[exporter] == nil { read[exporter]! += 1 }
        }
        rows.append(Self.row(item.name, outcome))
      }
      #expect(read["default"]! >= 75 && read["old"]! >= 75, "read: \(read)")
      try expectTable(rows, read)
    }
  }

  private static func refusal(_ body: () throws -> Void) throws -> String? {
    do { try body() } catch let error as FormatError {
      return error.problem
    } catch let error as NetworkError {
      return error.description
    }
    return nil
  }

  private static func row(_ name: String, _ outcome: [String: String]) -> String {
    let cells = ["default", "old"].map { outcome[$0]?.replacing("|", with: "\\|") ?? "read" }
    return "| \(name) | \(cells[0]) | \(cells[1]) |"
  }

  /// The table of Documentation/onnx.md says what was found; with CROWNWORK_WRITE=1 it is written.
  private func expectTable(_ rows: [String], _ read: [String: Int]) throws {
    let (start, end) = ("<!-- modules -->\n", "<!-- end of modules -->\n")
    let table =
      start + "Read: \(read["default"]!) of \(rows.count) from the default exporter, "
      + "\(read["old"]!) from the old one.\n\n| module | default exporter | old exporter |\n"
      + "|---|---|---|\n" + rows.joined(separator: "\n") + "\n" + end
    let url = Self.file("Documentation/onnx.md")
    let page = try String(contentsOf: url, encoding: .utf8)
    let (before, after) = (page.range(of: start), page.range(of: end))
    let range = try #require(before?.lowerBound)..<(try #require(after?.upperBound))
    if ProcessInfo.processInfo.environment["CROWNWORK_WRITE"] == "1" {
      try page.replacingCharacters(in: range, with: table)
        .write(to: url, atomically: true, encoding: .utf8)
    } else {
      #expect(
        page[range] == table,
        "the table in Documentation/onnx.md is out of date; run this test with CROWNWORK_WRITE=1")
    }
  }

  // MARK: Keras

  @Test(.enabled(if: python != nil, missing))
  func graphsOfKerasAreRead() throws {
    try Self.cases(of: "graphs") { folder, cases in
      #expect(cases.count >= 12)
      for item in cases {
        do {
          try expectSame(item, folder, item.file, count: item.count ?? 1)
        } catch { Issue.record("\(item.name): \(error)") }
      }
    }
  }

  // MARK: The same function

  /// Reads a model, compares its outputs with ONNX Runtime's and samples its bounds.
  private func expectSame(
    _ item: Case, _ folder: URL, _ file: String, count: Int
  ) throws {
    let network = try ONNXModel.network(contentsOf: folder.appending(path: "\(file).onnx"))
    let input = try Data(contentsOf: folder.appending(path: "\(item.file).input")).floats
    let output = try Data(contentsOf: folder.appending(path: "\(file).output")).floats
    try #require(input.count == count * network.inputShape.reduce(1, *), "\(file)")
    let x = Tensor(shape: [count, input.count / count], input)
      .permutingColumns(
        of: network.inputShape.count == 3 ? network.inputShape : nil, toPyTorch: false
      )
      .reshaped([count] + network.inputShape)
    let theirs = Tensor(shape: [count, output.count / count], output)
    expectClose(network(x), theirs, relative: 1e-5, absolute: 1e-5, file)
    try expectSound(network, around: x, file)
  }

  private func expectSound(_ network: Network, around x: Tensor, _ name: String) throws {
    // Each output from below and from above.
    var both: [Float] = []
    for output in 0..<network.classes {
      for sign: Float in [1, -1] { both += (0..<network.classes).map { $0 == output ? sign : 0 } }
    }
    let rows = Tensor(shape: [1, 2 * network.classes, network.classes], both)
    let specification = try Specification(rows: rows.repeated(x.shape[0]))
    var random = RandomSource(seed: 7)
    let epsilon: Float = 0.1
    let points = (0..<8).map { index -> Tensor in
      let noise = Tensor.uniform(x.shape, in: -epsilon...epsilon, using: &random)
      // Corners first, which are the likelier extremes.
      let corners = noise.scalars.map { $0 < 0 ? -epsilon : epsilon }
      return x + (index < 4 ? Tensor(shape: x.shape, corners) : noise)
    }
    for method in [.interval, .crownIBP(), .crown()] as [BoundMethod] {
      let lower = try lowerBounds(
        of: network, around: x, .linf(epsilon: epsilon), specification, by: method)
      #expect(lower.isFinite, "\(name) \(method)")
      for point in points {
        expectNowhereBelow(
          specification.values(network(point)), lower, relative: 1e-5, absolute: 1e-6,
          "\(name) \(method)")
      }
    }
  }
}

extension Data {
  fileprivate var floats: [Float] {
    withUnsafeBytes { bytes in
      (0..<count / 4).map { bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self) }
    }
  }
}
