import Foundation

/// An archive of arrays that `numpy.savez` or `numpy.savez_compressed` wrote.
package struct NPZFile {
  private let archive: ZipArchive
  package let file: String

  package init(_ url: URL) throws {
    try self.init(data: InputFile.read(url), file: url.path)
  }

  init(data: Data, file: String) throws {
    self.file = file
    archive = try ZipArchive(data, file: file)
  }

  /// The names of the arrays, in the order of the archive.
  package var names: [String] {
    archive.entries.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
  }

  /// Reads one array, unpacked no further than its own header says.
  package func array(_ name: String) throws -> NumberArray {
    let place = "\(file)/\(name).npy"
    guard let entry = archive.entry("\(name).npy") else {
      throw FormatError.badData("lacks the array \(FormatError.shortened(name))", file: file)
    }
    let beginning = try archive.beginning(of: entry, count: NPYFile.headerLimit)
    let size = try NPYFile.size(by: beginning, file: place)
    return try NPYFile.array(archive.contents(of: entry, limit: size), file: place)
  }

  /// The array of an archive that holds a single one.
  package func onlyArray() throws -> NumberArray {
    guard names.count == 1 else {
      throw FormatError.badData("holds \(names.count) arrays, not one", file: file)
    }
    return try array(names[0])
  }
}
