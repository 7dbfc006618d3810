import Foundation
import Testing

/// However a training is stopped, it goes on to the same bits.
@Suite(.serialized) struct InterruptionTests {
  private static let settings = [
    "--width", "1", "--hidden", "16", "--epochs", "8", "--batch-size", "16", "--quiet",
  ]
  private static let files = ["model.safetensors", "checkpoint.safetensors", "metrics.jsonl"]

  @Test func killedAndResumedRunsEndWithTheSameBits() throws {
    try Binary.inFolder { tool in
      #expect(try tool.run(["train", "--output", "whole"] + Self.settings).code == 0)
      for epoch in [0, 1, 5] {
        #expect(try stop(tool, SIGKILL, after: epoch, resume: epoch > 0) == nil)
      }
      #expect(try tool.run("train", "--resume", "--output", "cut", "--quiet").code == 0)
      try expectSame(tool)
      #expect(try tool.contents.allSatisfy { !$0.hasSuffix(".tmp") })
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalsLeaveACheckpoint(number: Int32) throws {
    try Binary.inFolder { tool in
      #expect(try tool.run(["train", "--output", "whole"] + Self.settings).code == 0)
      let errors = tool.folder.appendingPathComponent("errors")
      try Data().write(to: errors)
      let code = try stop(tool, number, after: 2, resume: false, errors: errors)
      #expect(code == 128 + number)
      let line = try String(contentsOf: errors, encoding: .utf8)
      #expect(line.hasPrefix("crownwork: interrupted after step "))
      #expect(line.hasSuffix("go on with: crownwork train --resume --output cut\n"))
      #expect(try tool.run("train", "--resume", "--output", "cut", "--quiet").code == 0)
      try expectSame(tool)
    }
  }

  @Test func resumingAsksForTheSameSettings() throws {
    try Binary.inFolder { tool in
      #expect(try tool.run(["train", "--output", "r"] + Binary.tiny).code == 0)
      let before = try tool.data("r/checkpoint.safetensors")
      try tool.expectFailure(64, "continue it with --resume", ["train", "--output", "r"])
      try tool.expectFailure(
        64,
        "other settings: optimizer.learning-rate is 0.005, not 0.01, seed is 0, not 1; a run goes on",
        ["train", "--resume", "--output", "r", "--seed", "1", "--learning-rate", "0.01"])
      try tool.expectFailure(66, "no run to resume", ["train", "--resume", "--output", "s"])
      #expect(try tool.run(["train", "--resume", "--output", "r"] + Binary.tiny).code == 0)
      #expect(try tool.data("r/checkpoint.safetensors") == before)
    }
  }

  /// Starts or resumes the run "cut" and sends a signal somewhat after some epochs are recorded;
  /// returns the exit code, nil where the signal ended the process.
  private func stop(
    _ tool: Binary, _ number: Int32, after epochs: Int, resume: Bool, errors: URL? = nil
  ) throws -> Int32? {
    let process = try tool.start(
      resume
        ? ["train", "--resume", "--output", "cut", "--quiet"]
        : ["train", "--output", "cut"] + Self.settings, errors: errors)
    let metrics = resume || epochs > 0 ? "cut/metrics.jsonl" : "cut/run.yaml"
    let deadline = Date(timeIntervalSinceNow: 30)
    while process.isRunning, Date() < deadline {
      let lines = (try? tool.data(metrics)).map { $0.count { $0 == UInt8(ascii: "\n") } } ?? 0
      if lines >= max(epochs, 1) { break }
      usleep(1_000)
    }
    usleep(7_000)
    kill(process.processIdentifier, number)
    process.waitUntilExit()
    return process.terminationReason == .uncaughtSignal ? nil : process.terminationStatus
  }

  private func expectSame(_ tool: Binary) throws {
    for file in Self.files {
      let (cut, whole) = (try tool.data("cut/\(file)"), try tool.data("whole/\(file)"))
      #expect(cut == whole, "\(file)")
    }
  }
}
