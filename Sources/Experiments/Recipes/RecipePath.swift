import Foundation

/// Paths in recipes, kept as absolute ones: a run finds its data from any folder.
extension RecipeFields.Value {
  /// A path; where it is relative, that of an option is one from the current folder, that of a file
  /// one from the file's folder, or from the current one if nothing is there. In a text that is no
  /// file's it stays as it is.
  ///
  /// - Throws: ``RecipeError`` for what is no text.
  func path() throws -> String {
    let path = try text()
    let current = FileManager.default.currentDirectoryPath
    switch place {
    case .option: return AbsolutePath.of(path, in: current)
    case .line(_, let file):
      guard file.hasPrefix("/") else { return path }
      let beside = AbsolutePath.of(
        path, in: URL(fileURLWithPath: file).deletingLastPathComponent().path)
      let here = AbsolutePath.of(path, in: current)
      let manager = FileManager.default
      return manager.fileExists(atPath: beside) || !manager.fileExists(atPath: here) ? beside : here
    }
  }
}

enum AbsolutePath {
  /// The path from the root, without "." and, where that names the same thing, without "..": what is
  /// above a symbolic link is not what its name says.
  static func of(_ path: String, in folder: String) -> String {
    let joined = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    var plain: [Substring] = []
    var isSimple = true
    for part in joined.split(separator: "/") where part != "." {
      if part == ".." {
        isSimple = false
        _ = plain.popLast()
      } else {
        plain.append(part)
      }
    }
    let text = "/" + plain.joined(separator: "/")
    guard !isSimple else { return text }
    guard let real = real(text), real == self.real(joined) else { return joined }
    return text
  }

  /// Without symbolic links; nil where there is nothing.
  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
