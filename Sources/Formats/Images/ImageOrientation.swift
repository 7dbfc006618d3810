import Foundation

/// How the rows and columns of a stored picture are to be turned to see it upright.
///
/// Cameras store the rows as the sensor gives them and note in the EXIF data how they were held: in
/// the tag 0x0112 of TIFF 6.0, whose eight values are the ways to turn and mirror a picture.
/// ``RasterImage`` applies them, as the usual viewers do; otherwise a network would be trained on
/// pictures that lie on their sides.
///
/// Anything odd in the EXIF data, such as a value over 8 or a directory that is cut short, counts
/// as no orientation and is no error: the pixels do not depend on it.
enum ImageOrientation: Int, Sendable {
  /// Row 0 is the top and column 0 the left.
  case asStored = 1
  /// The other seven in the order of the tag: left and right exchanged; turned by 180°; top and
  /// bottom exchanged; rows and columns exchanged; turned clockwise by 90°; exchanged along the
  /// other diagonal; turned counterclockwise by 90°. The turns are those that lead from the stored
  /// picture to the seen one.
  case mirrored, turnedHalf, flipped, transposed, turnedRight, transversed, turnedLeft

  /// The orientation that a PNG or JPEG file names, as stored where it names none.
  ///
  /// PNG has EXIF data in a chunk `eXIf`, JPEG in a segment APP1.
  init(of data: Data, _ codec: ImageCodec) {
    let exif =
      switch codec {
      case .png: PNGChunks(data).first("eXIf")
      case .jpeg: Self.exif(ofJPEG: data)
      }
    self = exif.flatMap(Self.init(exif:)) ?? .asStored
  }

  /// Reads the tag of the first directory of EXIF data.
  ///
  /// The data begin with a TIFF header: `II` for little-endian or `MM` for big-endian numbers, the
  /// number 42, and the offset of the directory. A directory is a count of 16 bits and entries of
  /// 12 bytes: tag, type, number of values, and the value itself. Only the first 64 KiB are looked
  /// at.
  ///
  /// - Returns: nil where there is no such tag, its type is not that of 16-bit numbers, or the data
  ///   do not have this form.
  private init?(exif: Data) {
    let bytes = [UInt8](exif.prefix(1 << 16))
    guard bytes.count >= 8 else { return nil }
    let isLittle = bytes[0] == 0x49
    func number(_ at: Int, _ count: Int) -> Int? {
      guard at >= 0, at + count <= bytes.count else { return nil }
      let part = bytes[at..<(at + count)]
      return (isLittle ? Array(part.reversed()) : Array(part)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard bytes.starts(with: isLittle ? [0x49, 0x49] : [0x4d, 0x4d]), number(2, 2) == 42,
      let directory = number(4, 4), let count = number(directory, 2)
    else { return nil }
    for entry in 0..<count {
      let at = directory + 2 + 12 * entry
      guard let tag = number(at, 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard number(at + 2, 2) == 3, let value = number(at + 8, 2) else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }

  /// Returns the EXIF data of a JPEG file, without the text `Exif` and two zeros before them.
  ///
  /// A file is a sequence of segments before its first scan: FF, a marker, and a big-endian length
  /// of 16 bits that counts itself. EXIF data are in a segment APP1 (marker E1).
  ///
  /// - Returns: nil where there are none before the first scan, or a segment is cut short.
  private static func exif(ofJPEG data: Data) -> Data? {
    data.withUnsafeBytes { bytes in
      var at = 2
      while at + 4 <= bytes.count, bytes[at] == 0xff {
        let marker = bytes[at + 1]
        if marker == 0xff {
          at += 1
          continue
        }
        let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
        // The picture itself begins, or the file ends.
        guard marker != 0xda, length >= 2, at + 2 + length <= bytes.count else { return nil }
        let segment = bytes[(at + 4)..<(at + 2 + length)]
        if marker == 0xe1, segment.starts(with: Array("Exif\0\0".utf8)) {
          return Data(segment.dropFirst(6))
        }
        at += 2 + length
      }
      return nil
    }
  }

  /// Whether rows become columns, so that height and width are exchanged.
  private var swapsAxes: Bool { rawValue >= Self.transposed.rawValue }

  /// Returns the picture as it is to be seen, with height and width exchanged where the turn asks
  /// for it.
  ///
  /// - Complexity: O(pixels), but O(1) for a picture that is seen as it is stored.
  func applied(to image: RasterImage) -> RasterImage {
    guard self != .asStored else { return image }
    let (height, width) =
      swapsAxes ? (image.width, image.height) : (image.height, image.width)
    var pixels = [UInt8](repeating: 0, count: image.pixels.count)
    for row in 0..<height {
      for column in 0..<width {
        let source = source(row, column, image.height - 1, image.width - 1)
        let from = (source.row * image.width + source.column) * image.channels
        let to = (row * width + column) * image.channels
        for channel in 0..<image.channels { pixels[to + channel] = image.pixels[from + channel] }
      }
    }
    return RasterImage(height: height, width: width, channels: image.channels, pixels: pixels)
  }

  /// Returns the stored pixel that is seen at a place.
  ///
  /// - Parameters:
  ///   - row: The row of the place, in the picture as it is seen.
  ///   - column: Its column.
  ///   - lastRow: The number of the last row of the stored picture.
  ///   - lastColumn: The number of its last column.
  private func source(
    _ row: Int, _ column: Int, _ lastRow: Int, _ lastColumn: Int
  ) -> (row: Int, column: Int) {
    switch self {
    case .asStored: (row, column)
    case .mirrored: (row, lastColumn - column)
    case .turnedHalf: (lastRow - row, lastColumn - column)
    case .flipped: (lastRow - row, column)
    case .transposed: (column, row)
    case .turnedRight: (lastRow - column, row)
    case .transversed: (lastRow - column, lastColumn - row)
    case .turnedLeft: (column, lastColumn - row)
    }
  }
}
