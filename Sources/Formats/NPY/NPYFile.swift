import Foundation

/// An array in NumPy's `.npy` format, versions 1 to 3, in C order.
struct NPYFile: Equatable, Sendable {
  /// The lengths of the dimensions, outermost first; empty for a single number.
  let shape: [Int]
  let element: NPYElement
  /// The elements in row-major order, as they are in the file.
  let data: Data
  /// The name used in errors.
  let file: String

  /// The number of elements.
  var count: Int { data.count / element.size }

  /// The most bytes of elements that are read: 8 GiB.
  static let limit = InputFile.defaultLimit

  /// Throws ``FormatError`` as ``init(data:file:)`` does, and where the file cannot be read.
  init(contentsOf url: URL) throws {
    try self.init(data: InputFile.read(url), file: url.path)
  }

  /// Reads the bytes of a file.
  ///
  /// Throws ``FormatError`` of kind `badData` for what is no `.npy` file, for elements that are
  /// neither integers nor Float32 nor Float64, for Fortran order, and where the file does not hold
  /// exactly the elements of its shape.
  init(data: Data, file: String) throws {
    let (text, start) = try Self.header(data, file)
    let header = try NPYHeader(text, file: file)
    guard let element = NPYElement(header.descriptor) else {
      throw FormatError.badData(
        "elements of type \(FormatError.shortened(header.descriptor)), where integers, float32 and "
          + "float64 are read", file: file, remedy: "save it with .astype(\"uint8\")")
    }
    guard !header.isFortranOrder else {
      throw FormatError.badData(
        "is in Fortran order, only C order is read", file: file,
        remedy: "save numpy.ascontiguousarray(array)")
    }
    var size = element.size
    for length in header.shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: length)
      guard !overflow, product <= Self.limit else {
        throw FormatError.badData("a shape of more than \(Self.limit) bytes", file: file)
      }
      size = product
    }
    guard data.count - start == size else {
      throw FormatError.badData(
        "shape \(FormatError.shortened("\(header.shape)")) needs \(size) bytes, but there are "
          + "\(data.count - start)", file: file, at: .byte(start),
        remedy: "the file may be cut short: save it again")
    }
    (shape, self.element, self.file) = (header.shape, element, file)
    self.data = data.dropFirst(start)
  }

  /// The text of the header, and where the elements start.
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
