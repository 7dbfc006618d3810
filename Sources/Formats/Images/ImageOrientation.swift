import Foundation

/// How a picture's rows and columns are to be turned, by the tag of EXIF (0x0112 of TIFF 6.0).
enum ImageOrientation: Int, Sendable {
  case asStored = 1
  case mirrored, turnedHalf, flipped, transposed, turnedRight, transversed, turnedLeft

  /// The orientation that a PNG or JPEG file names; as stored where it names none.
  init(of data: Data, _ codec: ImageCodec) {
    let exif =
      switch codec {
      case .png: PNGChunks(data).first("eXIf")
      case .jpeg: Self.exif(ofJPEG: data)
      }
    self = exif.flatMap(Self.init(exif:)) ?? .asStored
  }

  /// Reads the tag of the first directory of EXIF data, which begin with a TIFF header.
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

  /// The contents of the segment APP1 that holds EXIF.
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

  /// Whether rows become columns.
  private var swapsAxes: Bool { rawValue >= Self.transposed.rawValue }

  /// The picture as it is to be seen.
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

  /// The stored pixel that is seen at a place; the last row and column of those stored are given.
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
