import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

/// Arrays, pictures and folders that are written.
@Suite struct PictureWritingTests {
  @Test(arguments: [(1, 1, 1), (3, 5, 1), (28, 28, 1), (32, 17, 3), (64, 1, 3)])
  func picturesReadBackAsTheyWere(height: Int, width: Int, channels: Int) throws {
    var random = RandomSource(seed: UInt64(height))
    let pixels = (0..<height * width * channels).map { _ in
      UInt8.random(in: .min ... .max, using: &random)
    }
    let picture = PNGPicture(height: height, width: width, channels: channels, pixels: pixels)
    let image = try RasterImage(data: picture.data(), file: "f")
    #expect(image.height == height && image.width == width && image.channels == channels)
    #expect(image.pixels == pixels)
  }

  @Test(arguments: [
    ([], "()"), ([0, 28, 28, 1], "(0, 28, 28, 1)"), ([3], "(3,)"), ([2, 3], "(2, 3)"),
  ])
  func arraysAreWhatNumPyWrites(shape: [Int], text: String) {
    let count = shape.reduce(1, *)
    let scalars = (0..<count).map { Float($0) - 0.7 }
    let bytes = [UInt8](NPYArray(shape: shape, scalars: scalars).data)
    let front = [0x93] + Array("NUMPY".utf8) + [1, 0]
    #expect(bytes.starts(with: front))
    let length = Int(bytes[8]) | Int(bytes[9]) << 8
    #expect((10 + length).isMultiple(of: 64) && bytes.count == 10 + length + 4 * count)
    let header = String(decoding: bytes[10..<10 + length], as: UTF8.self)
    let literal = "{'descr': '<f4', 'fortran_order': False, 'shape': \(text), }"
    #expect(header.hasPrefix(literal) && header.hasSuffix("\n"))
    #expect(header.dropFirst(literal.count).dropLast().allSatisfy { $0 == " " })
    let words = bytes.dropFirst(10 + length).map(UInt32.init)
    let read = stride(from: words.startIndex, to: words.endIndex, by: 4).map { start in
      Float(bitPattern: (0..<4).reduce(0) { $0 | words[start + $1] << UInt32(8 * $1) })
    }
    #expect(read == scalars)
  }

  @Test func foldersAreWholeOrNotThere() throws {
    struct Stop: Error {}
    try withFolder { folder in
      let place = folder.appendingPathComponent("new")
      try NewFolder.check(place)
      #expect(throws: Stop.self) {
        try NewFolder.write(to: place) {
          try NewFolder.write(Data("a".utf8), as: "a", in: $0)
          throw Stop()
        }
      }
      #expect(try names(in: folder) == [])
      for _ in 0..<2 {
        try NewFolder.write(to: place) { try NewFolder.write(Data("b".utf8), as: "b", in: $0) }
        #expect(try names(in: folder) == ["new"])
        #expect(try names(in: place) == ["b"])
        // What is in a folder stays.
        #expect(throws: FormatError.self) { try NewFolder.check(place) }
        #expect(throws: FormatError.self) {
          try NewFolder.write(to: place) { try NewFolder.write(Data(), as: "c", in: $0) }
        }
        #expect(try names(in: folder) == ["new"] && names(in: place) == ["b"])
        try FileManager.default.removeItem(at: place.appendingPathComponent("b"))
        try NewFolder.check(place)
      }
      for (path, problem) in [("none/new", "no such folder"), ("file", "no folder")] {
        try Data().write(to: folder.appendingPathComponent("file"))
        do {
          try NewFolder.check(folder.appendingPathComponent(path))
          Issue.record("\(path) passes")
        } catch let error as FormatError {
          #expect(error.kind == .cannotWrite && error.problem.contains(problem))
        }
      }
    }
  }
}
