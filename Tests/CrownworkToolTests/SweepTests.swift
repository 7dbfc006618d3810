import Crownwork
import Foundation
import Testing

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

  /// What one process left when it was stopped, another one that works on does too, and the last
  /// one to end shows every run.
  @Test func theLastProcessShowsAll() throws {
    try Binary.inFolder { tool in
      let file = tool.folder.appendingPathComponent("s.yaml")
      let recipe = Self.recipe.replacing("epochs: 4", with: "epochs: 60")
        .replacing("seeds: [0, 1]", with: "seeds: [0, 1, 2, 3]")
      try Data(recipe.utf8).write(to: file)
      let outputs = try (0..<3).map { number in
        let url = tool.folder.appendingPathComponent("out\(number)")
        try Data().write(to: url)
        return url
      }
      let stopped = try tool.start(["sweep", "s.yaml", "--output", "s"])
      let others = try outputs.map {
        try tool.start(["sweep", "s.yaml", "--output", "s"], output: $0)
      }
      usleep(300_000)
      kill(stopped.processIdentifier, SIGKILL)
      for process in others { process.waitUntilExit() }
      #expect(others.map(\.terminationStatus) == [0, 0, 0])
      let csv = String(decoding: try tool.data("s/table.csv"), as: UTF8.self)
      #expect(csv.split(separator: "\n").count == 9)
      let tables = try outputs.map { try String(contentsOf: $0, encoding: .utf8) }
      #expect(
        tables.contains {
          $0.hasSuffix(String(decoding: try! tool.data("s/table.md"), as: UTF8.self))
        })
      let again = try tool.run("sweep", "s.yaml", "--output", "s")
      #expect(again.errors.isEmpty)
    }
  }

  @Test func runsAddedLaterJoinTheTable() throws {
    try Binary.inFolder { tool in
      try Data(Self.recipe.utf8).write(to: tool.folder.appendingPathComponent("s.yaml"))
      let sweep = ["sweep", "s.yaml", "--output", "s"]
      #expect(try tool.run(sweep).code == 0)
      let added = try tool.run(sweep + ["--seeds", "7"])
      #expect(added.code == 0 && added.output.contains("| ibp       | 3 "))
      let csv = String(decoding: try tool.data("s/table.csv"), as: UTF8.self)
      let seeds = csv.split(separator: "\n").dropFirst().map { $0.split(separator: ",")[2] }
      #expect(seeds == ["0", "1", "7", "0", "1", "7"])
      // The order does not depend on the command.
      #expect(try tool.run(sweep).code == 0)
      #expect(String(decoding: try tool.data("s/table.csv"), as: UTF8.self) == csv)
    }
  }

  @Test func impossibleModelsAreFoundFirst() throws {
    try Binary.inFolder { tool in
      let recipe = """
        schedule: { epochs: 1, batch-size: 256 }
        evaluate: { attack: { steps: 3, restarts: 1 }, examples: 20 }
        sweep:
          models: [{ name: mlp, hidden: [4] }, { name: dm-small }, { name: mlp, hidden: [8] }]
        """
      try Data(recipe.utf8).write(to: tool.folder.appendingPathComponent("s.yaml"))
      let sweep = ["sweep", "s.yaml", "--output", "s"]
      let dry = try tool.run(sweep + ["--dry-run"])
      #expect(dry.code == 65 && dry.output.contains("open     mlp L8, seed 0\n"))
      #expect(dry.output.contains("fails    dm-small, seed 0: layer 2 (Convolution) needs images"))
      #expect(try tool.contents == ["s.yaml"])
      for _ in 0..<2 {
        let result = try tool.run(sweep)
        #expect(result.code == 65)
        #expect(result.errors.hasPrefix("crownwork: dm-small, seed 0: cannot be trained: layer 2"))
        #expect(result.errors.contains("1 of 3 runs cannot be trained: dm-small, seed 0: layer 2"))
        let csv = String(decoding: try tool.data("s/table.csv"), as: UTF8.self)
        let rows = csv.split(separator: "\n")
        #expect(rows.count == 4 && rows[2].hasPrefix("dm-small,") && rows[2].contains("layer 2"))
        #expect(result.output.contains("| dm-small |         | 0 (1 failed) "))
      }
    }
  }

  @Test func aBarInALabelStaysInItsCell() throws {
    try Binary.inFolder { tool in
      let recipe = """
        model: { name: mlp, hidden: [4] }
        schedule: { epochs: 1 }
        evaluate: { attack: { steps: 3, restarts: 1 }, examples: 20 }
        sweep:
          settings:
            - { label: "eps 0.05 | short", perturbation: { epsilon: 0.05 } }
            - { label: "a \\\\| b", perturbation: { epsilon: 0.05 }, optimizer: { l1: 1e-6 } }
            - { label: "two\\nlines, \\"so\\"", perturbation: { epsilon: 0.05 }, optimizer: { l1: 1e-5 } }
        """
      try Data(recipe.utf8).write(to: tool.folder.appendingPathComponent("s.yaml"))
      let result = try tool.run("sweep", "s.yaml")
      #expect(result.code == 0, "\(result.errors)")
      let table = try #require(result.output.components(separatedBy: "\n\n").dropFirst().first)
      let lines = table.split(separator: "\n")
      #expect(lines.count == 5)
      for line in lines {
        #expect(line.replacing("\\|", with: "").count { $0 == "|" } == 8, "\(line)")
      }
      #expect(
        result.output.contains("eps 0.05 \\| short") && result.output.contains("a \\&#124; b"))
      #expect(result.output.contains("two lines, \"so\""))
      let csv = String(decoding: try tool.data("runs/s/table.csv"), as: UTF8.self)
      #expect(csv.contains("mlp L4,eps 0.05 | short,0,digits"))
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
