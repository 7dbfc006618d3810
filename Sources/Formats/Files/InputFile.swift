import Foundation

/// Reading of whole files into memory, with errors that a user can act upon.
///
/// The readers of the package get their bytes here. Foundation's own reading would give errors that
/// say little and would have no limit for pipes and devices.
///
/// The bytes are read and not mapped. A mapped file that another process cuts short ends a program
/// with a signal, and no error can be thrown for it.
package enum InputFile {
  /// The largest file that is read where the caller gives no limit: 8 GiB.
  package static let defaultLimit = 8 << 30

  /// Returns the contents of a file, a pipe or a device.
  ///
  /// - Parameters:
  ///   - url: The place of the file; symbolic links are followed.
  ///   - limit: The most bytes that are acceptable, below `Int.max`. A regular file that is larger
  ///     is refused before anything is read.
  /// - Throws: ``FormatError`` of kind `missingInput` where the file is not there, may not be read
  ///   or is a directory, and of kind `badData` where it is larger than `limit` bytes.
  /// - Complexity: O(the file's size) in time and memory; a file whose size is known is never
  ///   copied.
  package static func read(_ url: URL, limit: Int = defaultLimit) throws -> Data {
    let file = url.path
    do {
      let descriptor = try checked { open(file, O_RDONLY | O_CLOEXEC) }
      defer { close(descriptor) }
      var status = stat()
      try checked { fstat(descriptor, &status) }
      let kind = FileKind(mode: status.st_mode)
      if kind == .directory { throw SystemFailure(code: EISDIR) }
      let size = kind == .regular ? Int(status.st_size) : 0
      guard size <= limit else { throw tooLarge(file, limit) }
      return try read(descriptor, expecting: size, limit: limit, file: file)
    } catch let failure as SystemFailure {
      throw error(failure, file: file)
    }
  }

  /// Reads to the end of an open file.
  ///
  /// Its size is a first guess only, since the file may be growing, or be a pipe or a file of
  /// `/proc`, which gives no size. One byte more than the guess is asked for, so that the end is
  /// seen without making the memory larger.
  ///
  /// - Throws: ``SystemFailure``, and ``FormatError`` beyond the limit.
  private static func read(
    _ descriptor: Int32, expecting size: Int, limit: Int, file: String
  ) throws -> Data {
    var capacity = min(size, limit) + 1
    var buffer = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    var count = 0
    do {
      while true {
        let got = try checked { Self.readSome(descriptor, buffer + count, capacity - count) }
        if got == 0 { break }
        count += got
        guard count <= limit else { throw tooLarge(file, limit) }
        if count == capacity { grow(&buffer, count, to: &capacity, limit: limit) }
      }
    } catch {
      buffer.deallocate()
      throw error
    }
    return Data(
      bytesNoCopy: buffer, count: count, deallocator: .custom { pointer, _ in pointer.deallocate() }
    )
  }

  /// Calls the system's `read` for at most 1 GiB; some systems refuse to read 2 GiB at once.
  private static func readSome(
    _ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int
  ) -> Int {
    #if canImport(Darwin)
      Darwin.read(descriptor, buffer, min(count, 1 << 30))
    #elseif canImport(Glibc)
      Glibc.read(descriptor, buffer, min(count, 1 << 30))
    #else
      Musl.read(descriptor, buffer, min(count, 1 << 30))
    #endif
  }

  /// Moves what has been read into memory of at least 64 KiB and twice the size, within the limit.
  ///
  /// Doubling keeps the copying in proportion to the size of the file.
  private static func grow(
    _ buffer: inout UnsafeMutableRawPointer, _ count: Int, to capacity: inout Int, limit: Int
  ) {
    capacity = min(max(2 * capacity, 1 << 16), limit + 1)
    let larger = UnsafeMutableRawPointer.allocate(byteCount: capacity, alignment: 64)
    larger.copyMemory(from: buffer, byteCount: count)
    buffer.deallocate()
    buffer = larger
  }

  /// Returns the error for a file beyond the limit.
  private static func tooLarge(_ file: String, _ limit: Int) -> FormatError {
    .badData("larger than the \(limit) bytes that are read at most", file: file)
  }

  /// Returns the error that a failure of the system means to a user.
  private static func error(_ failure: SystemFailure, file: String) -> FormatError {
    let problem =
      switch failure.code {
      case ENOENT, ENOTDIR: "no such file"
      case EISDIR: "is a directory, not a file"
      case EACCES, EPERM: "may not be read (permission denied)"
      default: "cannot be read (\(failure.text))"
      }
    let remedy =
      failure.code == ENOENT || failure.code == ENOTDIR ? "check the path" : nil
    return FormatError(.missingInput, problem, file: file, remedy: remedy)
  }
}
