import Formats

/// All pictures of a set that cannot be read, so that they can be put right at once.
struct DamagedPictures {
  private let failures: [FormatError]
  private let count: Int

  /// The most that an error lists.
  private static let shown = 20

  /// Decodes every picture once more; nil where all can be.
  init?(among examples: [ImageFolder.Example]) {
    var failures = [FormatError?](repeating: nil, count: examples.count)
    try? ImageForm.fill(&failures, stride: 1, examples[...]) { example, to in
      do {
        _ = try ImageForm.read(example.path)
      } catch let error as FormatError {
        to[0] = error
      }
    }
    self.failures = failures.compactMap { $0 }
    count = examples.count
    if self.failures.isEmpty { return nil }
  }

  /// One line: the error of a single picture, else a list of them.
  func error(of name: String) -> FormatError {
    guard failures.count > 1 else { return failures[0] }
    let list = failures.prefix(Self.shown).map { "\($0.file) (\($0.problem))" }
    let more = failures.count > Self.shown ? " and \(failures.count - Self.shown) more" : ""
    return FormatError.badData(
      "\(failures.count) of \(count) pictures cannot be read: \(list.joined(separator: ", "))\(more)",
      file: name, remedy: "get them again, or take them out of the folder")
  }
}
