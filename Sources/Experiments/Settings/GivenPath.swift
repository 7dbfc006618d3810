import Foundation

extension GivenValue {
  /// The value as an absolute path; nil for what is no text or empty.
  ///
  /// A relative path of an option is one from the current folder. One in a file is one from the
  /// file's folder, or from the current one if only there is something; that serves recipes that
  /// are used from the top of a project. A path in a text that is no file's stays as it is, and so
  /// does one that a run recorded.
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
