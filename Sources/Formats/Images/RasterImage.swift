import Foundation

/// A picture as bytes: the decoded form of a PNG or JPEG file, and what data sets of pictures are
/// made of.
///
/// The pixels are the numbers of the file and nothing else. A profile or a gamma that the file
/// names is not applied, so that a picture gives the same numbers as in the usual readers of
/// training data, and one that is saved as PNG and read again is the same. The one thing that is
/// applied is the orientation that the EXIF data name.
package struct RasterImage: Equatable, Sendable {
  /// The number of rows.
  package let height: Int
  /// The number of columns.
  package let width: Int
  /// The number of channels: 1 for grey, 3 for red, green and blue.
  package let channels: Int
  /// The values 0...255, row by row and channels last, of shape [height, width, channels].
  package let pixels: [UInt8]

  /// The largest height and width that are read: 8192.
  ///
  /// A file of a few kilobytes may claim a picture of gigabytes; within this limit it is at most
  /// 192 MiB.
  package static let limit = 8192

  /// Creates a picture.
  ///
  /// - Precondition: `pixels` has height · width · channels elements.
  package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(pixels.count == height * width * channels, "pixels of another size")
    self.height = height
    self.width = width
    self.channels = channels
    self.pixels = pixels
  }

  /// Decodes a PNG or JPEG file, whose first bytes say which of the two it is.
  ///
  /// Transparent parts of a PNG are composed on white. A palette, fewer than 8 bits and 16 bits
  /// come out as 8 bits. A JPEG's CMYK becomes RGB without a profile. Rows and columns are turned
  /// as the EXIF data say.
  ///
  /// - Parameters:
  ///   - data: The whole file.
  ///   - file: The name used in errors.
  /// - Throws: ``FormatError`` of kind `badData` for a file of another format, for a damaged one,
  ///   and for a height or width over ``limit``, which is found before the picture is decoded.
  package init(data: Data, file: String) throws {
    guard let codec = ImageCodec(data) else {
      throw FormatError.badData(
        "neither a PNG nor a JPEG picture", file: file, remedy: "take it out of the folder")
    }
    let orientation = ImageOrientation(of: data, codec)
    let data = codec == .png ? PNGChunks(data).withoutColourSpace : data
    self = orientation.applied(to: try RasterImage(stored: data, codec, file))
  }

  /// Decodes a picture as it is stored, before it is turned.
  ///
  /// - Throws: ``FormatError`` of kind `badData` as ``init(data:file:)`` does.
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

  /// Whether no pixel has a colour: there is one channel, or the three are equal in every pixel.
  ///
  /// A data set whose pictures are all grey is read with one channel.
  ///
  /// - Complexity: O(pixels), but it ends at the first pixel with a colour.
  package var isGrey: Bool {
    guard channels == 3 else { return true }
    for start in stride(from: 0, to: pixels.count, by: 3) {
      let red = pixels[start]
      if red != pixels[start + 1] || red != pixels[start + 2] { return false }
    }
    return true
  }
}
