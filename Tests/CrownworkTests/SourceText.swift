import Foundation

/// The code of a Swift file as words and signs, without comments and without the text of strings
/// (what is interpolated into them is code).
struct SourceText {
  /// A word, or one sign.
  struct Token: Equatable {
    let text: String
    var isWord: Bool { text.first.map { $0.isLetter || $0 == "_" } ?? false }
  }

  private(set) var tokens: [Token] = []
  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ text: String) {
    scalars = Array(text.unicodeScalars)
    scan(until: nil)
  }

  private func at(_ offset: Int = 0) -> Unicode.Scalar? {
    position + offset < scalars.count ? scalars[position + offset] : nil
  }

  private func starts(_ text: String) -> Bool {
    zip(text.unicodeScalars, 0...).allSatisfy { at($1) == $0 }
  }

  private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
  }

  /// Reads code to its end, or to the bracket that closes an interpolation.
  private mutating func scan(until end: Unicode.Scalar?) {
    var depth = 0
    while let scalar = at() {
      if starts("//") {
        while let next = at(), next != "\n" { position += 1 }
      } else if starts("/*") {
        skipComment()
      } else if scalar == "\"" || (scalar == "#" && (at(1) == "\"" || starts("##"))) {
        skipString()
      } else if Self.isWord(scalar) {
        let start = position
        while let next = at(), Self.isWord(next) { position += 1 }
        append(scalars[start..<position])
      } else {
        if scalar == "(" { depth += 1 }
        if scalar == ")" { depth -= 1 }
        position += 1
        if scalar == end, depth < 0 { return }
        if !scalar.properties.isWhitespace { append([scalar]) }
      }
    }
  }

  private mutating func append(_ scalars: some Sequence<Unicode.Scalar>) {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    tokens.append(Token(text: String(view)))
  }

  private mutating func skipComment() {
    var depth = 0
    repeat {
      if starts("/*") {
        (depth, position) = (depth + 1, position + 2)
      } else if starts("*/") {
        (depth, position) = (depth - 1, position + 2)
      } else {
        position += 1
      }
    } while depth > 0 && position < scalars.count
  }

  /// Skips a string of one or several lines, raw or not, but for what is interpolated.
  private mutating func skipString() {
    var hashes = ""
    while at() == "#" {
      hashes += "#"
      position += 1
    }
    guard at() == "\"" else { return }
    let quotes = starts("\"\"\"") ? "\"\"\"" : "\""
    position += quotes.count
    while position < scalars.count, !starts(quotes + hashes) {
      if starts("\\" + hashes + "(") {
        position += hashes.count + 2
        scan(until: ")")
      } else {
        position += starts("\\") && hashes.isEmpty ? 2 : 1
      }
    }
    position += quotes.count + hashes.count
  }
}

extension SourceText {
  private static let kinds: Set<String> = [
    "struct", "class", "enum", "protocol", "actor", "typealias", "func",
  ]

  /// Names of the types and functions that the file declares for others, outside of any braces.
  var declarations: [String] {
    var (names, depth) = ([String](), 0)
    var isPrivate = false
    for (index, token) in tokens.enumerated() {
      switch token.text {
      case "{": depth += 1
      case "}": (depth, isPrivate) = (depth - 1, false)
      case "private", "fileprivate": if depth == 0 { isPrivate = true }
      case "extension", "import": if depth == 0 { isPrivate = false }
      default:
        guard depth == 0, Self.kinds.contains(token.text), index + 1 < tokens.count,
          tokens[index + 1].isWord
        else { continue }
        if !isPrivate { names.append(tokens[index + 1].text) }
      }
    }
    return names
  }

  /// Names that the file may take from others: words that no dot precedes, functions where they are
  /// called and the file has no function or case of that name. A name of a variable may be among
  /// them.
  var uses: Set<String> {
    var names: Set<String> = []
    let own = Set(
      zip(tokens, tokens.dropFirst()).filter { ["func", "case"].contains($0.0.text) }.map(\.1.text))
    for (index, token) in tokens.enumerated() where token.isWord {
      let (before, after) = (
        index > 0 ? tokens[index - 1].text : "",
        index + 1 < tokens.count ? tokens[index + 1].text : ""
      )
      guard before != ".", !own.contains(token.text) || token.text.first!.isUppercase else {
        continue
      }
      guard token.text.first?.isUppercase == true || after == "(" else { continue }
      names.insert(token.text)
    }
    return names
  }

  /// The modules that it imports.
  var imports: Set<String> {
    Set(zip(tokens, tokens.dropFirst()).filter { $0.0.text == "import" }.map(\.1.text))
  }
}
