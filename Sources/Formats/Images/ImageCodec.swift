import CImages
import Foundation

/// A file format of pictures, recognised by its first bytes and decoded by a C library.
///
/// PNG is decoded by libpng and JPEG by libjpeg-turbo, both through the target CImages. Decoding
/// takes two calls: ``header(of:_:)`` says how large the picture is, so that the caller can refuse
/// it before it costs memory, and ``pixels(of:_:_:)`` decodes it. ``RasterImage`` is the only user.
enum ImageCodec: String {
  /// PNG (ISO/IEC 15948), which begins with the bytes 89 50 4E 47 0D 0A 1A 0A.
  case png = "PNG"
  /// JPEG (ITU-T T.81), which begins with the bytes FF D8 FF.
  case jpeg = "JPEG"

  /// The format that the first bytes of a file are of, whatever the file's name says; nil for any
  /// other.
  init?(_ data: Data) {
    if data.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if data.starts(with: [0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else {
      return nil
    }
  }

  /// Returns what the header of a file says: height, width, and the number of channels, which is 1
  /// for grey and 3 where there may be colours.
  ///
  /// - Throws: ``FormatError`` of kind `badData` with the library's message where the header is
  ///   damaged.
  func header(of data: Data, _ file: String) throws -> cimages_header {
    var header = cimages_header()
    try call(data, file) { bytes, size, message in
      self == .png
        ? cimages_png_header(bytes, size, &header, message)
        : cimages_jpeg_header(bytes, size, &header, message)
    }
    return header
  }

  /// Returns the decoded pixels, 0...255, of shape [height, width, channels].
  ///
  /// Damage in a JPEG file that the library could paint over is an error too, since a network would
  /// otherwise be trained on a half-grey picture without anybody's noticing. Progressive JPEG files
  /// of very many scans are refused, because they take minutes to decode.
  ///
  /// - Parameter header: The file's own header, which decides how much memory there is.
  /// - Throws: ``FormatError`` of kind `badData` with the library's message.
  func pixels(of data: Data, _ header: cimages_header, _ file: String) throws -> [UInt8] {
    var header = header
    let count = Int(header.height) * Int(header.width) * Int(header.channels)
    return try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      try call(data, file) { bytes, size, message in
        self == .png
          ? cimages_png_decode(bytes, size, &header, buffer.baseAddress!, message)
          : cimages_jpeg_decode(bytes, size, &header, buffer.baseAddress!, message)
      }
      filled = count
    }
  }

  /// Calls a function of the C target and turns its message into an error.
  ///
  /// - Parameter body: Gets the bytes of the file, their number, and room for a message; it returns
  ///   0 on success.
  /// - Throws: ``FormatError`` of kind `badData` where it returns anything else.
  /// - Precondition: The data are not empty, which their first bytes have shown.
  private func call(
    _ data: Data, _ file: String,
    _ body: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<CChar>) -> Int32
  ) throws {
    let problem = data.withUnsafeBytes { bytes -> String? in
      withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGES_MESSAGE)) {
        let bytes = bytes.bindMemory(to: UInt8.self)
        guard body(bytes.baseAddress!, bytes.count, $0.baseAddress!) != 0 else { return nil }
        return String(cString: $0.baseAddress!)
      }
    }
    guard let problem else { return }
    throw FormatError.badData(
      "cannot be decoded as \(rawValue) (\(FormatError.shortened(problem)))", file: file,
      remedy: "get it again, or take it out of the folder")
  }
}
