import Foundation

/// Conversion of paths in recipes to absolute ones, so that a run finds its data from any folder.
enum AbsolutePath {
  /// Returns a path from the root, without `.` and, where that names the same thing, without `..`.
  ///
  /// What is above a symbolic link is not what the text before `..` names. So the shortened path is
  /// used only if the system resolves both to the same place; otherwise the joined path is kept
  /// with its dots.
  ///
  /// - Parameters:
  ///   - path: An absolute path, or one from `folder`.
  ///   - folder: An absolute path.
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

  /// Returns a path without symbolic links; nil where there is nothing.
  private static func real(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
