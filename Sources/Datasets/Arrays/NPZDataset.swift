import Formats

extension NPZFile {
  /// Reads a data set whose four arrays are in one archive.
  ///
  /// The arrays are recognised by their names (``DatasetPart/init(arrayNamed:)``). Any others are
  /// left alone, and the note of the data set lists the first eight of them, since an unread array
  /// may be one that the user meant.
  ///
  /// - Parameters:
  ///   - name: The name of the data set.
  ///   - note: The beginning of its note.
  ///   - layout: The order of the axes of the images; nil to recognise it by their shape.
  /// - Throws: ``FormatError`` of kind `badData` where two names stand for the same part, where a
  ///   part is missing, and where the arrays are no images and labels that fit each other.
  func dataset(name: String, note: String, layout: ImageLayout?) throws -> Dataset {
    var parts: [DatasetPart: String] = [:]
    for name in names {
      guard let part = DatasetPart(arrayNamed: name) else { continue }
      if let other = parts.updateValue(name, forKey: part) {
        throw FormatError.badData(
          "the arrays \(other) and \(name) are both taken for \(part.words)", file: file,
          remedy: "save one of them only")
      }
    }
    let lacking = DatasetPart.allCases.filter { parts[$0] == nil }
    guard lacking.isEmpty else {
      let found = names.prefix(12).joined(separator: ", ")
      throw FormatError.badData(
        "has no \(lacking.map(\.words).joined(separator: ", ")) among its arrays "
          + "(\(FormatError.shortened(found)))",
        file: file, remedy: "name them x_train, y_train, x_test and y_test")
    }
    let unread = names.filter { !parts.values.contains($0) }
    let left = unread.isEmpty ? "" : "; not read: \(unread.prefix(8).joined(separator: ", "))"
    return try DatasetArrays(
      trainImages: array(parts[.trainImages]!), trainLabels: array(parts[.trainLabels]!),
      testImages: array(parts[.testImages]!), testLabels: array(parts[.testLabels]!)
    ).dataset(name: name, note: note + left, classes: nil, layout: layout)
  }
}

extension DatasetPart {
  /// The part in words, for errors.
  fileprivate var words: String {
    switch self {
    case .trainImages: "training images"
    case .trainLabels: "training labels"
    case .testImages: "test images"
    case .testLabels: "test labels"
    }
  }
}
