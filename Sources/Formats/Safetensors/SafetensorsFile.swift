import Foundation

/// The contents of a safetensors file, the format in which networks are kept.
///
/// All numbers are Float32 in memory and in the files written. On reading, F16, BF16, BOOL and the
/// small integer types are converted exactly, F64, I32, U32, I64 and U64 only where every value is a
/// Float32: another network would be no answer. Everything else is refused.
package struct SafetensorsFile: Equatable, Sendable {
  /// The arrays by name.
  package var arrays: [String: SafetensorsArray]
  /// Free text by key, in the header under `__metadata__`.
  package var metadata: [String: String]

  /// Creates the contents of a file.
  package init(arrays: [String: SafetensorsArray] = [:], metadata: [String: String] = [:]) {
    self.arrays = arrays
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Parameter isWanted: Whether an array of a name is to be read; others are left out.
  /// Throws ``FormatError`` where the file cannot be read or is not valid in every detail: the
  /// header must be well-formed JSON of known keys, every name unique, and the arrays must cover
  /// the data without gaps or overlaps.
  package init(contentsOf url: URL, where isWanted: (String) -> Bool = { _ in true }) throws {
    try self.init(data: InputFile.read(url), file: url.path, where: isWanted)
  }

  /// Reads the bytes of a file; `file` is the name used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData` as ``init(contentsOf:where:)`` does.
  package init(
    data: Data, file: String, where isWanted: (String) -> Bool = { _ in true }
  ) throws {
    let header = try SafetensorsHeader(data: data, file: file)
    metadata = header.metadata
    arrays = try data.withUnsafeBytes { bytes in
      let buffer = UnsafeRawBufferPointer(rebasing: bytes[header.dataStart...])
      return try header.entries.filter { isWanted($0.key) }.mapValues {
        try Self.array($0, in: buffer, file: file)
      }
    }
  }

  private static func array(
    _ entry: SafetensorsHeader.Entry, in buffer: UnsafeRawBufferPointer, file: String
  ) throws -> SafetensorsArray {
    do {
      let bytes = UnsafeRawBufferPointer(rebasing: buffer[entry.range])
      return SafetensorsArray(shape: entry.shape, scalars: try entry.element.scalars(of: bytes))
    } catch let failure as SafetensorsElement.Failure {
      throw failure.error(entry.element, entry.name, file: file)
    }
  }

  /// Refuses arrays with a NaN or an infinity; `file` is the name used in errors.
  ///
  /// Throws ``FormatError`` of kind `badData`, naming the first such array by name.
  package func checkFinite(file: String) throws {
    for name in arrays.keys.sorted() {
      guard let scalars = arrays[name]?.scalars else { continue }
      // x · 0 is 0 for finite x only, and a sum is faster than a search.
      guard scalars.reduce(0, { $0 + $1 * 0 }) != 0 else { continue }
      let index = scalars.firstIndex { !$0.isFinite } ?? 0
      throw FormatError.badData(
        "element \(index) is \(scalars[index])", file: file, at: .tensor(name),
        remedy: "a network needs finite weights")
    }
  }
}
