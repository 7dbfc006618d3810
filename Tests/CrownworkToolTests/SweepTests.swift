import Crownwork
import Foundation
import Testing

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A sweep goes on where it was stopped, and shares its runs between processes.
@Suite(.serialized) struct SweepTests {
  private static let recipe = """
    model: { name: mlp, hidden: [16] }
    schedule: { epochs: 4, batch-size: 16, ramp: { start: 1, length: 2 } }
    evaluate: { attack: { steps: 3, restarts: 1 }, examples: 40 }
    sweep:
      settings: [{ objective: { name: ibp } }, { objective: { name: crown-ibp } }]
      seeds: [0, 1]
    """

  @Test func aKilledSweepEndsWithTheSameTable() throws {
    try Binary.inFolder { tool in
      try Data(Self.recipe.utf8).write(to: tool.folder.appendingPathComponent("s.yaml"))
      #expect(try tool.run("sweep", "s.yaml", "--output", "whole").code == 0)
      for number in [SIGKILL, SIGINT] {
        let process = try tool.start(["sweep", "s.yaml", "--output", "cut"])
        usleep(number == SIGKILL ? 300_000 : 150_000)
        kill(process.processIdentifier, number)
        process.waitUntilExit()
      }
      let end = try tool.run("sweep", "s.yaml", "--output", "cut")
      #expect(end.code == 0)
      #expect(try errors(tool, "cut") == errors(tool, "whole"))
      let table = tool.folder.appendingPathComponent("cut/table.md")
      try FileManager.default.removeItem(at: table)
      let again = try tool.run("sweep", "s.yaml", "--output", "cut")
      #expect(again.output.hasPrefix("digits, "))
      #expect(try String(contentsOf: table, encoding: .utf8) == again.output)
    }
  }

  @Test func processesShareTheRuns() throws {
    try Binary.inFolder { tool in
      try Data(Self.recipe.utf8).write(to: tool.folder.appendingPathComponent("s.yaml"))
      let processes = try (0..<3).map { _ in
        try tool.start(["sweep", "s.yaml", "--output", "shared"])
      }
      for process in processes { process.waitUntilExit() }
      #expect(processes.map(\.terminationStatus) == [0, 0, 0])
      let dry = try tool.run("sweep", "s.yaml", "--output", "shared", "--dry-run")
      #expect(dry.output.components(separatedBy: "done ").count == 5)
    }
  }

  @Test func otherSettingsAreRefused() throws {
    try Binary.inFolder { tool in
      let file = tool.folder.appendingPathComponent("s.yaml")
      try Data("schedule: { epochs: 1 }\nmodel: { name: mlp, hidden: [4] }".utf8).write(to: file)
      #expect(try tool.run("sweep", "s.yaml").code == 0)
      try tool.expectFailure(64, "other settings", ["sweep", "s.yaml", "--batch-size", "7"])
      try FileManager.default.removeItem(
        at: tool.folder.appendingPathComponent("runs/s/mlp-L4_seed-0/result.json"))
      try tool.expectFailure(64, "other settings", ["sweep", "s.yaml", "--batch-size", "7"])
      #expect(try tool.run("sweep", "s.yaml").code == 0)
      try tool.expectFailure(66, "nothing.yaml", ["sweep", "nothing.yaml"])
    }
  }

  @Test func aCertificateThatWasBrokenIsAnAlarm() throws {
    try Binary.inFolder { tool in
      let file = tool.folder.appendingPathComponent("s.yaml")
      try Data("schedule: { epochs: 1 }\nmodel: { name: mlp, hidden: [4] }".utf8).write(to: file)
      #expect(try tool.run("sweep", "s.yaml").code == 0)
      let url = tool.folder.appendingPathComponent("runs/s/mlp-L4_seed-0/result.json")
      var result = try #require(try SweepResult.read(from: url.deletingLastPathComponent()))
      result.errors?.contradictions = [3, 7]
      try result.write(to: url.deletingLastPathComponent())
      let told = try tool.run("sweep", "s.yaml")
      #expect(told.code == 70 && told.output.contains("| mlp L4 |"))
      #expect(
        told.errors.contains("SOUNDNESS ALARM: certified, yet broken by the attack: example 3, 7"))
    }
  }

  /// The table without its times.
  private func errors(_ tool: Binary, _ folder: String) throws -> [[Substring]] {
    let csv = String(decoding: try tool.data("\(folder)/table.csv"), as: UTF8.self)
    return csv.split(separator: "\n").map { line in
      Array(line.split(separator: ",", omittingEmptySubsequences: false).dropLast(2))
    }
  }

  @Test func optionsShortenTheEvaluation() throws {
    try Binary.inFolder { tool in
      try Data(Self.recipe.utf8).write(to: tool.folder.appendingPathComponent("s.yaml"))
      let sweep = ["sweep", "s.yaml", "--output", "brief"]
      let brief = try tool.run(sweep + ["--steps", "5", "--restarts", "2", "--examples", "50"])
      #expect(brief.code == 0 && brief.output.contains(", 50 test examples;"))
      let run = tool.folder.appendingPathComponent("brief/mlp-L16_ibp_seed-0/run.yaml")
      let settings = try String(contentsOf: run, encoding: .utf8)
      #expect(settings.contains("steps: 5, restarts: 2") && settings.contains("examples: 50"))
      try tool.expectFailure(64, "has other settings", sweep)
      try tool.expectFailure(
        64, "--seed and --seeds exclude each other", sweep + ["--seed", "1", "--seeds", "1,2"])
    }
  }
}
