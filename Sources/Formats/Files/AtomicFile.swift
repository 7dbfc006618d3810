import Foundation

/// Writing of whole files that leaves either the old or the complete new contents, never a part.
package enum AtomicFile {
  /// Replaces a file by `data`: a temporary file in the same folder, fsync, rename, fsync of the
  /// folder. Temporary files that a process has left there by dying are removed.
  ///
  /// A symbolic link is followed, a device or a pipe written to as it is. Throws ``FormatError`` of
  /// kind `cannotWrite`; the temporary file is then gone and what was at `url` is unchanged, except
  /// where only the last step failed: then the new contents are complete, but may not outlive a
  /// power failure.
  package static func write(_ data: Data, to url: URL) throws {
    try write(data, to: url, using: writeSome)
  }

  /// Throws what ``write(_:to:)`` would, as far as that can be known before a long computation;
  /// leaves nothing behind.
  package static func check(_ url: URL) throws {
    let target = url.resolvingSymlinksInPath()
    do {
      switch FileKind(path: target.path) {
      case .directory: throw SystemFailure(code: EISDIR)
      case .other: try checked { access(target.path, W_OK) }
      case .regular, nil:
        try TemporaryFile(beside: target).remove()
      }
    } catch let failure as SystemFailure {
      throw error(failure, file: url.path)
    }
  }

  /// Writes some bytes to a file descriptor and returns their count, or sets errno and returns a
  /// negative number; tests put a full disk in its place.
  typealias Writer = (Int32, UnsafeRawPointer, Int) -> Int

  static func write(_ data: Data, to url: URL, using writer: Writer) throws {
    let target = url.resolvingSymlinksInPath()
    do {
      switch FileKind(path: target.path) {
      case .directory: throw SystemFailure(code: EISDIR)
      case .other: try writeInPlace(data, target.path, writer)
      case .regular, nil: try replace(data, target, writer)
      }
    } catch let failure as SystemFailure {
      throw error(failure, file: url.path)
    }
  }

  private static func replace(_ data: Data, _ target: URL, _ writer: Writer) throws {
    let temporary = try TemporaryFile(beside: target)
    do {
      keepPermissions(of: target.path, for: temporary.descriptor)
      // The copy is closed after the data; the lock stays until the file has its own name.
      let copy = try checked { dup(temporary.descriptor) }
      try fill(copy, with: data, writer, sync: true)
      try temporary.rename(to: target.path)
    } catch {
      temporary.remove()
      throw error
    }
    try syncFolder(target.deletingLastPathComponent().path)
  }

  /// Gives the new file the old one's permissions, so that a private file stays private.
  private static func keepPermissions(of path: String, for descriptor: Int32) {
    var status = stat()
    if stat(path, &status) == 0 { fchmod(descriptor, status.st_mode & 0o777) }
  }

  private static func writeInPlace(_ data: Data, _ path: String, _ writer: Writer) throws {
    let descriptor = try checked { open(path, O_WRONLY | O_CLOEXEC) }
    try fill(descriptor, with: data, writer, sync: false)
  }

  /// Writes all bytes and closes the descriptor, whose own result counts too: some file systems
  /// report a full disk no earlier.
  private static func fill(
    _ descriptor: Int32, with data: Data, _ writer: Writer, sync: Bool
  ) throws {
    do {
      try data.withUnsafeBytes { try writeAll($0, to: descriptor, writer) }
      if sync { try flush(descriptor) }
    } catch {
      close(descriptor)
      throw error
    }
    if close(descriptor) != 0 && errno != EINTR { throw SystemFailure.last }
  }

  private static func writeAll(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ writer: Writer
  ) throws(SystemFailure) {
    guard let base = bytes.baseAddress else { return }
    var done = 0
    while done < bytes.count {
      let count = try checked { writer(descriptor, base + done, min(bytes.count - done, 1 << 30)) }
      if count == 0 { throw SystemFailure(code: ENOSPC) }
      done += count
    }
  }

  private static func flush(_ descriptor: Int32) throws(SystemFailure) {
    #if canImport(Darwin)
      // fsync of macOS leaves the data in the drive's cache; not every file system knows better.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    try checked { fsync(descriptor) }
  }

  private static func syncFolder(_ path: String) throws(SystemFailure) {
    let descriptor = try checked { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    defer { close(descriptor) }
    do {
      try checked { fsync(descriptor) }
    } catch {
      // Network file systems that cannot sync a folder say so with these; the file is complete.
      if error.code != EINVAL && error.code != ENOTSUP { throw error }
    }
  }

  private static func writeSome(
    _ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int
  ) -> Int {
    #if canImport(Darwin)
      Darwin.write(descriptor, bytes, count)
    #elseif canImport(Glibc)
      Glibc.write(descriptor, bytes, count)
    #else
      Musl.write(descriptor, bytes, count)
    #endif
  }

  private static func error(_ failure: SystemFailure, file: String) -> FormatError {
    let (problem, remedy): (String, String?) =
      switch failure.code {
      case ENOSPC, EDQUOT: ("cannot be written (disk full)", "free some space and try again")
      case ENOENT, ENOTDIR: ("cannot be written (no such folder)", "make the folder first")
      case EACCES, EPERM: ("cannot be written (permission denied)", nil)
      case EISDIR: ("cannot be written (is a directory)", "name a file inside it")
      case ENAMETOOLONG: ("cannot be written (\(failure.text))", "choose a shorter name")
      default: ("cannot be written (\(failure.text))", nil)
      }
    return FormatError(.cannotWrite, problem, file: file, remedy: remedy)
  }
}
