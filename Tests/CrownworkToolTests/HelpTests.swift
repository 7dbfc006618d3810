import Foundation
import Testing

/// What shells and terminals make of the tool's help.
@Suite struct HelpTests {
  private static let commands = [
    "train", "evaluate", "certify", "attack", "sweep", "info", "convert", "data", "bench",
  ]

  /// On 80 columns no line is too long, and no example is broken in two.
  @Test func pagesFitATerminal() throws {
    try Binary.inFolder { tool in
      for command in [""] + Self.commands {
        let page = try tool.run(
          ["help"] + (command.isEmpty ? [] : [command]), columns: 80
        ).output
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        for line in lines { #expect(line.count <= 80, "\(command): \(line)") }
        let examples = lines.drop { $0 != "EXAMPLES" }.dropFirst().prefix { !$0.isEmpty }
        #expect(!examples.isEmpty, "\(command)")
        for line in examples { #expect(line.hasPrefix("  crownwork"), "\(command): \(line)") }
      }
    }
  }

  /// A paragraph flows: it is not broken by hand where the terminal is wider.
  @Test func paragraphsFlow() throws {
    try Binary.inFolder { tool in
      for command in Self.commands {
        let page = try tool.run(["help", command], columns: 2000).output
        let text = page.components(separatedBy: "\n\nEXAMPLES")[0]
        for paragraph in text.components(separatedBy: "\n\n") where !paragraph.hasPrefix(" ") {
          #expect(!paragraph.contains("\n"), "\(command): \(paragraph)")
        }
      }
    }
  }

  @Test func completionsOfferValuesAndFiles() throws {
    let bash = URL(fileURLWithPath: "/bin/bash")
    guard FileManager.default.isExecutableFile(atPath: bash.path) else { return }
    try Binary.inFolder { tool in
      for name in ["a.yaml", "a.txt", "net.onnx", "runs/x/model.safetensors"] {
        let file = tool.folder.appending(path: name)
        try FileManager.default.createDirectory(
          at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data().write(to: file)
      }
      let script = tool.folder.appending(path: "completions.bash")
      let generated = try tool.run("--generate-completion-script", "bash")
      #expect(generated.code == 0)
      try Data(generated.output.utf8).write(to: script)
      for (words, expected) in [
        ("train ", ["a.yaml", "runs"]), ("train --objective cro", ["crown", "crown-ibp"]),
        ("evaluate ", ["net.onnx", "runs"]), ("evaluate runs/", ["runs/x"]),
        ("train --data ", ["runs"]), ("certify x --norm l", ["l1", "l2", "linf"]),
        ("info dm-", ["dm-large", "dm-medium", "dm-small"]), ("info n", ["net.onnx"]),
        ("attack x --attack m", ["multi-targeted"]),
      ] {
        let offered = try Self.completions(of: words, by: bash, script, tool)
        #expect(offered.isSuperset(of: expected), "\(words): \(offered)")
        #expect(!offered.contains("a.txt"), "\(words): \(offered)")
      }
    }
  }

  /// What bash offers after the words of a command line, the last of which is unfinished.
  private static func completions(
    of line: String, by bash: URL, _ script: URL, _ tool: Binary
  ) throws -> Set<String> {
    let process = Process()
    process.executableURL = bash
    process.arguments = [
      "-c",
      """
      source "$1"
      COMP_LINE="$3 $2"; COMP_POINT=${#COMP_LINE}
      read -ra COMP_WORDS <<< "$COMP_LINE"
      [[ "$COMP_LINE" = *" " ]] && COMP_WORDS+=("")
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      name=$(complete -p crownwork | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
      "$name" crownwork "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
      printf '%s\\n' "${COMPREPLY[@]}"
      """, "bash", script.path, line, Binary.url.path,
    ]
    process.currentDirectoryURL = tool.folder
    let output = Pipe()
    (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return Set(text.split(separator: "\n").map(String.init))
  }
}
