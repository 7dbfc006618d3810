import Foundation

/// The validated header of a safetensors file.
struct SafetensorsHeader {
  /// Where and how an array lies in the data.
  struct Entry {
    var name: String
    var element: SafetensorsElement
    var shape: [Int]
    /// Bytes, counted from the start of the data.
    var range: Range<Int>
  }

  /// The largest header that is read, that of the reference implementation.
  static let limit = 100_000_000

  private(set) var entries: [String: Entry] = [:]
  private(set) var metadata: [String: String] = [:]
  /// The offset of the data in the file.
  let dataStart: Int

  /// Reads and validates the header; nothing is allocated by what it claims.
  ///
  /// Throws ``FormatError``.
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

  /// The arrays must follow one another without gaps, as the format requires, and fill the file.
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
struct SafetensorsClaim {
  var name: String
  var type: String?
  var shape: [Int]?
  var offsets: [Int]?

  /// Throws ``FormatError`` where the claims contradict each other or the size of the data.
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
