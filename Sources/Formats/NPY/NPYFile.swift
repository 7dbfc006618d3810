import Foundation

/// The reader of NumPy's `.npy` format, versions 1 to 3.
///
/// A file begins with the byte 0x93, the letters `NUMPY`, and the version as two bytes. The length
/// of the header follows, little-endian, in 2 bytes for version 1 and in 4 from version 2 on. The
/// header is a literal of a Python dictionary, see ``NPYHeader``. Behind it are the elements, in
/// the type and byte order that the header names, and nothing else.
///
/// Arrays of a user's own data set come this way, alone or in an archive, see ``NPZFile``. What is
/// refused, with ``FormatError`` of kind `badData` and the advice what to save in its place: other
/// versions; elements that are neither numbers nor truth values, such as Python objects; Fortran
/// order; shapes of more than 8 GiB; and any number of bytes other than what the shape needs.
/// Pickled objects are never loaded.
package enum NPYFile {
  /// The most bytes of elements that are read: 8 GiB, as for any input file.
  package static let limit = InputFile.defaultLimit

  /// Reads the bytes of a file.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors, which the array keeps.
  /// - Returns: The array; its elements share the memory of `data`.
  /// - Throws: ``FormatError`` of kind `badData` for what is no `.npy` file, for elements that are
  ///   neither numbers nor truth values, for Fortran order, and where the file does not hold
  ///   exactly the elements of its shape.
  package static func array(_ data: Data, file: String) throws -> NumberArray {
    let (shape, element, start, size) = try layout(of: data, file: file)
    guard data.count - start == size else {
      throw FormatError.badData(
        "shape \(FormatError.shortened("\(shape)")) needs \(size) bytes, but there are "
          + "\(data.count - start)", file: file, at: .byte(start),
        remedy: "the file may be cut short: save it again")
    }
    return NumberArray(shape: shape, element: element, data: data.dropFirst(start), file: file)
  }

  /// The most bytes that stand before the elements: 12 for magic, version and length, and a header
  /// of up to 64 KiB.
  package static let headerLimit = 12 + 1 << 16

  /// Returns the number of bytes that a whole file has, which its beginning decides.
  ///
  /// ``NPZFile`` asks for it, so that it need not trust the archive's word about how far an array
  /// unpacks.
  ///
  /// - Parameter beginning: The first ``headerLimit`` bytes, or all where there are fewer.
  /// - Throws: ``FormatError`` of kind `badData` as ``array(_:file:)`` does, for what the header
  ///   shows.
  package static func size(by beginning: Data, file: String) throws -> Int {
    let (_, _, start, size) = try layout(of: beginning, file: file)
    return start + size
  }

  /// Reads the header and checks it.
  ///
  /// - Returns: The shape, the element type, where the elements start, and how many bytes they
  ///   need.
  /// - Throws: ``FormatError`` of kind `badData`.
  private static func layout(
    of data: Data, file: String
  ) throws -> (shape: [Int], element: NumberElement, start: Int, size: Int) {
    let (text, start) = try Self.header(data, file)
    let header = try NPYHeader(text, file: file)
    guard let element = NumberElement(header.descriptor) else {
      throw FormatError.badData(
        "elements of type \(FormatError.shortened(header.descriptor)), where integers and floats "
          + "of 16, 32 and 64 bits are read", file: file, remedy: remedy(header.descriptor))
    }
    guard !header.isFortranOrder else {
      throw FormatError.badData(
        "is in Fortran order, only C order is read", file: file,
        remedy: "save numpy.ascontiguousarray(array)")
    }
    var size = element.size
    for length in header.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow, product <= limit else {
        throw FormatError.badData("a shape of more than \(limit) bytes", file: file)
      }
      size = product
    }
    return (header.shape, element, start, size)
  }

  /// Returns what to save in the place of elements that are not read, by NumPy's name of their
  /// type.
  private static func remedy(_ descriptor: String) -> String {
    switch descriptor.last(where: { !$0.isNumber }) {
    case "O":
      "these are Python objects, such as images of several sizes: save numpy.stack(images)"
    case "U", "S": "number the classes from 0: numpy.unique(labels, return_inverse=True)[1]"
    case "c": "save its real part or its magnitude"
    default: "save array.astype(\"float32\")"
    }
  }

  /// Returns the text of the header, and the offset at which the elements start.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where the file is not of the format, is of another
  ///   version, or ends within its header.
  private static func header(_ data: Data, _ file: String) throws -> (String, Int) {
    let front = [UInt8](data.prefix(12))
    guard front.count >= 10,
      front.starts(with: Array("\u{93}NUMPY".unicodeScalars.map { UInt8($0.value) }))
    else { throw FormatError.badData("not a .npy file", file: file, at: .byte(0)) }
    guard (1...3).contains(front[6]) else {
      throw FormatError.badData(
        "version \(front[6]) of the format, where 1 to 3 are read", file: file, at: .byte(6))
    }
    let width = front[6] == 1 ? 2 : 4
    let length = front.dropFirst(8).prefix(width).reversed().reduce(0) { $0 << 8 | Int($1) }
    let start = 8 + width + length
    guard front.count >= 8 + width, length <= 1 << 16, data.count >= start else {
      throw FormatError.badData("the header is cut short", file: file, at: .byte(8))
    }
    let text = data.dropFirst(8 + width).prefix(length)
    return (String(decoding: text, as: UTF8.self), start)
  }
}
