import Foundation
import Testing

/// What people and programs see.
@Suite struct OutputTests {
  @Test func helpIsComplete() throws {
    try Binary.inFolder { tool in
      let result = try tool.run("--help")
      #expect(result.code == 0 && result.errors.isEmpty)
      #expect(result.output.contains("USAGE: crownwork <subcommand>"))
      for command in ["train", "evaluate", "certify", "attack", "info", "convert", "data", "bench"]
      {
        #expect(result.output.contains("\n  \(command) "))
        let help = try tool.run(command, "--help")
        #expect(help.code == 0 && help.output.contains("EXAMPLES"), "\(command)")
      }
      #expect(try tool.run("--version").output == "0.1.0\n")
      #expect(try tool.contents.isEmpty)
    }
  }

  #if os(Linux)
    /// A disk that is full loses no result without a word, and no training.
    @Test func lostOutputIsAFailure() throws {
      let full = URL(filePath: "/dev/full")
      try Binary.inFolder { tool in
        for arguments in [["--help"], ["info", "dm-small"], ["train"] + Binary.tiny] {
          let process = try tool.start(arguments, output: full)
          process.waitUntilExit()
          #expect(process.terminationReason == .exit && process.terminationStatus == 73)
        }
        #expect(try tool.run("info", "runs/digits-cnn-2layer").code == 0)
        let silent = try tool.start(["info", "none"], errors: full)
        silent.waitUntilExit()
        #expect(silent.terminationReason == .exit && silent.terminationStatus == 66)
      }
    }
  #endif

  @Test func onnxModelsAreOpened() throws {
    let model = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Fixtures/golden/residual.onnx").path
    try Binary.inFolder { tool in
      let info = try tool.run("info", model)
      #expect(info.code == 0 && info.output.contains(/\/2\/Add +Addition/))
      try tool.expectFailure(64, "does not say its data set", ["certify", model])
      try tool.expectFailure(65, "28", ["certify", model, "--dataset", "digits"])
    }
  }

  @Test func benchMeasuresSteps() throws {
    try Binary.inFolder { tool in
      let arguments = [
        "bench", "--parts", "steps", "--models", "cnn-2layer-w1", "--methods", "ibp", "--batch",
        "4",
        "--steps", "1", "--alone",
      ]
      let text = try tool.run(arguments)
      #expect(text.code == 0 && text.errors.isEmpty)
      #expect(text.output.contains("cnn-2layer-w1, ibp"))
      let json = try tool.run(arguments + ["--json"])
      let record = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [String: Any]
      #expect(record?["milliseconds"] as? Double ?? 0 > 0)
      #expect(record?["batch"] as? Int == 4)
      #expect(try tool.contents.isEmpty)
    }
  }

  @Test func trainThenEvaluate() throws {
    try Binary.inFolder { tool in
      let train = try tool.run(["train"] + Binary.tiny)
      #expect(train.code == 0)
      // So short a training answers nearly all images alike, and says so.
      let warnings = train.errors.split(separator: "\n")
      #expect(warnings.allSatisfy { $0.hasPrefix("crownwork: warning: ") })
      #expect(warnings.count { $0.contains("training has collapsed") } == 1)
      #expect(
        withoutNumbers(train.output) == """
          network cnn-#layer(width: #, hidden: #): # parameters, # ReLUs
          data digits: # examples to train on, # held out to choose the best epoch
          objective CROWN-IBP (all margins) against ℓ∞ ε = # within [#, #], seed #
          schedule # epochs of batch #, ε grows from epoch # to # (linear), Adam #
          run runs/digits-cnn-#layer
          epoch #/# ε # loss # error #% certified #% # s
          epoch #/# ε # loss # error #% certified #% # s
          epoch #/# ε # loss # error #% certified #% # s
          trained in # s
          model runs/digits-cnn-#layer/model.safetensors (epoch #, the best on the held-out examples)
          next crownwork evaluate runs/digits-cnn-#layer

          """)
      let name = "runs/digits-cnn-2layer"
      let table = try tool.run("evaluate", name, "--examples", "40", "--steps", "5")
      #expect(table.code == 0 && table.errors.isEmpty)
      #expect(
        withoutNumbers(table.output) == """
          \(withoutNumbers(name)): # test examples of digits, ℓ∞ ε = # within [#, #], PGD # steps × # restarts

          error \(withoutNumbers(name))
          standard #%
          attacked (PGD) #%
          certified, IBP #%
          certified, IBP or CROWN-IBP #%

          ReLU layer active inactive unstable
          # #% #% #%
          # #% #% #%
          # #% #% #%

          \(withoutNumbers(name)) is proved robust on #% of the images at ℓ∞ ε = #.
          It is wrong or broken by the attack on #%; #% are undecided.
          The proof holds for the network as computed in Float#, in any order.
          No certified example fell to the attack.

          """)
      // A second run finds a folder of its own.
      #expect(try tool.run(["train", "--quiet"] + Binary.tiny).output.isEmpty)
      #expect(try tool.contents.contains("runs/digits-cnn-2layer-2/model.safetensors"))
    }
  }

  @Test func programsReadJSON() throws {
    try Binary.inFolder { tool in
      let train = try tool.run(["train", "--json", "--output", "r"] + Binary.tiny)
      let lines = train.output.split(separator: "\n").map(String.init)
      #expect(lines.count == 4 && lines.last == #"{"finished":true,"run":"r"}"#)
      let metrics = String(decoding: try tool.data("r/metrics.jsonl"), as: UTF8.self)
      #expect(metrics == lines.dropLast().map { $0 + "\n" }.joined())
      let report = try tool.run("evaluate", "r", "--examples", "20", "--json")
      let models = try JSONSerialization.jsonObject(with: Data(report.output.utf8)) as? [Any]
      let model = models?.first as? [String: Any]
      #expect(model?["examples"] as? Int == 20 && model?["norm"] as? String == "linf")

      let certify = try tool.run(
        "certify", "r", "--examples", "5:9", "--by", "ibp,crown-ibp,crown,alpha-crown", "--output",
        "v.jsonl", "--json")
      #expect(certify.code == 0)
      let written = try tool.data("v.jsonl")
      #expect(written == Data(certify.output.utf8))
      let verdicts = try certify.output.split(separator: "\n").map {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
      #expect(verdicts.map { $0?["index"] as? Int } == [5, 6, 7, 8])
      let attack = try tool.run("attack", "r", "--examples", "4", "--steps", "3", "--json")
      #expect(attack.output.split(separator: "\n").count == 4)
      let fgsm = try tool.run("attack", "r", "--examples", "4", "--attack", "fgsm")
      #expect(fgsm.code == 0 && fgsm.output.contains(", FGSM: "))
    }
  }

  @Test func curvesAndRadiiAreWritten() throws {
    try Binary.inFolder { tool in
      _ = try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny)
      let some = ["--examples", "10", "--steps", "3", "--restarts", "1"]
      let curve = try tool.run(["evaluate", "r", "--curve", "0:0.3:4", "--output", "c.csv"] + some)
      #expect(curve.code == 0 && curve.output.contains("No certified example fell to the attack."))
      #expect(curve.output.split(separator: "\n").count == 7)
      let rows = String(decoding: try tool.data("c.csv"), as: UTF8.self).split(separator: "\n")
      #expect(rows.count == 1 + 4 * 4 && rows[0] == "model,epsilon,kind,error")
      #expect(rows[5].hasPrefix("r,0.1,standard,") && rows[9].hasPrefix("r,0.2,standard,"))
      let list = ["evaluate", "r", "r", "--curve", "0,1/20", "--output", "c.svg", "--json"]
      let json = try tool.run(list + some)
      let models = try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [Any]
      #expect(((models?.last as? [String: Any])?["points"] as? [Any])?.count == 2)
      let picture = String(decoding: try tool.data("c.svg"), as: UTF8.self)
      #expect(picture.components(separatedBy: "<polyline").count == 1 + 2 * 3)
      #expect(picture.contains("viewBox=\"0 0 584 492\""))
      let radii = try tool.run(
        "certify", "r", "--radius", "--examples", "6", "--precision", "1/8", "--output", "r.jsonl")
      #expect(radii.code == 0 && radii.output.contains("in steps of 0.025"))
      #expect(try tool.data("r.jsonl").split(separator: UInt8(ascii: "\n")).count == 6)
    }
  }

  /// What a table shows was proved: its numbers are not above those of the JSON.
  @Test(arguments: [["--radius", "--precision", "1/64"], ["--epsilon", "0.01"]])
  func tablesRoundDown(options: [String]) throws {
    try Binary.inFolder { tool in
      _ = try tool.run(
        "train", "--quiet", "--output", "r", "--width", "1", "--hidden", "16", "--epochs", "8",
        "--objective", "natural")
      let command = ["certify", "r", "--examples", "40"] + options
      let rows = try tool.run(command).output.split(separator: "\n").dropFirst()
      let records = try tool.run(command + ["--json"]).output.split(separator: "\n")
      var compared = 0
      for (row, record) in zip(rows, records) {
        let json = try JSONSerialization.jsonObject(with: Data(record.utf8)) as? [String: Any]
        guard let exact = (json?["radius"] ?? json?["margin"]) as? Double else { continue }
        let shown = row.split(separator: " ").compactMap { $0.contains(".") ? Double($0) : nil }
        try #require(shown.count == 1, "\(row)")
        #expect(shown[0] <= exact && exact < shown[0] + 1.01e-6, "\(row)")
        compared += 1
      }
      #expect(compared > 10)
    }
  }

  @Test func aDryRunWritesNothing() throws {
    try Binary.inFolder { tool in
      let result = try tool.run(["train", "--dry-run"] + Binary.tiny)
      #expect(result.code == 0)
      for text in ["holdout: 71", "learning rate", "parameters", "ReLUs", "33 steps", "MB"] {
        #expect(result.output.contains(text), "\(text)")
      }
      // With one step in an epoch there is something to measure too.
      let short = try tool.run(
        ["train", "--dry-run", "--json"] + Binary.tiny + ["--batch-size", "2000"])
      let record = try JSONSerialization.jsonObject(with: Data(short.output.utf8)) as? [String: Any]
      #expect(record?["stepsPerEpoch"] as? Int == 1)
      #expect(try #require(record?["seconds"] as? Double) > 0)
      let missed = try tool.run(
        ["train", "--dry-run"] + Binary.tiny + ["--milestones", "1,90"])
      #expect(
        missed.output.contains("the learning rate would fall after 90 epochs, past the last one"))
      #expect(try tool.contents.isEmpty)
    }
  }

  /// Of a run that has begun, a dry run shows what is left.
  @Test func aDryRunOfARunShowsTheRest() throws {
    try Binary.inFolder { tool in
      #expect(try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny).code == 0)
      let before = try tool.contents.filter { $0.hasPrefix("r/") }.map { try tool.data($0) }
      let result = try tool.run(
        "train", "--resume", "--output", "r", "--epochs", "5", "--dry-run", "--json")
      let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
      let record = try #require(json as? [String: Any])
      #expect(record["steps"] as? Int == 2 * 11, "\(result.errors)")
      let epochs = try #require(record["epochs"] as? [[String: Any]])
      #expect(epochs.map { $0["epoch"] as? Int } == [4, 5])
      #expect(try tool.contents.filter { $0.hasPrefix("r/") }.map { try tool.data($0) } == before)
    }
  }

  /// What is wrong with a benchmark is found before anything is measured.
  @Test func benchmarksAreCheckedFirst() throws {
    try Binary.inFolder { tool in
      #expect(try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny).code == 0)
      try tool.expectFailure(73, "no such folder", ["bench", "--output", "none/b.jsonl"])
      try tool.expectFailure(66, "none: no such file", ["bench", "--certify", "none"])
      try tool.expectFailure(
        64, "epsilon 8.0 in linf holds every image", ["bench", "--certify", "r", "--epsilon", "8"])
    }
  }

  @Test func infoCountsAsTheLiteratureDoes() throws {
    try Binary.inFolder { tool in
      let info = try tool.run("info", "dm-small").output
      #expect(info.hasPrefix("dm-small: dm-small, 329606 parameters, 6004 ReLUs\n"))
      let data = try tool.run("data", "digits").output
      #expect(data.contains("1437 training and 360 test images"))
    }
  }

  /// Digits to #, runs of spaces to one, which epoch was best left out: what is left does not
  /// depend on the machine.
  private func withoutNumbers(_ text: String) -> String {
    text.replacingOccurrences(of: "  best\n", with: "\n").replacingOccurrences(
      of: "[0-9]+(\\.[0-9]+)?(e-?[0-9]+)?", with: "#", options: .regularExpression
    ).replacingOccurrences(of: " +", with: " ", options: .regularExpression)
  }
}
