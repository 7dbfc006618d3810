import Foundation
import Testing

/// A run's folder belongs to one process, which goes on whoever listens, and can be trained further.
@Suite(.serialized) struct RunTests {
  private static let settings = Binary.tiny + ["--quiet"]
  private static let long = Binary.tiny + ["--quiet", "--epochs", "300"]

  /// Starts both commands at the same moment and returns their results.
  private func both(_ tool: Binary, _ commands: [[String]]) throws -> [(
    code: Int32, errors: String
  )] {
    let started = try commands.enumerated().map { number, command in
      let errors = tool.folder.appendingPathComponent("errors\(number)")
      try Data().write(to: errors)
      return (try tool.start(command, errors: errors), errors)
    }
    return try started.map { process, errors in
      process.waitUntilExit()
      return (process.terminationStatus, try String(contentsOf: errors, encoding: .utf8))
    }
  }

  @Test func oneOfTwoProcessesHasAFolder() throws {
    try Binary.inFolder { tool in
      for round in 0..<6 {
        let results = try both(
          tool,
          ["0", "1"].map { ["train", "--output", "r\(round)", "--seed", $0] + Self.settings })
        #expect(results.count { $0.code == 0 } == 1, "\(results)")
        let other = try #require(results.first { $0.code != 0 })
        let isBusy = other.code == 73 && other.errors.contains("in use by another process; wait")
        let isLate = other.code == 64 && other.errors.contains("there is a run or other files")
        #expect(isBusy || isLate, "\(other)")
        let winner = results.firstIndex { $0.code == 0 } ?? 0
        let recipe = String(decoding: try tool.data("r\(round)/run.yaml"), as: UTF8.self)
        #expect(recipe.contains("seed: \(winner)"))
      }
    }
  }

  @Test func withoutANameEachHasAFolder() throws {
    try Binary.inFolder { tool in
      let results = try both(tool, [["train"] + Self.settings, ["train"] + Self.settings])
      #expect(results.map(\.code) == [0, 0], "\(results)")
      for folder in ["digits-cnn-2layer", "digits-cnn-2layer-2"] {
        #expect(try !tool.data("runs/\(folder)/model.safetensors").isEmpty)
      }
    }
  }

  @Test func aRunIsResumedOnce() throws {
    try Binary.inFolder { tool in
      let first = try tool.start(["train", "--output", "r"] + Self.long)
      try waitForEpoch(in: tool)
      let resume = ["train", "--resume", "--output", "r", "--quiet"]
      try tool.expectFailure(73, "r: the folder is in use by another process", resume)
      // To look does not need the folder.
      #expect(try tool.run("info", "r").code == 0)
      #expect(try tool.run("train", "--resume", "--output", "r", "--dry-run").code == 0)
      kill(first.processIdentifier, SIGKILL)
      first.waitUntilExit()
      let abandoned = "r/.model.safetensors.0123456789abc.crownwork.tmp"
      try Data([1]).write(to: tool.folder.appendingPathComponent(abandoned))
      let results = try both(tool, [resume, resume])
      #expect(results.map(\.code).sorted() == [0, 73], "\(results)")
      #expect(try tool.contents.allSatisfy { !$0.hasSuffix(".tmp") })
    }
  }

  private func waitForEpoch(in tool: Binary) throws {
    let deadline = Date(timeIntervalSinceNow: 30)
    while (try? tool.data("r/checkpoint.safetensors")) == nil, Date() < deadline { usleep(1_000) }
  }

  /// The ramp and the falls of the learning rate are where they were.
  @Test func aFinishedRunIsExtended() throws {
    try Binary.inFolder { tool in
      let settings = Binary.tiny + ["--quiet", "--milestones", "2,4"]
      #expect(
        try tool.run(["train", "--output", "whole"] + settings + ["--epochs", "6"]).code == 0)
      #expect(try tool.run(["train", "--output", "r"] + settings).code == 0)
      let resume = ["train", "--resume", "--output", "r", "--quiet"]
      try tool.expectFailure(
        65, "has begun 3 epochs already, more than 2", resume + ["--epochs", "2"])
      #expect(try tool.run(resume + ["--epochs", "6"]).code == 0)
      for file in ["run.yaml", "metrics.jsonl", "checkpoint.safetensors", "model.safetensors"] {
        let (extended, whole) = (try tool.data("r/\(file)"), try tool.data("whole/\(file)"))
        #expect(extended == whole, "\(file)")
      }
      let lines = String(decoding: try tool.data("r/metrics.jsonl"), as: UTF8.self)
      #expect(lines.hasPrefix("{") && lines.contains("\"epoch\":1,"))
      #expect(lines.contains("\"epoch\":6,") && !lines.contains("\"epoch\":0,"))
    }
  }

  @Test func dataAreFoundFromAnyFolder() throws {
    try Binary.inFolder { tool in
      let manager = FileManager.default
      let (project, elsewhere) = (
        tool.folder.appendingPathComponent("project"), tool.folder.appendingPathComponent("a/b")
      )
      try DataTests.writeArrays(to: project.appendingPathComponent("own"))
      try manager.createDirectory(at: elsewhere, withIntermediateDirectories: true)
      let link = tool.folder.appendingPathComponent("link")
      try manager.createSymbolicLink(at: link, withDestinationURL: elsewhere)
      let recipe = "dataset: images\ndata: own\n"
      try Data(recipe.utf8).write(to: project.appendingPathComponent("r.yaml"))
      try Data(recipe.utf8).write(to: elsewhere.appendingPathComponent("r.yaml"))
      // From the link `..` is the folder above the one it leads to.
      let starts: [(folder: URL, arguments: [String])] = [
        (project, ["--dataset", "images", "--data", "own"]),
        (link, ["--dataset", "images", "--data", "../../project/./own"]),
        (tool.folder, ["--dataset", "images", "--data", "link/../../project/own"]),
        (elsewhere, ["../../project/r.yaml"]), (project, ["../a/b/r.yaml"]),
      ]
      for (number, start) in starts.enumerated() {
        let run = tool.folder.appendingPathComponent("run\(number)").path
        let train = ["train", "--output", run] + start.arguments + Self.settings
        let result = try Binary(folder: start.folder).run(train)
        #expect(result.code == 0, "\(start) \(result.errors)")
        for folder in [project, elsewhere] {
          let certify = try Binary(folder: folder).run("certify", run, "--examples", "3")
          #expect(certify.code == 0, "\(start) \(certify.errors)")
          let resume = ["train", "--resume", "--output", run, "--quiet"]
          #expect(try Binary(folder: folder).run(resume).code == 0)
        }
      }
      // A run whose data have moved goes on where it is shown them.
      try manager.moveItem(
        at: project.appendingPathComponent("own"), to: elsewhere.appendingPathComponent("moved"))
      let resume = ["train", "--resume", "--output", "run0", "--quiet"]
      try tool.expectFailure(66, "own", resume)
      #expect(try tool.run(resume + ["--data", "a/b/moved"]).code == 0)
      #expect(try tool.run(resume).code == 0)
    }
  }

  /// What is computed is worth more than what is shown of it; what only shows ends as filters do.
  @Test(arguments: [["train", "--output", "r"], ["train", "--output", "r", "--json"]])
  func trainingGoesOnWithoutAReader(command: [String]) throws {
    try Binary.inFolder { tool in
      let shell = Process()
      shell.executableURL = URL(fileURLWithPath: "/bin/sh")
      let script = "(\"$@\" 2> errors; echo $? > code) | head -n 1 > /dev/null"
      shell.arguments =
        ["-c", script, "sh", Binary.url.path] + command + Binary.tiny + ["--epochs", "20"]
      shell.currentDirectoryURL = tool.folder
      try shell.run()
      shell.waitUntilExit()
      #expect(String(decoding: try tool.data("code"), as: UTF8.self) == "0\n")
      let metrics = try tool.data("r/metrics.jsonl")
      #expect(metrics.count { $0 == UInt8(ascii: "\n") } == 20)
      let errors = String(decoding: try tool.data("errors"), as: UTF8.self)
      #expect(errors.split(separator: "\n").allSatisfy { $0.contains("warning") }, "\(errors)")
    }
  }

  @Test func divergenceIsCountedFromOne() throws {
    try Binary.inFolder { tool in
      let wild = ["train", "--output", "r", "--optimizer", "sgd", "--learning-rate", "1e30"]
      let result = try tool.run(wild + Self.settings)
      #expect(result.code == 65)
      let words = "the loss or its gradient is NaN or infinite in epoch 1, step "
      #expect(result.errors.contains(words))
      #expect(!result.errors.contains("step 0") && !result.errors.contains("checkpoint"))
      try tool.expectFailure(
        66, "r: the run has no model: the loss or its gradient is NaN", ["evaluate", "r"])
    }
  }

  @Test func epsilonKeepsItsForm() throws {
    try Binary.inFolder { tool in
      let train = try tool.run(
        ["train", "--output", "r", "--epsilon", "4/255", "--train-epsilon", "6/255"] + Binary.tiny)
      #expect(train.output.contains("ε = 4/255 (0.01569)"))
      #expect(train.output.contains("training up to 6/255 (0.02353)"))
      let recipe = String(decoding: try tool.data("r/run.yaml"), as: UTF8.self)
      #expect(recipe.contains("epsilon: 4/255, train-epsilon: 6/255"))
      #expect(try tool.run("convert", "r", "m.onnx").code == 0)
      for model in ["r", "r/model.safetensors", "m.onnx"] {
        #expect(try tool.run("info", model).output.contains("ε = 4/255 (0.01569)"), "\(model)")
      }
    }
  }
}
