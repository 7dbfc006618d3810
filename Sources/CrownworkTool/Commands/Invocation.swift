import ArgumentParser
import Crownwork

/// Which command a command line names.
struct Invocation {
  private let words: [String]

  /// Takes the arguments of the process, its own name first.
  init(_ arguments: [String]) {
    let words = arguments.dropFirst()
    self.words = Array(words.first == "help" ? words.dropFirst() : words)
  }

  private static let commands =
    RootCommand.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]

  /// What stands where a command would; nil for an option.
  private var word: String? { words.first.flatMap { $0.hasPrefix("-") ? nil : $0 } }

  /// Throws ``Failure`` for a word that is no command.
  func check() throws {
    guard let word, !Self.commands.contains(word) else { return }
    let near = Spelling.nearest(to: word, among: Self.commands)
    throw Failure(
      .usage,
      "unknown command '\(word)'; "
        + (near.map { "did you mean '\($0)'?" } ?? "see crownwork --help"))
  }

  /// What shows the options that could have been meant.
  var help: String {
    guard let word, Self.commands.contains(word) else { return "crownwork --help" }
    return "crownwork \(word) --help"
  }
}
