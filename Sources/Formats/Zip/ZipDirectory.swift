/// The central directory of a zip archive (APPNOTE 6.3, sections 4.3.12 to 4.3.16), with the 64-bit
/// forms.
///
/// An archive is read from its end. The last 22 bytes, before a comment of up to 65,535, are a
/// record with the number of entries and the offset of the first. The entries follow one another
/// there: 46 bytes of fixed fields, then the name, extra data and a comment. All numbers are
/// little-endian.
///
/// A number that does not fit into 16 or 32 bits is stored as all ones, and its true value
/// elsewhere: that of the record in a larger one, which a locator of 20 bytes before it points to,
/// and those of an entry in its extra data. Files of PyTorch over 4 GiB need these forms.
///
/// Every read is checked against the end of the file, and no offset is added to another before it
/// is known to lie within it.
struct ZipDirectory {
  private let bytes: UnsafeRawBufferPointer
  private let file: String

  /// The most entries that are read: 2¹⁸.
  private static let limit = 1 << 18

  /// Prepares the reading of an archive.
  ///
  /// - Parameters:
  ///   - bytes: The whole archive, which must outlive the value.
  ///   - file: The name used in errors.
  init(_ bytes: UnsafeRawBufferPointer, file: String) {
    (self.bytes, self.file) = (bytes, file)
  }

  /// Returns all entries, in the order of the directory.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where there is no directory, it claims more
  ///   entries than are read, one of them is cut short, or one is encrypted.
  func entries() throws -> [ZipArchive.Entry] {
    let (count, start) = try place()
    guard count <= Self.limit else { throw failure("its directory claims \(count) entries") }
    var (entries, position): ([ZipArchive.Entry], Int) = ([], start)
    for _ in 0..<count {
      guard let (entry, next) = entry(at: position) else {
        throw failure("its directory is damaged at byte \(position)")
      }
      guard entry.isReadable else {
        throw failure("\(FormatError.shortened(entry.value.name)) is encrypted")
      }
      entries.append(entry.value)
      position = next
    }
    return entries
  }

  /// Returns the error for an archive that cannot be read as a whole.
  private func failure(_ problem: String) -> FormatError {
    .badData(
      "not a zip archive that can be read: \(problem)", file: file,
      remedy: "the file may be cut short: get it again")
  }

  /// Returns a little-endian number at an offset.
  ///
  /// - Returns: nil where it would reach beyond the archive, or does not fit into an `Int`.
  private func number<Value: FixedWidthInteger & BitwiseCopyable>(
    _ offset: Int, _: Value.Type
  ) -> Int? {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Value>.size else { return nil }
    return Int(
      exactly: Value(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Value.self)))
  }

  /// Returns the number of entries and the offset of the first.
  ///
  /// Both are in the record at the end of the file, behind which there may be a comment. The record
  /// is searched for backwards from the last place where it could be, by its mark.
  ///
  /// - Throws: ``FormatError`` of kind `badData` where there is none, or its 64-bit form is
  ///   damaged.
  private func place() throws -> (count: Int, start: Int) {
    var end = bytes.count - 22
    let last = max(0, end - 65_535)
    while end >= last, number(end, UInt32.self) != 0x0605_4b50 { end -= 1 }
    guard end >= last, end >= 0, var count = number(end + 10, UInt16.self),
      var start = number(end + 16, UInt32.self)
    else { throw failure("it has no directory") }
    if count == 0xffff || start == 0xffff_ffff, number(end - 20, UInt32.self) == 0x0706_4b50 {
      guard let record = number(end - 12, UInt64.self), record <= bytes.count,
        number(record, UInt32.self) == 0x0606_4b50, let larger = number(record + 32, UInt64.self),
        let place = number(record + 48, UInt64.self)
      else { throw failure("its 64-bit directory is damaged") }
      (count, start) = (larger, place)
    }
    return (count, start)
  }

  /// Reads the entry at an offset.
  ///
  /// - Returns: The entry, whether it is not encrypted, and where the next begins; nil where there
  ///   is none, or it reaches beyond the archive.
  private func entry(
    at position: Int
  ) -> (entry: (value: ZipArchive.Entry, isReadable: Bool), next: Int)? {
    guard position <= bytes.count, number(position, UInt32.self) == 0x0201_4b50,
      let flags = number(position + 8, UInt16.self),
      let method = number(position + 10, UInt16.self),
      let checksum = number(position + 16, UInt32.self),
      let packed = number(position + 20, UInt32.self),
      let size = number(position + 24, UInt32.self),
      let nameLength = number(position + 28, UInt16.self),
      let extraLength = number(position + 30, UInt16.self),
      let commentLength = number(position + 32, UInt16.self),
      let header = number(position + 42, UInt32.self)
    else { return nil }
    let extra = position + 46 + nameLength
    let next = extra + extraLength + commentLength
    guard next <= bytes.count else { return nil }
    let name = String(decoding: bytes[(position + 46)..<extra], as: UTF8.self)
    guard let wide = wide([size, packed, header], extra..<(extra + extraLength)) else { return nil }
    let entry = ZipArchive.Entry(
      name: name, method: method, checksum: UInt32(checksum), packedSize: wide[1], size: wide[0],
      header: wide[2])
    return ((entry, flags & 1 == 0), next)
  }

  /// Puts the 64-bit values of an entry's extra data in the place of those that do not fit into 32
  /// bits.
  ///
  /// Extra data are a sequence of fields, each with an identifier and a length of 16 bits. The
  /// field with identifier 1 holds, in this order, only those of the numbers that are all ones in
  /// the entry.
  ///
  /// - Parameters:
  ///   - numbers: Unpacked size, packed size and offset of the local header, as the entry has them.
  ///   - extra: Where the extra data lie.
  /// - Returns: The same numbers as they are meant; nil where the field has too few of them.
  private func wide(_ numbers: [Int], _ extra: Range<Int>) -> [Int]? {
    guard numbers.contains(0xffff_ffff) else { return numbers }
    var field = extra.lowerBound
    while field + 4 <= extra.upperBound, let id = number(field, UInt16.self),
      let length = number(field + 2, UInt16.self)
    {
      guard id == 1 else {
        field += 4 + length
        continue
      }
      var place = field + 4
      var result: [Int] = []
      for value in numbers {
        guard value == 0xffff_ffff else {
          result.append(value)
          continue
        }
        guard place + 8 <= min(field + 4 + length, extra.upperBound),
          let large = number(place, UInt64.self)
        else { return nil }
        result.append(large)
        place += 8
      }
      return result
    }
    return nil
  }
}
