import Foundation

/// The documents of the package, and the blocks of code that they show.
enum Documents {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The text of a file, by its path from the root.
  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  /// README.md, the pages of Documentation and the articles of the catalogue, by their paths.
  static func pages() throws -> [String] {
    let folders = ["Documentation", "Sources/Crownwork/Crownwork.docc"]
    return try ["README.md"] + folders.flatMap { try files(in: $0, ending: ".md") }
  }

  /// The files in a folder and in those within it, in order.
  static func files(in folder: String, ending: String) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { $0.hasSuffix(ending) }.sorted().map { "\(folder)/\($0)" }
  }

  /// The blocks of a language between fences, each without the fences.
  static func blocks(of language: String, in text: String) -> [String] {
    var blocks: [String] = []
    // The lines of the block that is open, and whether it is of the language.
    var open: (lines: [Substring], isWanted: Bool)?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let fence = line.trimmingCharacters(in: .whitespaces)
      if let block = open {
        if fence == "```" {
          if block.isWanted { blocks.append(block.lines.joined(separator: "\n")) }
          open = nil
        } else {
          open?.lines.append(line)
        }
      } else if fence.hasPrefix("```"), !fence.dropFirst(3).contains("`") {
        open = (lines: [], isWanted: fence == "```\(language)")
      }
    }
    return blocks
  }

  /// The text of a Swift file's doc comments, without their marks.
  static func docComments(in source: String) -> String {
    source.split(separator: "\n").compactMap { line -> String? in
      let text = line.drop { $0 == " " }
      guard text.hasPrefix("///") else { return nil }
      let comment = text.dropFirst(3)
      return String(comment.hasPrefix(" ") ? comment.dropFirst() : comment)
    }.joined(separator: "\n")
  }

  /// The lines of a text without their indentation, and without blank ones.
  static func code(of text: String) -> [String] {
    text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
      .filter { !$0.isEmpty }
  }
}
