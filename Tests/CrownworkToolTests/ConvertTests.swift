import Foundation
import Testing

/// Models go from one format to another and keep their answers.
@Suite struct ConvertTests {
  @Test func thereAndBack() throws {
    try Binary.inFolder { tool in
      #expect(try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny).code == 0)
      let there = try tool.run("convert", "r", "m.onnx")
      #expect(there.code == 0 && there.output.contains("the same answers as r"))
      #expect(try tool.run("convert", "m.onnx", "m.safetensors").code == 0)
      let verdicts = try ["r", "m.onnx", "m.safetensors"].map { model in
        try tool.run("certify", model, "--examples", "30", "--by", "ibp,crown-ibp").output
      }
      #expect(verdicts[0].contains("certified") && Set(verdicts).count == 1)
      // What was written beside the graph counts however the file is named.
      let onnx = try tool.run(
        "certify", "--onnx", "m.onnx", "--examples", "30", "--by", "ibp,crown-ibp")
      #expect(onnx.output == verdicts[0] && onnx.errors.isEmpty)
      let info = try tool.run("info", "m.onnx").output
      #expect(
        info.contains("meant for ℓ∞ ε = 0.1") && info.contains("trained on digits"))
      #expect(try tool.contents.filter { $0.hasPrefix(".") }.isEmpty)
    }
  }

  /// A graph that no architecture names trains on, in a run that keeps ONNX.
  @Test func trainsOnFromONNX() throws {
    try Binary.inFolder { tool in
      let residual = ["--model", "resnet-bn", "--width", "1", "--hidden", "8"]
      let short = [
        "--epochs", "2", "--ramp-start", "0", "--ramp-length", "1", "--batch-size", "256",
      ]
      #expect(try tool.run(["train", "--quiet", "--output", "r"] + residual + short).code == 0)
      #expect(try tool.run("convert", "r", "m.onnx").code == 0)
      #expect(try tool.run("info", "m.onnx").output.contains("BatchNorm"))
      #expect(try tool.run("convert", "r", "folded.onnx", "--fold").code == 0)
      #expect(!(try tool.run("info", "folded.onnx").output.contains("BatchNorm")))
      let train = try tool.run(["train", "--start", "m.onnx", "--objective", "ibp"] + short)
      // So short a training may be told that it has collapsed.
      #expect(
        train.errors.split(separator: "\n").allSatisfy { $0.hasPrefix("crownwork: warning: ") })
      #expect(train.code == 0 && train.output.contains("network    m.onnx"))
      #expect(try tool.contents.contains("runs/digits-m-ibp/model.onnx"))
      #expect(try tool.run("train", "--resume", "--output", "runs/digits-m-ibp").code == 0)
      let table = try tool.run("evaluate", "runs/digits-m-ibp", "--examples", "20", "--steps", "2")
      #expect(table.code == 0 && table.output.contains("certified, IBP"))
    }
  }

  @Test func refusals() throws {
    try Binary.inFolder { tool in
      #expect(try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny).code == 0)
      try tool.expectFailure(64, "must end in .onnx or .safetensors", ["convert", "r", "m.pt"])
      try tool.expectFailure(64, "write .onnx", ["convert", "r", "m.safetensors", "--fold"])
      try tool.expectFailure(66, "no such file", ["convert", "absent.onnx", "m.safetensors"])
      try tool.expectFailure(73, "cannot be written", ["convert", "r", "absent/m.onnx"])
      let golden = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/golden/residual.onnx").path
      try tool.expectFailure(
        65, "does not say its architecture", ["convert", golden, "m.safetensors"])
      try tool.expectFailure(
        65, "the architecture needs",
        ["convert", golden, "m.safetensors", "--model", "dm-small", "--input", "28x28x1"])
      try tool.expectFailure(
        65, "the network takes images [28, 28, 1]", ["train", "--start", golden, "--output", "x"])
      #expect(try tool.contents.filter { $0.hasPrefix("m.") || $0.hasPrefix(".") }.isEmpty)
    }
  }

  /// A signal leaves neither a draft nor an output. A conversion may be done before it comes; then
  /// the next one is tried.
  @Test func signalsLeaveNoDraft() throws {
    try Binary.inFolder { tool in
      let wide = ["--model", "mlp", "--hidden", "1500,1500", "--objective", "natural"]
      #expect(
        try tool.run(
          ["train", "--quiet", "--output", "r", "--epochs", "1", "--train-examples", "1"] + wide
        ).code == 0)
      for attempt in 0..<10 {
        let process = try tool.start(["convert", "r", "m\(attempt).onnx"])
        while process.isRunning, try !tool.contents.contains(where: { $0.hasPrefix(".") }) {
          usleep(1_000)
        }
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(try tool.contents.filter { $0.hasPrefix(".") }.isEmpty)
        if process.terminationReason == .exit, process.terminationStatus == 130 {
          #expect(try !tool.contents.contains("m\(attempt).onnx"))
          return
        }
      }
      Issue.record("no conversion was interrupted")
    }
  }
}
