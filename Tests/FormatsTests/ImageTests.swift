import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

@Suite struct ImageTests {
  private static func decode(_ data: Data) throws -> RasterImage {
    try RasterImage(data: data, file: "f")
  }

  @Test(arguments: [1, 3])
  func readsPNGsExactly(channels: Int) throws {
    var random = RandomSource(seed: UInt64(channels))
    let image = RasterImage(
      height: 5, width: 7, channels: channels,
      pixels: (0..<(35 * channels)).map { _ in .random(in: 0...255, using: &random) })
    #expect(try Self.decode(PNG.file(image)) == image)
  }

  @Test func turnsEveryPNGIntoBytes() throws {
    let palette = try Self.decode(
      PNG.file(width: 3, colour: 3, palette: [1, 2, 3, 9, 9, 9], rows: [[1, 0, 1]]))
    #expect(palette.channels == 3)
    #expect(palette.pixels == [9, 9, 9, 1, 2, 3, 9, 9, 9])
    let deep = try Self.decode(
      PNG.file(width: 2, colour: 0, depth: 16, rows: [[0x80, 0x80, 0xff, 0xff]]))
    #expect(deep.channels == 1)
    #expect(deep.pixels == [0x80, 0xff])
    let bits = try Self.decode(PNG.file(width: 4, colour: 0, depth: 1, rows: [[0b0110_0000]]))
    #expect(bits.pixels == [0, 255, 255, 0])
    let clear = try Self.decode(
      PNG.file(width: 2, colour: 6, rows: [[10, 20, 30, 0, 10, 20, 30, 255]]))
    #expect(clear.pixels == [255, 255, 255, 10, 20, 30])
    let greyAlpha = try Self.decode(PNG.file(width: 2, colour: 4, rows: [[7, 0, 7, 255]]))
    #expect(greyAlpha.pixels == [255, 7])
  }

  @Test func readsJPEGs() throws {
    for (data, channels, tolerance) in [
      (JPEG.colour, 3, 4), (JPEG.progressive, 3, 24), (JPEG.grey, 1, 4),
    ] {
      let image = try Self.decode(data)
      #expect(image.form == [16, 24, channels])
      let differences = zip(image.pixels, JPEG.original(channels: channels)).map {
        abs(Int($0) - $1)
      }
      #expect(differences.max()! <= tolerance, "\(channels)")
    }
  }

  /// Whatever gamma or profile a file names, its numbers are its pixels.
  @Test func keepsTheNumbersOfPNGs() throws {
    let gamma: [(type: String, data: [UInt8])] = [
      ("gAMA", [0, 1, 0x86, 0xa0]), ("cHRM", Array(repeating: 1, count: 32)), ("sRGB", [0]),
    ]
    for others in [[gamma[0]], [gamma[1]], [gamma[2]], gamma] {
      let grey = PNG.file(width: 2, colour: 0, others: others, rows: [[100, 3]])
      #expect(try Self.decode(grey).pixels == [100, 3])
      let deep = PNG.file(width: 1, colour: 0, depth: 16, others: others, rows: [[100, 100]])
      #expect(try Self.decode(deep).pixels == [100])
      // Half transparent on white, in these numbers: 100 · 128/255 + 255 · 127/255.
      let half = PNG.file(width: 1, colour: 6, others: others, rows: [[100, 0, 255, 128]])
      #expect(try Self.decode(half).pixels == [177, 127, 255])
    }
    let half = PNG.file(width: 1, colour: 4, rows: [[100, 128]])
    #expect(try Self.decode(half).pixels == [177])
  }

  /// The tag's eight values, on a picture of 2×3 in which rows and columns are numbered.
  @Test(
    arguments: [
      (1, [11, 12, 13, 21, 22, 23]), (2, [13, 12, 11, 23, 22, 21]), (3, [23, 22, 21, 13, 12, 11]),
      (4, [21, 22, 23, 11, 12, 13]), (5, [11, 21, 12, 22, 13, 23]), (6, [21, 11, 22, 12, 23, 13]),
      (7, [23, 13, 22, 12, 21, 11]), (8, [13, 23, 12, 22, 11, 21]), (9, [11, 12, 13, 21, 22, 23]),
    ] as [(UInt8, [UInt8])])
  func turnsPicturesAsTheySay(orientation: UInt8, pixels: [UInt8]) throws {
    for isLittle in [true, false] {
      let tag = EXIF.data(orientation: orientation, isLittle: isLittle)
      let image = try Self.decode(
        PNG.file(
          width: 3, colour: 0, others: [("eXIf", tag)], rows: [[11, 12, 13], [21, 22, 23]]))
      #expect(image.pixels == pixels)
      #expect(image.form == ((5...8).contains(orientation) ? [3, 2, 1] : [2, 3, 1]))
    }
  }

  @Test func turnsJPEGsAsTheySay() throws {
    let stored = try Self.decode(JPEG.colour)
    let turned = try Self.decode(EXIF.jpeg(JPEG.colour, orientation: 6))
    #expect(turned.form == [24, 16, 3])
    #expect(turned == ImageOrientation.turnedRight.applied(to: stored))
    // The last stored row becomes the first column.
    #expect(Array(turned.pixels[0..<3]) == Array(stored.pixels[(15 * 24 * 3)..<(15 * 24 * 3 + 3)]))
    #expect(try Self.decode(EXIF.jpeg(JPEG.colour, orientation: 1)) == stored)
    for orientation in [0, 9, 255] as [UInt8] {
      #expect(try Self.decode(EXIF.jpeg(JPEG.colour, orientation: orientation)) == stored)
    }
  }

  /// As Pillow 13.0.0 converts it.
  @Test func convertsCMYK() throws {
    let image = try Self.decode(JPEG.cmyk)
    #expect(image.form == [16, 24, 3])
    let corners = [0, 23, 15 * 24, 16 * 24 - 1].map { Array(image.pixels[(3 * $0)..<(3 * $0 + 3)]) }
    #expect(corners == [[0, 0, 0], [207, 1, 127], [0, 0, 0], [208, 163, 73]])
  }

  @Test func refusesWhatIsNoPicture() {
    func expect(_ text: String, _ data: Data) {
      expectFailure(.badData, text, file: "f") { _ = try Self.decode(data) }
    }
    expect("neither a PNG nor a JPEG picture; take it out of the folder", Data("GIF89a".utf8))
    expect("neither a PNG nor a JPEG picture", Data())
    expect("cannot be decoded as JPEG", JPEG.colour.prefix(500))
    expect("cannot be decoded as JPEG", Data([0xff, 0xd8, 0xff]))
    let good = PNG.file(width: 2, colour: 0, rows: [[1, 2], [3, 4]])
    expect("cannot be decoded as PNG", good.prefix(50))
    var damaged = good
    damaged[45] ^= 1
    expect("cannot be decoded as PNG (", damaged)
    expect("get it again, or take it out of the folder", damaged)
    let wide = PNG.file(width: 8193, colour: 0, rows: [[]])
    expect("a picture of 1×8193, where up to 8192×8192 are read", wide)
  }

  @Test func averagesAreas() throws {
    let image = RasterImage(
      height: 2, width: 4, channels: 1, pixels: [0, 10, 20, 30, 4, 6, 8, 255])
    #expect(image.resized(height: 1, width: 2).pixels == [5, 78])  // 20/4, 313/4
    #expect(image.resized(height: 2, width: 4) == image)
    // A pixel of the new row covers a whole and a third of the old ones.
    #expect(image.resized(height: 2, width: 3).pixels == [3, 15, 28, 5, 7, 193])
    let twice = image.resized(height: 4, width: 8)
    #expect(twice.resized(height: 2, width: 4) == image)
    #expect(Array(twice.pixels.prefix(8)) == [0, 0, 10, 10, 20, 20, 30, 30])
    let colours = RasterImage(
      height: 1, width: 2, channels: 3, pixels: [0, 100, 200, 2, 102, 202])
    #expect(colours.resized(height: 1, width: 1).pixels == [1, 101, 201])
  }

  @Test func weighsColoursByLuma() {
    let colours = RasterImage(
      height: 1, width: 4, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255, 77, 77, 77])
    #expect(!colours.isGrey)
    #expect(colours.converted(toChannels: 1).pixels == [76, 150, 29, 77])
    let grey = RasterImage(height: 1, width: 2, channels: 1, pixels: [3, 200])
    #expect(grey.converted(toChannels: 3).pixels == [3, 3, 3, 200, 200, 200])
    #expect(grey.converted(toChannels: 3).isGrey)
    for level in UInt8.min ... .max {
      let flat = RasterImage(height: 1, width: 1, channels: 3, pixels: [level, level, level])
      #expect(flat.converted(toChannels: 1).pixels == [level])
    }
  }
}
