import Crownwork
import Foundation
import Testing

/// Options, help and documents say the same as the table of settings.
@Suite struct OptionTests {
  private static let commands = [
    "train", "evaluate", "certify", "attack", "sweep", "info", "convert", "data", "bench",
  ]

  private static func pages(_ tool: Binary) throws -> [String: String] {
    var pages: [String: String] = [:]
    for command in commands {
      pages[command] = try tool.run(["help", command], columns: 2000).output
    }
    return pages
  }

  private static func options(in text: some StringProtocol) -> Set<String> {
    let matches = String(text).matches(of: /--[a-z][a-z0-9-]*/)
    return Set(matches.map { String($0.output) })
  }

  /// Each setting's option is in the help of `train`, or of what judges models, with its default.
  @Test func helpFollowsTheTable() throws {
    try Binary.inFolder { tool in
      let pages = try Self.pages(tool)
      for setting in SettingTable.settings {
        guard let option = setting.option else { continue }
        let isJudged = setting.path.hasPrefix("evaluate.")
        let page = try #require(pages[isJudged ? "evaluate" : "train"])
        if setting.path == "evaluate.examples" || setting.path == "perturbation.clip" {
          #expect(page.contains("  \(option)"), "\(setting.path)")
          continue
        }
        // A long option has its help on the next line.
        let part = page.components(separatedBy: "  \(option) <").dropFirst().first ?? ""
        let line = part.components(separatedBy: "\n  --")[0]
        let start = setting.help.dropLast()
        #expect(line.contains(start), "\(setting.path): \(line)")
        #expect(line.contains("Default: "), "\(setting.path)")
        if !isJudged, !line.contains("model's own") {
          #expect(line.contains("Default: \(setting.standard)."), "\(setting.path): \(line)")
        }
      }
      for command in ["train", "sweep", "evaluate", "certify", "attack"] {
        #expect(pages[command]?.contains("--set <path=value>") == true, "\(command)")
      }
    }
  }

  /// README.md and the pages of Documentation.
  private static func documents() throws -> [URL] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../..").standardizedFileURL
    let pages = try FileManager.default.contentsOfDirectory(
      at: root.appending(path: "Documentation"), includingPropertiesForKeys: nil)
    return pages.filter { $0.pathExtension == "md" } + [root.appending(path: "README.md")]
  }

  /// The documents name no option that no command has.
  @Test func documentsNameOptionsThatExist() throws {
    try Binary.inFolder { tool in
      let known = try Self.pages(tool).values.reduce(into: Set<String>()) {
        $0.formUnion(Self.options(in: $1))
      }.union(["--generate-completion-script", "--no-clip"])
      for document in try Self.documents() {
        let text = try String(contentsOf: document, encoding: .utf8)
        for line in text.split(separator: "\n") {
          // Other programs have options of their own.
          guard !["compare.py", "swift ", "script/", "onnx.proto"].contains(where: line.contains)
          else { continue }
          let unknown = Self.options(in: line).subtracting(known)
          #expect(unknown.isEmpty, "\(document.lastPathComponent): \(line)")
        }
      }
    }
  }

  /// What documents give by its path is a setting.
  @Test func documentsNameSettingsThatExist() throws {
    var count = 0
    for document in try Self.documents() {
      let text = try String(contentsOf: document, encoding: .utf8)
      for match in text.matches(of: /--set ([a-z.-]+)=/) {
        #expect(
          SettingTable[String(match.output.1)] != nil,
          "\(document.lastPathComponent): \(match.output.1)")
        count += 1
      }
    }
    #expect(count > 0)
  }

  /// A setting is the same by its option, by its path, and in a file.
  @Test func settingsAreTakenByPath() throws {
    try Binary.inFolder { tool in
      func recipe(_ arguments: [String]) throws -> String {
        let result = try tool.run(["train", "--dry-run", "--json"] + Binary.tiny + arguments)
        #expect(result.code == 0, "\(arguments): \(result.errors)")
        let json = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require((json as? [String: Any])?["recipe"] as? String)
      }
      #expect(
        try recipe(["--set", "schedule.epochs=5", "--set", "objective.name = ibp"])
          == recipe(["--epochs", "5", "--objective", "ibp"]))
      #expect(
        try recipe(["--set", "optimizer.clip-norm=10", "--set", "objective.beta=1,0.5"])
          .contains("clip-norm: 10.0"))
      for (text, message) in [
        ("schedule.epoch=3", "--set schedule.epoch: unknown setting \"schedule.epoch\"; did you"),
        ("schedule.epochs=0", "--set schedule.epochs: epochs must be a whole number in"),
        ("schedule.epochs", "--set: must be PATH=VALUE"),
        ("objective.alpha=0.5", "alpha has no meaning for the objective crown-ibp"),
      ] {
        try tool.expectFailure(64, message, ["train", "--set", text])
      }
      _ = try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny)
      try tool.expectFailure(
        64, "--set model.width: has no effect on this command",
        ["certify", "r", "--examples", "1", "--set", "model.width=3"])
      let some = ["evaluate", "r", "--examples", "8"]
      #expect(
        try tool.run(some + ["--by", "crown(slope: zero)", "--steps", "3"]).output
          == tool.run(
            some + [
              "--set", "evaluate.methods=crown(slope: zero)", "--set", "evaluate.attack.steps=3",
            ]
          ).output)
    }
  }

  /// What `--set` gives counts as its option does, wherever a command looks at the option.
  @Test func settingsByPathCountAsOptions() throws {
    try Binary.inFolder { tool in
      _ = try tool.run(["train", "--quiet", "--output", "r"] + Binary.tiny)
      func same(_ command: [String], _ option: [String], _ paths: [String]) throws {
        let (one, other) = (
          try tool.run(command + option), try tool.run(command + paths.flatMap { ["--set", $0] })
        )
        #expect(one.code == 0 && other.code == 0, "\(command): \(one.errors)\(other.errors)")
        #expect(one.output == other.output && one.errors == other.errors, "\(command)")
      }
      let some = ["--examples", "6"]
      try same(
        ["attack", "r", "--norm", "l2", "--steps", "2"] + some, ["--epsilon", "3"],
        ["perturbation.epsilon=3"])
      try same(
        ["evaluate", "r", "--norm", "l2", "--steps", "2"] + some, ["--epsilon", "3"],
        ["perturbation.epsilon=3"])
      try same(
        ["certify", "r", "--radius", "--precision", "1/4"] + some, ["--epsilon", "0.1"],
        ["perturbation.epsilon=0.1"])
      try tool.expectFailure(
        64, "--set perturbation.epsilon: --curve brings its own",
        ["evaluate", "r", "--curve", "0,0.1", "--set", "perturbation.epsilon=0.1"])
    }
  }
}
