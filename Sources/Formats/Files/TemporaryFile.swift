import Foundation

/// A new hidden file beside the one that it is to become, locked as long as its process lives.
///
/// The lock says whose the file is: the system releases it however a process ends, so that what a
/// dead one left can be told from what a live one is writing, also where several machines share
/// the folder and its locks.
struct TemporaryFile {
  let path: String
  /// Open for writing, until ``rename(to:)`` or ``remove()``.
  let descriptor: Int32

  private static let ending = ".crownwork.tmp"
  /// The random part of a name: 64 bits in base 36.
  private static let digits = 13

  /// Makes the file and removes those that dead processes have left in the same folder.
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
  func rename(to target: String) throws(SystemFailure) {
    try checked { Self.move(path, target) }
    close(descriptor)
  }

  /// The system's function of the name that the method above has too.
  private static func move(_ path: String, _ target: String) -> Int32 {
    #if canImport(Darwin)
      Darwin.rename(path, target)
    #elseif canImport(Glibc)
      Glibc.rename(path, target)
    #else
      Musl.rename(path, target)
    #endif
  }

  func remove() {
    unlink(path)
    close(descriptor)
  }

  /// A hidden name that begins as the target's: at most 143 bytes, which every file system takes,
  /// also after it has decomposed accented letters.
  static func name(for target: String) -> String {
    var start = ""
    for scalar in target.unicodeScalars where start.utf8.count < 36 {
      start.unicodeScalars.append(scalar)
    }
    let random = String(UInt64.random(in: .min ... .max), radix: 36)
    let zeros = String(repeating: "0", count: digits - random.count)
    return ".\(start).\(zeros)\(random)\(ending)"
  }

  /// Whether a name is one of ``name(for:)``.
  private static func isTemporary(_ name: String) -> Bool {
    guard name.hasPrefix("."), name.hasSuffix(ending) else { return false }
    let parts = name.dropLast(ending.count).split(separator: ".")
    return parts.last?.utf8.count == digits
  }

  /// Removes the temporary files in a folder whose processes are gone; never those of a live one.
  static func removeAbandoned(in folder: URL) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    for name in names where isTemporary(name) {
      let path = folder.appendingPathComponent(name).path
      let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
      guard descriptor >= 0 else { continue }
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { unlink(path) }
      close(descriptor)
    }
  }
}

extension AtomicFile {
  /// Removes what processes that died while they wrote have left in a folder.
  package static func removeAbandoned(in folder: URL) { TemporaryFile.removeAbandoned(in: folder) }
}
