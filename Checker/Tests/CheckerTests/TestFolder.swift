import Foundation

@testable import Checker

/// A folder of certificates that a test writes.
struct TestFolder {
  /// The members of run.json, as JSON.
  var run: [String: String]
  var model: [UInt8]
  var examples: String

  /// Certificates of a network.
  init(
    _ graph: [UInt8], examples: [String], count: Int = 4, epsilon: String = "0.01",
    norm: String = "linf", guarantee: String = "exact", products: String = "float32",
    domain: String = "null"
  ) {
    model = OnnxWriter.model(graph)
    self.examples = examples.map { $0 + "\n" }.joined()
    let zeros = String(repeating: "0", count: 64)
    run = [
      "certified": "\(examples.count)",
      "data": "{\"count\":\(count),\"first\":0,\"name\":\"test\",\"sha256\":\"\(zeros)\"}",
      "domain": domain, "epsilon": "\"\(epsilon)\"", "format": "\"crownwork certificates 1\"",
      "guarantee": "\"\(guarantee)\"", "methods": "[\"crown\"]", "norm": "\"\(norm)\"",
      "products": "\"\(products)\"", "version": "\"1\"",
    ]
    run["network"] = "\"\(SHA256.hexadecimal(of: graph[...]))\""
    run["certificates"] = "\"\(SHA256.hexadecimal(of: Array(self.examples.utf8)[...]))\""
  }

  static func object(_ members: [String: String]) -> String {
    "{" + members.sorted { $0.key < $1.key }.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
  }

  /// Adds the seal to the text of an object, where it belongs.
  static func sealed(_ object: String) -> String {
    let member = ",\"seal\":\"\(SHA256.hexadecimal(of: Array(object.utf8)[...]))\""
    let place =
      object.range(of: ",\"version\"")?.lowerBound ?? object.index(before: object.endIndex)
    return object[..<place] + member + object[place...]
  }

  /// Writes the folder, reads it, and removes it.
  func read() throws -> Certificates { try read(run: Self.sealed(Self.object(run)) + "\n") }

  func read(run: String) throws -> Certificates {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(run.utf8).write(to: folder.appendingPathComponent("run.json"))
    try Data(model).write(to: folder.appendingPathComponent("network.onnx"))
    try Data(examples.utf8).write(to: folder.appendingPathComponent("examples.jsonl"))
    return try Certificates(contentsOf: folder)
  }

  /// A line of examples.jsonl.
  static func example(
    index: Int = 0, label: Int = 0, pixels: [UInt8], margins: String = "input",
    _ others: [String: String] = [:]
  ) -> String {
    var members = [
      "index": "\(index)", "label": "\(label)", "margins": "\"\(margins)\"",
      "pixels": "\"\(Data(pixels).base64EncodedString())\"",
    ]
    members.merge(others) { $1 }
    return object(members)
  }
}
