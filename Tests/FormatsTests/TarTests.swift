import Foundation
import Testing
import _TestSupport

@testable import Formats

@Suite struct TarTests {
  /// A member with a header of its own making.
  static func member(
    _ path: String, _ contents: Data, prefix: String = "", type: Character = "0",
    magic: String = "ustar\u{0}00"
  ) -> Data {
    func field(_ text: String, _ count: Int) -> [UInt8] {
      Array(text.utf8) + [UInt8](repeating: 0, count: count - text.utf8.count)
    }
    let size = String(contents.count, radix: 8)
    var header = field(path, 100) + field("0000644", 8) + field("0", 8) + field("0", 8)
    header += field(String(repeating: "0", count: 11 - size.count) + size, 12) + field("0", 12)
    header += field("        ", 8) + [type.asciiValue!] + field("", 100) + field(magic, 88)
    header += field(prefix, 155) + field("", 12)
    let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
    header.replaceSubrange(148..<156, with: field(sum, 7) + [32])
    let padding = (512 - contents.count % 512) % 512
    return Data(header) + contents + Data(count: padding)
  }

  static let archive =
    member("folder/", Data(), type: "5") + member("folder/a", Data(1...9))
    + member("b", Data(count: 512), prefix: "long/folder") + member("x", Data(7...8), type: "x")
    + member("folder/a", Data(3...4)) + Data(count: 1024)

  @Test func filesAreFoundByTheirPaths() throws {
    let tar = try TarArchive(Self.archive, file: "t")
    #expect(tar.contents(of: "folder/a") == Data(3...4))
    #expect(tar.contents(of: "long/folder/b") == Data(count: 512))
    for path in ["folder/", "x", "b", ""] { #expect(tar.contents(of: path) == nil) }
    // Data that are a part of others count from where they begin.
    let part = (Data(count: 3) + Self.archive).dropFirst(3)
    #expect(try TarArchive(part, file: "t").contents(of: "folder/a") == Data(3...4))
  }

  /// GNU's tar keeps times where POSIX has the beginning of a path.
  @Test func timesAreNoPaths() throws {
    let member = Self.member("a", Data(1...9), prefix: "14763320000", magic: "ustar  ")
    let tar = try TarArchive(member + Data(count: 1024), file: "t")
    #expect(tar.contents(of: "a") == Data(1...9))
  }

  @Test func damageIsNamed() throws {
    for (data, text) in [
      (Self.archive.prefix(1100), "t: byte 1536: the archive ends too early"),
      (Self.archive.prefix(1024), "t: byte 512: the archive ends too early"),
      (Self.archive.prefix(512), "t: byte 512: the archive ends too early"),
      (Data(repeating: 1, count: 512), "t: byte 0: no header of a tar archive"),
    ] {
      expectFailure(.badData, text, file: "t") { _ = try TarArchive(data, file: "t") }
    }
  }
}
