import Foundation

/// Writing of whole files that leaves either the old or the complete new contents, never a part.
///
/// Models, checkpoints, recipes and tables are all written through here, because a process may be
/// killed and a disk may fill up at any moment, and a half-written checkpoint would cost a whole
/// training run.
///
/// The new contents go into a hidden ``TemporaryFile`` in the same folder, which first takes over
/// the permissions of the old file. `fsync` brings the contents to the disk, and only then `rename`
/// gives the file its name; at last the folder is brought to the disk too, since the new name is
/// kept there. `rename` replaces a file in one step on every POSIX system, so a reader sees the old
/// file or the new one and nothing between.
///
/// Two kinds of places are treated otherwise. A symbolic link is followed, and the file that it
/// leads to is replaced. A device or a pipe, such as `/dev/stdout`, cannot be replaced and is
/// written to directly.
package enum AtomicFile {
  /// Replaces a file by `data`, or makes it.
  ///
  /// Temporary files that dead processes have left in the same folder are removed on the way.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite` for a full disk, a missing folder, missing
  ///   permissions, a directory in the file's place, a name that is too long, and any other failure
  ///   of the system. The temporary file is then gone and what was at `url` is unchanged, except
  ///   where only the last step failed: then the new contents are complete, but may not outlive a
  ///   power failure.
  package static func write(_ data: Data, to url: URL) throws {
    try write(data, to: url, using: writeSome)
  }

  /// Checks that a file can be written, as far as that can be known before a long computation.
  ///
  /// The check makes a temporary file beside the place and removes it again, so that it leaves
  /// nothing behind and does not touch a file that is there. It does not foresee a disk that fills
  /// up later.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`, as ``write(_:to:)`` would.
  package static func check(_ url: URL) throws {
    let target = url.resolvingSymlinksInPath()
    do {
      switch FileKind(path: target.path) {
      case .directory: throw SystemFailure(code: EISDIR)
      case .other: try checked { access(target.path, W_OK) }
      case .regular, nil:
        try checkName(target.path)
        try TemporaryFile(beside: target).remove()
      }
    } catch let failure as SystemFailure {
      throw error(failure, file: url.path)
    }
  }

  /// Checks that a name is not too long, which a temporary file's own name would not show.
  ///
  /// - Throws: ``SystemFailure``.
  private static func checkName(_ path: String) throws(SystemFailure) {
    var status = stat()
    guard lstat(path, &status) != 0 else { return }
    let failure = SystemFailure.last
    if failure.code == ENAMETOOLONG { throw failure }
  }

  /// A function that writes some bytes to a file descriptor and returns their count, or sets
  /// `errno` and returns a negative number.
  ///
  /// It is the system's `write`; tests put a full disk or an interrupted call in its place.
  typealias Writer = (Int32, UnsafeRawPointer, Int) -> Int

  /// Replaces a file as ``write(_:to:)`` does, with a writer in the place of the system's.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
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

  /// Writes the data into a temporary file and gives it the target's name.
  ///
  /// - Throws: ``SystemFailure``; the temporary file is removed, unless it has its name already.
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
  ///
  /// A failure passes in silence: some file systems know no permissions, and the contents matter
  /// more.
  private static func keepPermissions(of path: String, for descriptor: Int32) {
    var status = stat()
    if stat(path, &status) == 0 { fchmod(descriptor, status.st_mode & 0o777) }
  }

  /// Writes the data to a device or a pipe, which can be neither replaced nor brought to a disk.
  ///
  /// - Throws: ``SystemFailure``.
  private static func writeInPlace(_ data: Data, _ path: String, _ writer: Writer) throws {
    let descriptor = try checked { open(path, O_WRONLY | O_CLOEXEC) }
    try fill(descriptor, with: data, writer, sync: false)
  }

  /// Writes all bytes and closes the descriptor.
  ///
  /// - Parameter sync: Whether the bytes are brought to the disk before.
  /// - Throws: ``SystemFailure``, also where only closing fails: some file systems report a full
  ///   disk no earlier.
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

  /// Writes all bytes, in as many calls as the system takes for it, of at most 1 GiB each.
  ///
  /// - Throws: ``SystemFailure``; a writer that makes no headway counts as a full disk.
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

  /// Brings a file's data from the system's memory to the disk.
  ///
  /// - Throws: ``SystemFailure``.
  private static func flush(_ descriptor: Int32) throws(SystemFailure) {
    #if canImport(Darwin)
      // fsync of macOS leaves the data in the drive's cache; not every file system knows better.
      if fcntl(descriptor, F_FULLFSYNC) == 0 { return }
    #endif
    try checked { fsync(descriptor) }
  }

  /// Brings a folder's list of names to the disk, with the new name in it.
  ///
  /// - Throws: ``SystemFailure``, but not for file systems that know no such thing.
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

  /// Calls the system's `write`, whose name is that of a method here.
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

  /// Returns the error that a failure of the system means to a user, with advice where there is
  /// some.
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
