import Foundation

/// An archive of arrays that `numpy.savez` or `numpy.savez_compressed` wrote.
struct NPZFile {
  private let archive: ZipArchive
  private let file: String

  init(_ url: URL) throws {
    try self.init(data: InputFile.read(url), file: url.path)
  }

  init(data: Data, file: String) throws {
    self.file = file
    archive = try ZipArchive(data, file: file)
  }

  /// The names of the arrays, in the order of the archive.
  var names: [String] {
    archive.entries.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
  }

  /// Reads one array, unpacked no further than its own header says.
  func array(_ name: String) throws -> NumberArray {
    let place = "\(file)/\(name).npy"
    guard let entry = archive.entry("\(name).npy") else {
      throw FormatError.badData("lacks the array \(FormatError.shortened(name))", file: file)
    }
    let beginning = try archive.beginning(of: entry, count: NPYFile.headerLimit)
    let size = try NPYFile.size(by: beginning, file: place)
    return try NPYFile.array(archive.contents(of: entry, limit: size), file: place)
  }

  /// The array of an archive that holds a single one.
  func onlyArray() throws -> NumberArray {
    guard names.count == 1 else {
      throw FormatError.badData("holds \(names.count) arrays, not one", file: file)
    }
    return try array(names[0])
  }

  /// The four arrays whose names speak of them; any others are left alone.
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
  fileprivate var words: String {
    switch self {
    case .trainImages: "training images"
    case .trainLabels: "training labels"
    case .testImages: "test images"
    case .testLabels: "test labels"
    }
  }
}
