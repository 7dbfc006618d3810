import Foundation
import Testing

@testable import Formats

@Suite struct ImageTests {
  private static func decode(_ data: Data) throws -> RasterImage {
    try RasterImage(data: data, file: "f")
  }

  @Test(arguments: [1, 3])
  func readsPNGsExactly(channels: Int) throws {
    var random = Seeded(UInt64(channels))
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

  @Test func refusesWhatIsNoPicture() {
    func expect(_ text: String, _ data: Data) {
      expectFailure(.badData, text, file: "f") { _ = try Self.decode(data) }
    }
    expect("neither a PNG nor a JPEG picture; take it out of the folder", Data("GIF89a".utf8))
    expect("neither a PNG nor a JPEG picture", Data())
    expect("cannot be decoded as JPEG", JPEG.colour.prefix(500))
    expect("cannot be decoded as JPEG", Data([0xff, 0xd8, 0xff]))
    expect("its colours are CMYK", JPEG.cmyk)
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
