import Foundation

extension GivenValue {
  /// The value as an absolute path; nil for what is no text.
  ///
  /// A relative path of an option is one from the current folder; one in a file is one from the
  /// file's folder, or from the current one if nothing is there. In a text that is no file's it
  /// stays as it is.
  var absolutePath: String? {
    guard let path = text, !path.isEmpty else { return nil }
    let current = FileManager.default.currentDirectoryPath
    switch place {
    case .stored: return path
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
