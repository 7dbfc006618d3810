import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

@Suite struct FileTests {
  @Test(arguments: [0, 1, 4096, 300_000])
  func readsWhatWasWritten(size: Int) throws {
    try withFolder { folder in
      var random = RandomSource(seed: UInt64(size))
      let data = Data((0..<size).map { _ in UInt8.random(in: .min ... .max, using: &random) })
      let file = folder.appendingPathComponent("file")
      try AtomicFile.write(Data("old".utf8), to: file)
      try AtomicFile.write(data, to: file)
      #expect(try InputFile.read(file) == data)
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test func goesOnAfterShortAndInterruptedWrites() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      let data = Data((0..<1000).map { UInt8(truncatingIfNeeded: $0) })
      var calls = 0
      try withoutActuallyEscaping(
        { (descriptor: Int32, bytes: UnsafeRawPointer, count: Int) -> Int in
          calls += 1
          if calls.isMultiple(of: 3) {
            errno = EINTR
            return -1
          }
          return write(descriptor, bytes, min(count, 7))
        }
      ) { try AtomicFile.write(data, to: file, using: $0) }
      #expect(calls > 150)
      #expect(try InputFile.read(file) == data)
    }
  }

  @Test(arguments: [ENOSPC, EIO, EDQUOT])
  func leavesTheOldFileWhereWritingFails(code: Int32) throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      try AtomicFile.write(Data("old".utf8), to: file)
      expectFailure(.cannotWrite, "cannot be written", file: file.path) {
        try AtomicFile.write(Data(count: 100), to: file) { descriptor, bytes, count in
          if count == 100 { return write(descriptor, bytes, 60) }
          errno = code
          return -1
        }
      }
      #expect(try InputFile.read(file) == Data("old".utf8))
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test func refusesPlacesThatCannotBeWritten() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      try AtomicFile.write(Data(), to: file)
      expectFailure(.cannotWrite, "is a directory", file: folder.path) {
        try AtomicFile.write(Data(), to: folder)
      }
      try AtomicFile.check(file)
      try AtomicFile.check(folder.appendingPathComponent("new"))
      expectFailure(.cannotWrite, "is a directory", file: folder.path) {
        try AtomicFile.check(folder)
      }
      for path in ["file/inside", "nowhere/file"] {
        let url = folder.appendingPathComponent(path)
        expectFailure(.cannotWrite, "no such folder", file: url.path) {
          try AtomicFile.write(Data(), to: url)
        }
        expectFailure(.cannotWrite, "no such folder", file: url.path) {
          try AtomicFile.check(url)
        }
      }
      let long = folder.appendingPathComponent(String(repeating: "n", count: 256))
      for body in [AtomicFile.check, { try AtomicFile.write(Data(), to: $0) }] {
        expectFailure(.cannotWrite, "choose a shorter name", file: long.path) { try body(long) }
      }
      #expect(try names(in: folder) == ["file"])
    }
  }

  @Test func followsLinksAndKeepsThem() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      let link = folder.appendingPathComponent("link")
      try AtomicFile.write(Data("old".utf8), to: file)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: file)
      try AtomicFile.write(Data("new".utf8), to: link)
      #expect(try InputFile.read(file) == Data("new".utf8))
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == file.path)
    }
  }

  @Test func keepsThePermissionsOfTheOldFile() throws {
    try withFolder { folder in
      let file = folder.appendingPathComponent("file")
      try AtomicFile.write(Data("old".utf8), to: file)
      chmod(file.path, 0o600)
      try AtomicFile.write(Data("new".utf8), to: file)
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
      #expect(try InputFile.read(file) == Data("new".utf8))
    }
  }

  #if os(Linux)
    @Test func reportsAFullDevice() {
      let full = URL(fileURLWithPath: "/dev/full")
      expectFailure(.cannotWrite, "disk full", file: "/dev/full") {
        try AtomicFile.write(Data(count: 10), to: full)
      }
      #expect(FileKind(path: "/dev/full") == .other)
    }

    @Test func readsFilesThatDoNotTellTheirSize() throws {
      let status = try InputFile.read(URL(fileURLWithPath: "/proc/self/status"))
      #expect(status.starts(with: Data("Name:".utf8)))
    }

    /// Memory is a regular file for the system, but has no end, and nothing at its beginning.
    @Test func failuresOfTheSystemNameTheFile() {
      expectFailure(.missingInput, "cannot be read", file: "/proc/self/mem") {
        _ = try InputFile.Opened(URL(fileURLWithPath: "/proc/self/mem"))
      }
    }
  #endif

  @Test func refusesWhatCannotBeRead() throws {
    try withFolder { folder in
      let nowhere = folder.appendingPathComponent("nowhere")
      expectFailure(.missingInput, "no such file; check the path", file: nowhere.path) {
        _ = try InputFile.read(nowhere)
      }
      expectFailure(.missingInput, "is a directory", file: folder.path) {
        _ = try InputFile.read(folder)
      }
      let large = folder.appendingPathComponent("large")
      try AtomicFile.write(Data(count: 11), to: large)
      expectFailure(.badData, "larger than the 10 bytes", file: large.path) {
        _ = try InputFile.read(large, limit: 10)
      }
      #expect(try InputFile.read(large, limit: 11).count == 11)
      expectFailure(.badData, "larger than the 99 bytes", file: "/dev/zero") {
        _ = try InputFile.read(URL(fileURLWithPath: "/dev/zero"), limit: 99)
      }
    }
  }

  /// What was found stays as it is, to the byte; only what follows the last line end goes.
  @Test func partialLinesAreNeverRewritten() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("lines")
      let partial = url.appendingPathExtension("partial")
      // A byte that is no UTF-8 would not survive being read and written again.
      let whole = Data("subject\none\n\n".utf8) + [0xff, 0x0a]
      try (whole + Data("tor".utf8)).write(to: partial)
      let found = try PartialLines(for: url, about: "subject").found
      #expect(found == ["one", "", "\u{fffd}"])
      #expect(try Data(contentsOf: partial) == whole)
      try PartialLines(for: url, about: "subject").append(["two", "three"])
      #expect(try Data(contentsOf: partial) == whole + Data("two\nthree\n".utf8))
      expectFailure(.badData, "holds the beginning of other results", file: partial.path) {
        _ = try PartialLines(for: url, about: "other")
      }
      // Without one whole line not even the subject is there.
      try Data("subj".utf8).write(to: partial)
      #expect(try PartialLines(for: url, about: "subject").found.isEmpty)
      #expect(try Data(contentsOf: partial) == Data("subject\n".utf8))
    }
  }

  @Test func quotesFieldsOfCSVThatNeedIt() {
    #expect(
      CSV.line(["a", "b, c", "say \"so\"", "two\nlines", ""])
        == "a,\"b, c\",\"say \"\"so\"\"\",\"two\nlines\",\n")
    // A quotation mark under an accent, and a comma under one.
    #expect(CSV.line(["\"\u{301}", ",\u{301}", "a|b"]) == "\"\"\"\u{301}\",\",\u{301}\",a|b\n")
  }
}
