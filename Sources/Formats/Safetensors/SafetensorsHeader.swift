import Foundation

/// The validated header of a safetensors file.
///
/// It is made in two steps. ``SafetensorsHeaderParser`` reads the JSON into claims, and each
/// ``SafetensorsClaim`` is then checked against the others and against the size of the file.
/// Whoever has a header can slice the data by its entries without a further check: every range lies
/// within the data and has exactly the bytes that shape and type need.
struct SafetensorsHeader {
  /// Where and how an array lies in the data.
  struct Entry {
    /// The array's name, as the header has it.
    var name: String
    /// The type of the elements.
    var element: SafetensorsElement
    /// The lengths of the dimensions, outermost first.
    var shape: [Int]
    /// Bytes, counted from the start of the data.
    var range: Range<Int>
  }

  /// The longest header that is read, in bytes; it is that of the reference implementation.
  static let limit = 100_000_000

  /// The arrays by name. They cover the data behind the header without gaps and overlaps.
  private(set) var entries: [String: Entry] = [:]
  /// Free text by key; empty where the header has none.
  private(set) var metadata: [String: String] = [:]
  /// The offset of the data in the file: 8 and the length of the header.
  let dataStart: Int

  /// Reads and validates the header; nothing is allocated by what it claims.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData`.
  init(data: Data, file: String) throws {
    let length = try Self.headerLength(data, file: file)
    dataStart = 8 + length
    let start = data.startIndex
    var parser = SafetensorsHeaderParser(
      json: [UInt8](data[(start + 8)..<(start + dataStart)]), file: file)
    let claims = try parser.parse()
    metadata = parser.metadata
    let size = data.count - dataStart
    for claim in claims {
      let entry = try claim.validated(size: size, file: file)
      if entries.updateValue(entry, forKey: entry.name) != nil {
        throw FormatError.badData("is there twice", file: file, at: .tensor(entry.name))
      }
    }
    try checkCovered(size: size, file: file)
  }

  /// Reads the length of the header from the first 8 bytes.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where the file is shorter than that, or the header
  ///   would be longer than the file or ``limit``.
  private static func headerLength(_ data: Data, file: String) throws -> Int {
    guard data.count >= 8 else {
      throw FormatError.badData(
        "not a safetensors file (only \(data.count) bytes long)", file: file)
    }
    let length = data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(limit) else {
      throw FormatError.badData(
        "not a safetensors file (the header would have \(length) bytes, more than \(limit))",
        file: file, at: .byte(0))
    }
    guard length <= UInt64(data.count - 8) else {
      throw FormatError.badData(
        "the header should have \(length) bytes, but only \(data.count - 8) follow", file: file,
        at: .byte(0), remedy: "the file may be cut short: copy it again")
    }
    return Int(length)
  }

  /// Checks that the arrays follow one another without gaps, as the format requires, and fill the
  /// file.
  ///
  /// A gap could hide data from one reader that another one sees, and an overlap would let one
  /// array change with another.
  ///
  /// - Parameter size: The number of bytes behind the header.
  /// - Throws: ``FormatError`` of kind `badData`, with the first array that is out of place.
  private func checkCovered(size: Int, file: String) throws {
    // By name too, so that the same file gives the same error.
    let ordered = entries.values.sorted {
      ($0.range.lowerBound, $0.range.upperBound, $0.name)
        < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    var end = 0
    for entry in ordered {
      if entry.range.lowerBound != end {
        let what = entry.range.lowerBound < end ? "overlaps another array" : "leaves a gap"
        throw FormatError.badData(
          "\(what): begins at data byte \(entry.range.lowerBound), expected \(end)", file: file,
          at: .tensor(entry.name))
      }
      end = entry.range.upperBound
    }
    guard end == size else {
      throw FormatError.badData(
        "\(size - end) bytes follow the last array", file: file, at: .byte(dataStart + end))
    }
  }
}

/// What the header says of an array, before anything of it is believed.
///
/// A part is nil where the header does not have it.
struct SafetensorsClaim {
  var name: String
  /// The name of the type, which need not be one of the format's.
  var type: String?
  var shape: [Int]?
  /// Where the array begins and ends in the data, in bytes; there may be any number of them.
  var offsets: [Int]?

  /// Returns the claim as an entry, once it is known to be consistent.
  ///
  /// - Parameter size: The number of bytes behind the header.
  /// - Throws: ``FormatError`` of kind `badData`, with the array's name, where a part is missing,
  ///   the type is unknown, the offsets run backwards or beyond the data, or shape and type need
  ///   another number of bytes than the offsets give.
  func validated(size: Int, file: String) throws -> SafetensorsHeader.Entry {
    func fail(_ problem: String) -> FormatError {
      .badData(problem, file: file, at: .tensor(name))
    }
    guard let type else { throw fail("no \"dtype\" in the header") }
    guard let shape else { throw fail("no \"shape\" in the header") }
    guard let offsets else { throw fail("no \"data_offsets\" in the header") }
    guard let element = SafetensorsElement(rawValue: type) else {
      throw fail("unknown type \"\(FormatError.shortened(type, to: 20))\"")
    }
    guard offsets.count == 2 else { throw fail("\(offsets.count) data offsets, not 2") }
    let (begin, end) = (offsets[0], offsets[1])
    guard begin <= end else { throw fail("data offsets \(begin), \(end) run backwards") }
    guard end <= size else {
      throw FormatError.badData(
        "data offsets \(begin), \(end) reach beyond the \(size) bytes of data", file: file,
        at: .tensor(name), remedy: "the file may be cut short: copy it again")
    }
    let bytes = Self.product(shape + [element.size])
    guard bytes == end - begin else {
      let needed = bytes.map(String.init) ?? "more than \(Int.max)"
      let text = FormatError.shortened("\(shape)")
      throw fail("shape \(text) of \(type) needs \(needed) bytes, but has \(end - begin)")
    }
    return .init(name: name, element: element, shape: shape, range: begin..<end)
  }

  /// Returns the product of lengths that are not negative; nil where it overflows.
  private static func product(_ factors: [Int]) -> Int? {
    var result = 1
    for factor in factors {
      let (product, overflow) = result.multipliedReportingOverflow(by: factor)
      if overflow { return nil }
      result = product
    }
    return result
  }
}
