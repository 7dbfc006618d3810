import Foundation

/// An archive of arrays that `numpy.savez` or `numpy.savez_compressed` wrote.
///
/// It is a zip archive with a file `NAME.npy` for each array. Entries of other names are left
/// alone. Data sets of a single file come this way, with the four arrays of training and test data.
package struct NPZFile {
  /// The zip archive, whose directory has been read.
  private let archive: ZipArchive
  /// The path of the archive, used in errors.
  package let file: String

  /// Reads a file and the directory of the archive in it; no array is unpacked yet.
  ///
  /// - Throws: ``FormatError`` of kind `missingInput` where the file cannot be read, and of kind
  ///   `badData` where it is no zip archive.
  package init(_ url: URL) throws {
    try self.init(data: InputFile.read(url), file: url.path)
  }

  /// Reads the directory of an archive in memory.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where it is no zip archive.
  init(data: Data, file: String) throws {
    self.file = file
    archive = try ZipArchive(data, file: file)
  }

  /// The names of the arrays without their ending, in the order of the archive.
  package var names: [String] {
    archive.entries.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
  }

  /// Reads one array.
  ///
  /// The entry is unpacked no further than the header of the array says, so that neither a false
  /// size in the archive's directory nor a small entry of endless zeros can fill the memory.
  ///
  /// - Parameter name: One of ``names``.
  /// - Throws: ``FormatError`` of kind `badData` where there is no such array, its entry is damaged
  ///   or larger than its header says, or it is no array that ``NPYFile`` reads.
  package func array(_ name: String) throws -> NumberArray {
    let place = "\(file)/\(name).npy"
    guard let entry = archive.entry("\(name).npy") else {
      throw FormatError.badData("lacks the array \(FormatError.shortened(name))", file: file)
    }
    let beginning = try archive.beginning(of: entry, count: NPYFile.headerLimit)
    let size = try NPYFile.size(by: beginning, file: place)
    return try NPYFile.array(archive.contents(of: entry, limit: size), file: place)
  }

  /// Reads the array of an archive that holds a single one.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where there is not exactly one, and as
  ///   ``array(_:)`` does.
  package func onlyArray() throws -> NumberArray {
    guard names.count == 1 else {
      throw FormatError.badData("holds \(names.count) arrays, not one", file: file)
    }
    return try array(names[0])
  }
}
