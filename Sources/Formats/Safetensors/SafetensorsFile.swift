import Foundation

/// The contents of a safetensors file, the format in which networks and checkpoints are kept.
///
/// The file begins with the length of the header, a little-endian integer of 64 bits. The header is
/// a JSON object: for each array its name with the type, the shape and the place of its bytes, and
/// under `__metadata__` free text by key. Behind it lie the elements of all arrays, little-endian
/// and row-major, without gaps. The format holds no code, unlike pickles, and its header says
/// everything before a number is read.
///
/// All numbers are Float32 in memory and in the files written. On reading, F16, BF16, BOOL and the
/// integers of 8 and 16 bits are converted exactly; F64 and the integers of 32 and 64 bits only
/// where every value is a Float32, since rounded weights would be another network. Everything else
/// is refused.
///
/// Reading is strict. A file is refused with ``FormatError`` of kind `badData` where its header is
/// no JSON of exactly this form, has unknown keys or two equal names, or is longer than 100 MB,
/// where offsets and shapes contradict each other, and where the arrays overlap, leave gaps, or do
/// not end with the file. Nothing is allocated by what a header claims.
///
/// Writing the same contents gives the same bytes, so that runs can be compared by their files.
package struct SafetensorsFile: Equatable, Sendable {
  /// The arrays by name.
  package var arrays: [String: SafetensorsArray]
  /// Free text by key, which the header has under `__metadata__`. Models keep their architecture in
  /// it, checkpoints their settings.
  package var metadata: [String: String]

  /// Creates the contents of a file.
  ///
  /// - Parameters:
  ///   - arrays: The arrays by name; ``encoded()`` refuses the name `__metadata__`.
  ///   - metadata: Free text by key.
  package init(arrays: [String: SafetensorsArray] = [:], metadata: [String: String] = [:]) {
    self.arrays = arrays
    self.metadata = metadata
  }

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - url: The place of the file, which may have up to 8 GiB.
  ///   - isWanted: Whether an array of a name is to be read; others are left out and not converted,
  ///     so that they may have numbers that no Float32 holds.
  /// - Throws: ``FormatError`` of kind `missingInput` where the file cannot be read, and of kind
  ///   `badData` where it is not valid in every detail, or a wanted array has numbers that no
  ///   Float32 holds.
  package init(contentsOf url: URL, where isWanted: (String) -> Bool = { _ in true }) throws {
    try self.init(data: InputFile.read(url), file: url.path, where: isWanted)
  }

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors.
  ///   - isWanted: Whether an array of a name is to be read.
  /// - Throws: ``FormatError`` of kind `badData` as ``init(contentsOf:where:)`` does.
  /// - Complexity: O(the size of the file).
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

  /// Converts the elements of one array.
  ///
  /// - Throws: ``FormatError`` of kind `badData`, with the array's name, for numbers that no
  ///   Float32 holds.
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

  /// Refuses arrays with a NaN or an infinity.
  ///
  /// Bounds of a network with such weights would mean nothing, and a comparison with NaN would
  /// quietly be false.
  ///
  /// - Parameter file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` for the first array, in the order of names, that
  ///   has one.
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
