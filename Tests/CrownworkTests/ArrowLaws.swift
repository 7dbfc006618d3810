import Foundation
import Testing

/// What refers to what: targets only to those that Package.swift gives them, and the folders of a
/// target never in a circle.
@Suite struct ArrowLaws {
  /// Folders that still refer to each other. This list only ever gets shorter.
  private static let known: [String: Set<String>] = [:]

  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// A source file with its target and the folder in it, "." for none.
  private struct File {
    let target, folder, name: String
    let text: SourceText
  }

  private static let files = Result {
    let sources = root.appending(path: "Sources")
    let paths = try FileManager.default.subpathsOfDirectory(atPath: sources.path)
    return try paths.sorted().filter { $0.hasSuffix(".swift") && !$0.hasSuffix(".pb.swift") }
      .map { path in
        let parts = path.split(separator: "/").map(String.init)
        return File(
          target: parts[0], folder: parts.count > 2 ? parts[1] : ".", name: parts.last!,
          text: SourceText(
            try String(contentsOf: sources.appending(path: path), encoding: .utf8)))
      }
  }

  @Test func foldersReferToEachOtherInNoCircle() throws {
    let byTarget = Dictionary(grouping: try Self.files.get(), by: \.target)
    #expect(byTarget.count >= 9)
    for (target, files) in byTarget.sorted(by: { $0.key < $1.key }) {
      let arrows = Self.arrows(between: files)
      let circles = Self.circles(in: arrows.mapValues { Set($0.keys) })
      for circle in circles where !circle.isSubset(of: Self.known[target] ?? []) {
        Issue.record("\(target): \(Self.described(circle, arrows))")
      }
      if let known = Self.known[target], !circles.contains(where: { !$0.isDisjoint(with: known) }) {
        Issue.record("\(target) has no circle any more: take it out of the list")
      }
    }
  }

  /// For each folder the others that it refers to, with the files and names by which it does.
  ///
  /// A name that several folders declare says nothing of where it comes from, and does not count.
  private static func arrows(between files: [File]) -> [String: [String: Set<String>]] {
    var homes: [String: Set<String>] = [:]
    for file in files {
      for name in file.text.declarations { homes[name, default: []].insert(file.folder) }
    }
    var arrows: [String: [String: Set<String>]] = [:]
    for file in files {
      for name in file.text.uses {
        guard let home = homes[name], home.count == 1, home.first! != file.folder else { continue }
        arrows[file.folder, default: [:]][home.first!, default: []].insert("\(file.name): \(name)")
      }
    }
    return arrows
  }

  /// The largest sets of folders from each of which every other is reached.
  private static func circles(in arrows: [String: Set<String>]) -> [Set<String>] {
    func reached(from start: String) -> Set<String> {
      var (found, open) = (Set<String>(), [start])
      while let next = open.popLast() {
        for folder in arrows[next] ?? [] where found.insert(folder).inserted { open.append(folder) }
      }
      return found
    }
    let reach = Dictionary(uniqueKeysWithValues: arrows.keys.map { ($0, reached(from: $0)) })
    let circles = reach.filter { $1.contains($0) }.map { folder, found in
      found.filter { reach[$0]?.contains(folder) == true }
    }
    return Set(circles).sorted { $0.min()! < $1.min()! }
  }

  private static func described(
    _ circle: Set<String>, _ arrows: [String: [String: Set<String>]]
  ) -> String {
    let lines = circle.sorted().flatMap { from in
      circle.sorted().compactMap { to in
        arrows[from]?[to].map { "  \(from) → \(to): \($0.sorted().joined(separator: ", "))" }
      }
    }
    return "folders refer to each other in a circle\n" + lines.joined(separator: "\n")
  }

  // MARK: targets

  @Test func targetsImportWhatThePackageGivesThem() throws {
    let dependencies = try Self.dependencies()
    func closure(_ target: String) -> Set<String> {
      (dependencies[target] ?? []).reduce(into: dependencies[target] ?? []) {
        $0.formUnion(closure($1))
      }
    }
    for file in try Self.files.get() {
      let given = closure(file.target)
      for module in file.text.imports where dependencies.keys.contains(module) {
        #expect(given.contains(module), "\(file.target)/\(file.name) imports \(module)")
      }
    }
    #expect(!closure("Bounds").contains("Formats") && !closure("Formats").contains("Bounds"))
  }

  /// The targets of Package.swift, each with those that it depends on.
  private static func dependencies() throws -> [String: Set<String>] {
    let text = try String(contentsOf: root.appending(path: "Package.swift"), encoding: .utf8)
    var lists: [String: Set<String>] = [:]
    let targets = text.matches(
      of: /(?:target|Target|systemLibrary)\(\s*name: "(\w+)",?\s*(?:dependencies: \[([^\]]*)\])?/)
    for target in targets {
      let names = (target.2 ?? "").matches(of: /"(\w+)"/).map { String($0.1) }
      lists[String(target.1)] = Set(names)
    }
    let known = Set(lists.keys)
    #expect(known.isSuperset(of: ["Tensors", "Networks", "Bounds", "Crownwork", "CrownworkTool"]))
    return lists.mapValues { $0.intersection(known) }
  }

  // MARK: the reading

  @Test func commentsAndStringsAreNoCode() {
    let text = SourceText(
      """
      /* Hidden /* Nested */ Hidden */ struct Shown { let a = "Hidden \\(Used("Hidden")) Hidden" }
      // Hidden
      private struct Kept {}
      func made() { called(Other.Member.self, #"Hidden \\(Hidden) "Hidden"#) }
      extension Shown { func inner() {} }
      """)
    #expect(text.declarations == ["Shown", "made"])
    #expect(text.uses == ["Shown", "Used", "Kept", "called", "Other"])
  }

  @Test func circlesAreFound() {
    let arrows: [String: Set<String>] = [
      "a": ["b"], "b": ["c"], "c": ["b", "d"], "d": [], "e": ["f"], "f": ["g"], "g": ["e", "a"],
    ]
    #expect(Self.circles(in: arrows) == [["b", "c"], ["e", "f", "g"]])
  }
}
