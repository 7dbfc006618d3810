import CImages
import Foundation

/// A picture to be written as a PNG file, without a palette, transparency or a colour profile.
///
/// The pictures of an attack are saved so. PNG loses nothing, so that the bytes of an attacked
/// image, rounded to 8 bits, can be read back as they were.
package struct PNGPicture: Equatable, Sendable {
  private let image: RasterImage

  /// Creates a picture.
  ///
  /// - Parameters:
  ///   - height: The number of rows.
  ///   - width: The number of columns.
  ///   - channels: 1 for grey, 3 for red, green and blue.
  ///   - pixels: 0...255, of shape [height, width, channels].
  /// - Precondition: `channels` is 1 or 3, and `pixels` has height · width · channels elements, at
  ///   least one.
  package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(channels == 1 || channels == 3, "a picture of \(channels) channels")
    precondition(!pixels.isEmpty, "an empty picture")
    image = RasterImage(height: height, width: width, channels: channels, pixels: pixels)
  }

  /// Returns the bytes of the file, with 8 bits for each channel.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite` where libpng refuses the picture, as it does
  ///   for sizes beyond its limits.
  package func data() throws -> Data {
    var header = cimages_header(
      height: Int32(clamping: image.height), width: Int32(clamping: image.width),
      channels: Int32(image.channels))
    var size = cimages_png_capacity(&header)
    var data = Data(count: size)
    var message = [CChar](repeating: 0, count: Int(CIMAGES_MESSAGE))
    let code = data.withUnsafeMutableBytes {
      cimages_png_encode(
        image.pixels, &header, $0.bindMemory(to: UInt8.self).baseAddress!, &size, &message)
    }
    guard code == 0 else {
      let problem = String(
        decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      throw FormatError(.cannotWrite, "cannot be encoded as PNG (\(problem))", file: "picture")
    }
    return data.prefix(size)
  }
}
