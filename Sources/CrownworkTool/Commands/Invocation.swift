import ArgumentParser
import Crownwork

/// The command that a command line names, found before the argument parser sees it.
///
/// ``Entry`` uses it to suggest a command for a mistyped one, and to name the right page of help in
/// a message about bad options.
struct Invocation {
  /// The arguments without the program's name, and without a leading "help".
  private let words: [String]

  /// Takes the arguments of the process, of which the first one is the program's own name.
  init(_ arguments: [String]) {
    let words = arguments.dropFirst()
    self.words = Array(words.first == "help" ? words.dropFirst() : words)
  }

  /// The names that may stand first.
  private static let commands =
    RootCommand.configuration.subcommands.compactMap { $0.configuration.commandName } + ["help"]

  /// The word in the place of the command; nil where there is none, or an option.
  private var word: String? { words.first.flatMap { $0.hasPrefix("-") ? nil : $0 } }

  /// Refuses a word that is no command.
  ///
  /// - Throws: ``Failure`` with ``Failure/Code/usage``, which suggests the command that is at most
  ///   two letters away, or else the help.
  func check() throws {
    guard let word, !Self.commands.contains(word) else { return }
    let near = Spelling.nearest(to: word, among: Self.commands)
    throw Failure(
      .usage,
      "unknown command '\(word)'; "
        + (near.map { "did you mean '\($0)'?" } ?? "see crownwork --help"))
  }

  /// The command line that shows the options which the user may have meant.
  var help: String {
    guard let word, Self.commands.contains(word) else { return "crownwork --help" }
    return "crownwork \(word) --help"
  }
}
