import Foundation
import Testing

/// Certificates are made and checked from the command line.
@Suite struct CheckTests {
  @Test func madeAndChecked() throws {
    try Binary.inFolder { tool in
      let train = [
        "train", "--quiet", "--width", "1", "--hidden", "16", "--epochs", "10", "--objective",
        "natural",
      ]
      #expect(try tool.run(train + ["--output", "r"]).code == 0)
      let certify = ["certify", "r", "--epsilon", "0.001", "--examples", "20"]
      let made = try tool.run(certify + ["--certificates", "proof"])
      #expect(made.code == 0 && made.output.contains("certificates in proof"))
      let check = try tool.run("check", "proof", "--model", "r")
      #expect(
        check.code == 0 && check.output.contains("certificates hold: digits examples 0 to 19"))
      let json = try tool.run("check", "proof", "--json")
      let lines = json.output.split(separator: "\n")
      #expect(!lines.isEmpty && lines.allSatisfy { $0.hasPrefix("{\"holds\":true,\"index\":") })
      // Another model, other options, a changed file, a missing one.
      #expect(try tool.run(train + ["--output", "s", "--seed", "1"]).code == 0)
      try tool.expectFailure(
        65, "not the one that is certified", ["check", "proof", "--model", "s"])
      try tool.expectFailure(
        64, "--channels: needs --model", ["check", "proof", "--channels", "1"])
      try tool.expectFailure(73, "not empty", certify + ["--certificates", "proof"])
      try tool.expectFailure(
        64, "--certificates: is for verdicts", certify + ["--radius", "--certificates", "p"])
      try tool.expectFailure(64, "--torchlean: is of", certify + ["--torchlean", "q"])
      let run = tool.folder.appending(path: "proof/run.json")
      let text = try String(contentsOf: run, encoding: .utf8)
      try Data(text.replacing("0.001", with: "0.002").utf8).write(to: run)
      try tool.expectFailure(65, "it was changed", ["check", "proof"])
      try FileManager.default.removeItem(at: run)
      try tool.expectFailure(66, "run.json", ["check", "proof"])
    }
  }
}
