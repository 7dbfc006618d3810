import CImages
import Foundation

/// A file format of pictures.
enum ImageCodec: String {
  case png = "PNG"
  case jpeg = "JPEG"

  /// The format that the first bytes of a file are of.
  init?(_ data: Data) {
    if data.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) {
      self = .png
    } else if data.starts(with: [0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else {
      return nil
    }
  }

  func header(of data: Data, _ file: String) throws -> cimages_header {
    var header = cimages_header()
    try call(data, file) { bytes, size, message in
      self == .png
        ? cimages_png_header(bytes, size, &header, message)
        : cimages_jpeg_header(bytes, size, &header, message)
    }
    return header
  }

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
