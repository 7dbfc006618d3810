import Foundation

/// A picture as bytes.
package struct RasterImage: Equatable, Sendable {
  package let height: Int
  package let width: Int
  /// 1 for grey, 3 for red, green and blue.
  package let channels: Int
  /// 0...255, of shape [height, width, channels].
  package let pixels: [UInt8]

  /// The largest height and width that are read.
  package static let limit = 8192

  package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(pixels.count == height * width * channels, "pixels of another size")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }

  /// Decodes a PNG or JPEG file, told apart by their first bytes; `file` is the name used in
  /// errors.
  ///
  /// Pixels are the numbers of the file, whatever gamma or profile it names, turned as its EXIF data
  /// say. Transparent parts of a PNG are composed on white; its palette or 16 bits come out as 8
  /// bits; a JPEG's CMYK becomes RGB.
  /// Throws ``FormatError`` of kind `badData` for anything else, for a damaged file, and for a
  /// height or width over 8192.
  package init(data: Data, file: String) throws {
    guard let codec = ImageCodec(data) else {
      throw FormatError.badData(
        "neither a PNG nor a JPEG picture", file: file, remedy: "take it out of the folder")
    }
    let orientation = ImageOrientation(of: data, codec)
    let data = codec == .png ? PNGChunks(data).withoutColourSpace : data
    self = orientation.applied(to: try RasterImage(stored: data, codec, file))
  }

  /// The picture as it is stored.
  private init(stored data: Data, _ codec: ImageCodec, _ file: String) throws {
    let header = try codec.header(of: data, file)
    (height, width, channels) = (
      Int(header.height), Int(header.width), Int(header.channels)
    )
    guard (1...Self.limit).contains(height), (1...Self.limit).contains(width) else {
      throw FormatError.badData(
        "a picture of \(height)×\(width), where up to \(Self.limit)×\(Self.limit) are read",
        file: file, remedy: "make it smaller")
    }
    pixels = try codec.pixels(of: data, header, file)
  }

  /// Whether no pixel has a colour.
  package var isGrey: Bool {
    guard channels == 3 else { return true }
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let red = pixels[start]
      if red != pixels[start + 1] || red != pixels[start + 2] { return false }
    }
    return true
  }
}
