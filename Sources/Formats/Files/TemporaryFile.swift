import Foundation

/// A new hidden file beside the one that it is to become, locked as long as its process lives.
///
/// ``AtomicFile`` writes into it and then gives it the target's name. It is in the same folder,
/// since a file can be renamed within one file system only.
///
/// The lock says whose the file is. The system releases it however a process ends, so that what a
/// dead process left can be distinguished from what a live one is writing, also where several
/// machines share the folder and its locks. Names alone could not do that: a process number may
/// belong to another process by now, or to another machine.
///
/// The value must be ended exactly once, with ``rename(to:)`` or ``remove()``. Both close the
/// descriptor, and the lock goes with it.
struct TemporaryFile {
  /// The path of the temporary file.
  let path: String
  /// The open file, for writing, until ``rename(to:)`` or ``remove()``.
  let descriptor: Int32

  /// What the names of all temporary files end with.
  private static let ending = ".crownwork.tmp"
  /// The number of characters of the random part of a name: 64 bits in base 36.
  private static let digits = 13

  /// Makes the file and locks it, and removes files that dead processes have left in the same
  /// folder.
  ///
  /// - Parameter target: The file that it is to become, which need not exist.
  /// - Throws: ``SystemFailure`` where the file cannot be made, for instance because the folder is
  ///   missing or may not be written to.
  init(beside target: URL) throws(SystemFailure) {
    let folder = target.deletingLastPathComponent()
    let name = target.lastPathComponent
    var made: (String, Int32)?
    // Another process may take the file for an abandoned one until it is locked.
    while made == nil {
      made = try Self.locked(folder.appendingPathComponent(Self.name(for: name)))
    }
    (path, descriptor) = made!
    Self.removeAbandoned(in: folder)
  }

  /// Makes a file of a new name and locks it.
  ///
  /// - Returns: Its path and descriptor; nil where another process took it for an abandoned one and
  ///   locked or removed it in the moment before the lock.
  /// - Throws: ``SystemFailure`` where the file cannot be made.
  private static func locked(_ url: URL) throws(SystemFailure) -> (String, Int32)? {
    let path = url.path
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
    let descriptor = try checked { open(path, flags, 0o666) }
    var status = stat()
    let isLocked = flock(descriptor, LOCK_EX | LOCK_NB) == 0
    // Where the file system knows no locks, nobody can take the file for an abandoned one.
    let isTaken = !isLocked && errno == EWOULDBLOCK
    if !isTaken, fstat(descriptor, &status) == 0, status.st_nlink > 0 { return (path, descriptor) }
    close(descriptor)
    return nil
  }

  /// Gives the file its final name, whose old file is replaced, and closes it.
  ///
  /// - Throws: ``SystemFailure`` where the system refuses; the file is then still open and locked.
  func rename(to target: String) throws(SystemFailure) {
    try checked { Self.move(path, target) }
    close(descriptor)
  }

  /// Calls the system's `rename`, whose name is that of the method above.
  private static func move(_ path: String, _ target: String) -> Int32 {
    #if canImport(Darwin)
      Darwin.rename(path, target)
    #elseif canImport(Glibc)
      Glibc.rename(path, target)
    #else
      Musl.rename(path, target)
    #endif
  }

  /// Removes the file and closes it.
  func remove() {
    unlink(path)
    close(descriptor)
  }

  /// Returns a new hidden name that begins as the target's does.
  ///
  /// The start lets a user see what the file was to become. The name has at most 143 bytes, which
  /// every file system takes, also after it has decomposed accented letters.
  static func name(for target: String) -> String {
    var start = ""
    for scalar in target.unicodeScalars where start.utf8.count < 36 {
      start.unicodeScalars.append(scalar)
    }
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    let zeros = String(repeating: "0", count: digits - random.count)
    return ".\(start).\(zeros)\(random)\(ending)"
  }

  /// Whether a name has the form that ``name(for:)`` gives: a dot in front, the ending, and a
  /// random part of the right length before it.
  private static func isTemporary(_ name: String) -> Bool {
    guard name.hasPrefix("."), name.hasSuffix(ending) else { return false }
    let parts = name.dropLast(ending.count).split(separator: ".")
    return parts.last?.utf8.count == digits
  }

  /// Removes the temporary files in a folder whose processes are gone, and never those of a live
  /// one.
  ///
  /// A file is abandoned if its lock can be taken. Files that cannot be opened, and folders that
  /// cannot be listed, are passed over.
  static func removeAbandoned(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where isTemporary(name) {
      let path = folder.appendingPathComponent(name).path
      // Neither a link nor a pipe of such a name may lead elsewhere or make this wait.
      let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }
}

extension AtomicFile {
  /// Removes temporary files that processes that died while they wrote have left in a folder.
  ///
  /// ``write(_:to:)`` does this by itself in the folder of its file. Whoever opens a folder of
  /// results may call it to tidy up early. Files of processes that still write are left alone.
  package static func removeAbandoned(in folder: URL) { TemporaryFile.removeAbandoned(in: folder) }
}
