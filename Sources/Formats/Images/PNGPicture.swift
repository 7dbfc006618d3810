import CImages
import Foundation

/// A picture to be written as a PNG file.
package struct PNGPicture: Equatable, Sendable {
  private let image: RasterImage

  /// - Parameters:
  ///   - channels: 1 for grey, 3 for red, green and blue.
  ///   - pixels: 0...255, of shape [height, width, channels], at least one.
  package init(height: Int, width: Int, channels: Int, pixels: [UInt8]) {
    precondition(channels == 1 || channels == 3, "a picture of \(channels) channels")
    precondition(!pixels.isEmpty, "an empty picture")
    image = RasterImage(height: height, width: width, channels: channels, pixels: pixels)
  }

  /// The bytes of the file.
  ///
  /// Throws ``FormatError`` of kind `cannotWrite` for a size that the format does not have.
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
