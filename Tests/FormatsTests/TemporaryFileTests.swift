import Foundation
import Testing
import _TestSupport

@testable import Formats

/// What is written goes through a file of a short name, which outlives no process for long.
@Suite struct TemporaryFileTests {
  @Test(arguments: ["a", "model.safetensors", "", "ä", "猫", "👩‍👩‍👧‍👦", "e\u{301}"])
  func namesAreShort(start: String) {
    for count in [1, 5, 40, 250] {
      let name = TemporaryFile.name(for: String(repeating: start, count: count))
      #expect(name.utf8.count <= 143 && name.hasPrefix(".") && name.hasSuffix(".tmp"))
      #expect(name.decomposedStringWithCanonicalMapping.utf8.count <= 143)
    }
    #expect(TemporaryFile.name(for: start) != TemporaryFile.name(for: start))
  }

  @Test(arguments: [String(repeating: "v", count: 255), String(repeating: "猫", count: 85)])
  func filesOfTheLongestNamesAreWritten(name: String) throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent(name)
      try AtomicFile.check(file)
      try AtomicFile.write(Data("all".utf8), to: file)
      #expect(try InputFile.read(file) == Data("all".utf8))
      #expect(try names(in: folder) == [name])
      let longer = folder.appendingPathComponent(name + "v")
      expectFailure(.cannotWrite, "choose a shorter name", file: longer.path) {
        try AtomicFile.write(Data(), to: longer)
      }
    }
  }

  @Test func whatTheDeadLeftIsRemoved() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      let live = try TemporaryFile(beside: file)
      let dead = try TemporaryFile(beside: file)
      // The end of a process closes what it has open.
      close(dead.descriptor)
      let others = [
        ".file.tmp", ".0123456789abc.tmp", "0123456789abc.crownwork.tmp", ".crownwork.tmp",
      ]
      for name in others { try Data().write(to: folder.appendingPathComponent(name)) }
      #expect(FileManager.default.fileExists(atPath: dead.path))
      try AtomicFile.write(Data("new".utf8), to: file)
      #expect(!FileManager.default.fileExists(atPath: dead.path))
      #expect(FileManager.default.fileExists(atPath: live.path))
      #expect(try names(in: folder).count == others.count + 2)
      try live.rename(to: file.path)
      #expect(try names(in: folder) == (others + ["file"]).sorted())
      #expect(try InputFile.read(file).isEmpty)
    }
  }

  /// Writers remove each other's leavings, never what another one is writing.
  @Test func manyWritersDoNotHinderEachOther() async throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("crownwork-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<8 {
        group.addTask {
          for round in 0..<40 {
            let file = folder.appendingPathComponent("\(writer % 4)")
            try AtomicFile.write(Data("\(writer) \(round)".utf8), to: file)
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try names(in: folder) == ["0", "1", "2", "3"])
  }
}
