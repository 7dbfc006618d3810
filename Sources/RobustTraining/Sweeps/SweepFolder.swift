import Formats
import Foundation

/// A sweep on disk: a folder for each run with its result, a lock file for each, and the table.
public struct SweepFolder: Sendable {
  public let url: URL
  public let sweep: Sweep

  public init(_ url: URL, _ sweep: Sweep) {
    self.url = url
    self.sweep = sweep
  }

  public enum State: String, Sendable {
    case open = "open   "
    case started
    case done = "done   "
  }

  /// Makes the folder where it is not there. Throws ``FormatError`` of kind `cannotWrite`.
  public func create() throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        .cannotWrite, "the folder cannot be made", file: url.path,
        remedy: "name another with --output")
    }
  }

  public func url(of run: PlannedRun) -> URL { url.appendingPathComponent(run.folder) }

  /// How far a run is. Throws ``FormatError`` for a damaged result.
  public func state(of run: PlannedRun) throws -> State {
    if try SweepResult.read(from: url(of: run)) != nil { return .done }
    return RunFolder.exists(at: url(of: run)) ? .started : .open
  }

  /// Takes a run for this process; nil where another one has it. Throws ``FormatError``.
  public func lock(_ run: PlannedRun) throws -> FileLock? {
    try FileLock(url.appendingPathComponent(".\(run.folder).lock"))
  }

  /// Of the runs that have ended. Throws ``FormatError`` for a damaged result.
  public func table() throws -> SweepTable {
    SweepTable(try sweep.runs.compactMap { try SweepResult.read(from: url(of: $0)) })
  }
}
