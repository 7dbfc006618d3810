import Crownwork
import Foundation
import Testing

/// `crownwork certify --vnnlib` on a golden network.
@Suite struct PropertyTests {
  private static let golden = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/golden")
  private static let model = golden.appending(path: "mlp.onnx").path

  /// The first image of the fixtures with every pixel up to ε away, and an answer that differs from
  /// the network's.
  private static func property(epsilon: Double) throws -> String {
    let arrays = try SafetensorsFile(contentsOf: golden.appending(path: "mlp.safetensors")).arrays
    let pixels = arrays["x"]!.scalars.prefix(784)
    let network = try ONNXModel.network(contentsOf: URL(fileURLWithPath: model))
    let label = network(Tensor(shape: [1, 28, 28, 1], pixels)).argmaxOfRows[0]
    let declarations =
      (0..<784).map { "(declare-const X_\($0) Real)\n" }
      + (0..<10).map { "(declare-const Y_\($0) Real)\n" }
    let bounds = pixels.enumerated().map { index, pixel in
      "(assert (<= X_\(index) \(Double(pixel) + epsilon)))\n"
        + "(assert (>= X_\(index) \(Double(pixel) - epsilon)))\n"
    }
    let others = (0..<10).filter { $0 != label }.map { "(and (>= Y_\($0) Y_\(label)))" }
    return (declarations + bounds).joined()
      + "(assert (or \(others.joined(separator: "\n"))))\n"
  }

  private func write(_ text: String, _ name: String, _ tool: Binary) throws {
    try Data(text.utf8).write(to: tool.folder.appending(path: name))
  }

  @Test func smallBoxesAreProved() throws {
    try Binary.inFolder { tool in
      try write(Self.property(epsilon: 0.005), "p.vnnlib", tool)
      let result = try tool.run("certify", "--onnx", Self.model, "--vnnlib", "p.vnnlib")
      #expect(result.code == 0 && result.errors.isEmpty)
      let lines = result.output.split(separator: "\n")
      #expect(lines.count == 2 && lines[0] == "unsat")
      #expect(
        lines[1].hasPrefix("; 9 of 9 cases refuted, so no input is unsafe; smallest bound "))
      #expect(lines[1].hasSuffix(" by ibp (deployed)"))
      // The same with the model in its usual place, by other methods, and to a file.
      let other = try tool.run(
        "certify", Self.model, "--vnnlib", "p.vnnlib", "--by", "crown", "--slope", "zero",
        "--output", "o")
      #expect(
        other.output.hasPrefix("unsat\n; 9 of 9")
          && other.output.hasSuffix(" by crown (deployed)\n"))
      #expect(try tool.data("o") == Data(other.output.utf8))
    }
  }

  @Test func counterexamplesAreWhatTheNetworkComputes() throws {
    try Binary.inFolder { tool in
      try write(Self.property(epsilon: 0.4), "p.vnnlib", tool)
      let result = try tool.run("certify", "--onnx", Self.model, "--vnnlib", "p.vnnlib")
      #expect(result.code == 0 && result.errors.isEmpty)
      let lines = result.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 1 + 784 + 10 + 1 && lines.first == "sat")
      #expect(lines[1].hasPrefix("((X_0 ") && lines[794].hasSuffix("))"))
      #expect(lines.last!.hasPrefix("; case "))
      let pairs = lines[1...794].map { line in
        line.split(whereSeparator: { "() ".contains($0) }).map(String.init)
      }
      #expect(pairs.map { $0[0] } == (0..<784).map { "X_\($0)" } + (0..<10).map { "Y_\($0)" })
      let network = try ONNXModel.network(contentsOf: URL(fileURLWithPath: Self.model))
      let inputs = pairs.prefix(784).map { Float(Double($0[1])!) }
      let outputs = network(Tensor(shape: [1, 28, 28, 1], inputs)).scalars
      #expect(zip(pairs.suffix(10), outputs).allSatisfy { abs(Float($0[1])! - $1) <= 1e-4 })
    }
  }

  @Test func programsReadJSON() throws {
    try Binary.inFolder { tool in
      // Between what is proved and what is broken.
      for (epsilon, answer) in [(0.005, "unsat"), (0.05, "unknown"), (0.4, "sat")] {
        try write(Self.property(epsilon: epsilon), "p.vnnlib", tool)
        let result = try tool.run(
          "certify", "--onnx", Self.model, "--vnnlib", "p.vnnlib", "--by", "ibp", "--json",
          "--output", "o")
        #expect(try tool.data("o") == Data(result.output.utf8))
        let record =
          try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any]
        #expect(record?["answer"] as? String == answer)
        #expect(record?["cases"] as? Int == 9 && record?["property"] as? String == "p.vnnlib")
        #expect((record?["refuted"] as? Int == 9) == (answer == "unsat"))
        let found = record?["counterexample"] as? [String: [Double]]
        #expect(found?["inputs"]?.count == (answer == "sat" ? 784 : nil))
        #expect(found?["outputs"]?.count == (answer == "sat" ? 10 : nil))
      }
    }
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    try Binary.inFolder { tool in
      try write(Self.property(epsilon: 0.01), "p", tool)
      let base = ["certify", "--onnx", Self.model, "--vnnlib", "p"]
      for option in [
        ["--epsilon", "0.1"], ["--norm", "l2"], ["--no-clip"], ["--examples", "5"],
        ["--dataset", "mnist"], ["--data", "d"],
      ] { try tool.expectFailure(64, "\(option[0]): not with --vnnlib", base + option) }
      try tool.expectFailure(64, "--by: methods must be", base + ["--by", "magic"])
      try tool.expectFailure(64, "named twice", base + [Self.model])
      try tool.expectFailure(64, "Missing expected argument", ["certify", "--vnnlib", "p"])
      try tool.expectFailure(
        64, "--model: an ONNX file", base + ["--model", "mlp", "--input", "28x28x1"])
      try tool.expectFailure(
        66, "none: no such file", ["certify", "--onnx", Self.model, "--vnnlib", "none"])
      try tool.expectFailure(
        66, "none: no such file", ["certify", "--onnx", "none", "--vnnlib", "p"])
      try write("(declare-const X_0 Real)\n(assert", "p", tool)
      try tool.expectFailure(65, "p: line 2: the file ends inside a parenthesis", base)
      let small = "(declare-const X_0 Real)(declare-const Y_0 Real)(assert (= X_0 1))"
      try write(small, "p", tool)
      try tool.expectFailure(65, "p: has 1 inputs X, but the network takes 784", base)
      #expect(try tool.contents == ["p"])
    }
  }
}
