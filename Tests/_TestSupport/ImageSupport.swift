import Formats
import Foundation

/// Makes PNG files without libpng, from the specification: rows unfiltered, deflate blocks stored.
package enum PNG {
  /// - Parameters:
  ///   - colour: The type of the header: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGB and
  ///     alpha.
  ///   - others: Chunks to stand before the palette and the picture.
  ///   - rows: The bytes of each row, as many as type and depth need.
  package static func file(
    width: Int, colour: UInt8, depth: UInt8 = 8, palette: [UInt8]? = nil,
    others: [(type: String, data: [UInt8])] = [], rows: [[UInt8]]
  ) -> Data {
    var file = Data([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
    file += chunk("IHDR", word(width) + word(rows.count) + [depth, colour, 0, 0, 0])
    for other in others { file += chunk(other.type, other.data) }
    if let palette { file += chunk("PLTE", palette) }
    file += chunk("IDAT", zlib(rows.flatMap { [0] + $0 }))
    return file + chunk("IEND", [])
  }

  /// A file of 8 bits with 1 or 3 channels.
  package static func file(_ image: RasterImage) -> Data {
    let size = image.width * image.channels
    return file(
      width: image.width, colour: image.channels == 1 ? 0 : 2,
      rows: (0..<image.height).map { Array(image.pixels[($0 * size)..<(($0 + 1) * size)]) })
  }

  private static func word(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private static func chunk(_ type: String, _ data: [UInt8]) -> [UInt8] {
    let body = Array(type.utf8) + data
    return word(data.count) + body + word(Int(crc(body)))
  }

  private static func zlib(_ data: [UInt8]) -> [UInt8] {
    precondition(data.count < 65_536, "more than one stored block")
    let count = [UInt8(data.count & 255), UInt8(data.count >> 8)]
    var (a, b) = (1, 0)
    for byte in data {
      a = (a + Int(byte)) % 65_521
      b = (b + a) % 65_521
    }
    return [0x78, 0x01, 0x01] + count + count.map { ~$0 } + data + word(b << 16 | a)
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var crc = UInt32.max
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xedb8_8320 : crc >> 1 }
    }
    return ~crc
  }
}

/// JPEG files of 16×24 pixels made with libjpeg-turbo at quality 95: at (y, x) the colours are 10x,
/// 12y and 255 − 5x − 4y, the grey ones 8x + 3y.
package enum JPEG {
  package static let colour = data(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYG
    CAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK
    CgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAQABgDAREAAhEBAxEB/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcI
    CQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRol
    JicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ip
    qrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/8QAHwEAAwEBAQEBAQEBAQAAAAAA
    AAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLR
    ChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaX
    mJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEA
    PwD88fCPwG6f6F/47X+uHE3G/wAXvH5twbxX8PvHp3hH4DYx/oX/AI7X888Tcb/F7x/VvBvFfw+8em+EvgN93/Qv/Ha/
    nnibjf4veP6t4N4r+H3juPCXwG+7/oX/AI7X6bxNxv8AF7x/gfwbxX8PvHp3hL4Dfd/0L/x2v544m43+L3j+reDeK/h9
    49N8I/Ab7v8AoX/jtfz1xNxv8XvH9W8G8V/D7x//2Q==
    """)

  /// With subsampled colours.
  package static let progressive = data(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYG
    CAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAgICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK
    CgoKCgoKCgoKCgoKCgoKCgoKCgr/wgARCAAQABgDASIAAhEBAxEB/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAYHCP/EABYB
    AQEBAAAAAAAAAAAAAAAAAAcFCP/aAAwDAQACEAMQAAABzwz0JnZoE8LUBmlf/8QAFhAAAwAAAAAAAAAAAAAAAAAAAAQF
    /9oACAEBAAEFAlIIpBFIIpBFIIpBP//EABoRAAICAwAAAAAAAAAAAAAAAAAGASIFJDL/2gAIAQMBAT8BTWvmxiWvTix/
    /8QAGhEAAgIDAAAAAAAAAAAAAAAAAAYBIgUkMf/aAAgBAgEBPwFmd+2Mi7bM2P/EABUQAQEAAAAAAAAAAAAAAAAAAAAy
    /9oACAEBAAY/AoQhCEP/xAAYEAADAQEAAAAAAAAAAAAAAAAAMcEB8P/aAAgBAQABPyHph0wRAiBECoP/2gAMAwEAAgAD
    AAAAEDsP/8QAFxEBAAMAAAAAAAAAAAAAAAAAAEGh4f/aAAgBAwEBPxCglsn/xAAWEQEBAQAAAAAAAAAAAAAAAAAA4fH/
    2gAIAQIBAT8Q01y//8QAFxABAAMAAAAAAAAAAAAAAAAAEQAgMf/aAAgBAQABPxDGQlbWtK//2Q==
    """)

  package static let grey = data(
    """
    /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYG
    CAsICQoKCgoKBggLDAsKDAkKCgr/wAALCAAQABgBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QA
    tRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0
    NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2
    t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/APyZ/Zr8Ef6j9z6dq/QD9mvw
    R/qP3Pp2r9AP2a/BH+o/c+navxf/AGa/BH+o/c+nav0A/Zr8Ef6j9z6dq/QD9mvwR/qP3Pp2r//Z
    """)

  package static let cmyk = data(
    """
    /9j/7gAOQWRvYmUAZAAAAAAC/9sAQwACAQEBAQECAQEBAgICAgIEAwICAgIFBAQDBAYFBgYGBQYGBgcJCAYHCQcGBggL
    CAkKCgoKCgYICwwLCgwJCgoK/9sAQwECAgICAgIFAwMFCgcGBwoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoK
    CgoKCgoKCgoKCgoKCgoKCgoK/8AAFAgAEAAYBAERAAIRAQMRAQQRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYH
    CAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBka
    JSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeo
    qaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/EAB8BAAMBAQEBAQEBAQEAAAAA
    AAABAgMEBQYHCAkKC//EALURAAIBAgQEAwQHBQQEAAECdwABAgMRBAUhMQYSQVEHYXETIjKBCBRCkaGxwQkjM1LwFWJy
    0QoWJDThJfEXGBkaJicoKSo1Njc4OTpDREVGR0hJSlNUVVZXWFlaY2RlZmdoaWpzdHV2d3h5eoKDhIWGh4iJipKTlJWW
    l5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uLj5OXm5+jp6vLz9PX29/j5+v/aAA4EAQACEQMR
    BAAAPwD9CvFnx5+//pv/AI99a/yP4Y4I+H3T9J4x4U+L3T8i/wBkb/l2/wCA15j4r+PP3/8ATf8Ax761/Q3DHBG3un8p
    cY8KfF7p+oH7I3/Lt/wGvMvFfx5+/wD6b/499a/obhjgj4fdP5S4x4U+L3T9QP2Rv+Xb/gNcP4r+PP3/APTf/HvrX5lw
    xwRpH3T/AHw4x4U+L3f61P5f/wBkb/l2/wCA15j4r+PP3/8ATf8Ax761/Q/DHBG3un8pcY8KfF7p+oH7I3/Lt/wGvMvF
    fx5+/wD6d/499a/oXhjgjSPun8pcY8KfF7p+oH7I3/Lt/wABr//Z
    """)

  /// The pixels before compression.
  package static func original(channels: Int) -> [Int] {
    var values: [Int] = []
    for y in 0..<16 {
      for x in 0..<24 {
        values += channels == 1 ? [8 * x + 3 * y] : [10 * x, 12 * y, 255 - 5 * x - 4 * y]
      }
    }
    return values
  }

  private static func data(_ text: String) -> Data {
    Data(base64Encoded: text, options: .ignoreUnknownCharacters)!
  }
}

/// EXIF data with an orientation.
package enum EXIF {
  /// A TIFF header and a directory of two tags.
  package static func data(orientation: UInt8, isLittle: Bool = true) -> [UInt8] {
    func word(_ value: UInt8, _ count: Int = 2) -> [UInt8] {
      let bytes = [value] + [UInt8](repeating: 0, count: count - 1)
      return isLittle ? bytes : bytes.reversed()
    }
    let front: [UInt8] = isLittle ? [0x49, 0x49] : [0x4d, 0x4d]
    let make: [UInt8] = isLittle ? [0x0f, 0x01] : [0x01, 0x0f]
    let tag: [UInt8] = isLittle ? [0x12, 0x01] : [0x01, 0x12]
    var data = front + word(42) + word(8, 4) + word(2)
    data += make + word(2) + word(4, 4) + [97, 98, 99, 0]
    data += tag + word(3) + word(1, 4) + word(orientation) + [0, 0]
    return data + word(0, 4)
  }

  /// A JPEG file with the segment behind its first marker.
  package static func jpeg(_ file: Data, orientation: UInt8) -> Data {
    let body = Array("Exif\0\0".utf8) + data(orientation: orientation)
    let size = body.count + 2
    var result = Data(file.prefix(2))
    result += [0xff, 0xe1, UInt8(size >> 8), UInt8(size & 255)]
    result += body
    return result + file.dropFirst(2)
  }
}

extension RasterImage {
  /// The shape of its pixels.
  package var form: [Int] { [height, width, channels] }
}
