import Formats

/// All pictures of a data set that cannot be read, so that the user can mend them at once instead
/// of one after each attempt.
struct DamagedPictures {
  /// The error of each, in the order of the examples.
  private let failures: [FormatError]
  /// The number of pictures that were examined.
  private let count: Int

  /// The most pictures that an error lists; the rest is counted.
  private static let shown = 20

  /// Decodes every picture once more, on all threads; nil where all can be decoded.
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

  /// Returns one error for all of them: that of a single picture, or a list.
  ///
  /// - Parameter name: The name of the data set, which the list begins with.
  func error(of name: String) -> FormatError {
    guard failures.count > 1 else { return failures[0] }
    let list = failures.prefix(Self.shown).map { "\($0.file) (\($0.problem))" }
    let more = failures.count > Self.shown ? " and \(failures.count - Self.shown) more" : ""
    return FormatError.badData(
      "\(failures.count) of \(count) pictures cannot be read: \(list.joined(separator: ", "))\(more)",
      file: name, remedy: "get them again, or take them out of the folder")
  }
}
