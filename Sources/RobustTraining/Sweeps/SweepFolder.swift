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
    case open
    case started
    case done
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

  /// How far a run is. Throws ``RunError/otherRecipe(_:)`` where the run there has other settings,
  /// and ``FormatError`` for damaged files.
  public func state(of run: PlannedRun) throws -> State {
    let folder = url(of: run)
    guard RunFolder.exists(at: folder) else { return .open }
    guard run.recipe.agrees(with: try RunFolder(opening: folder).recipe) else {
      throw RunError.otherRecipe(folder.relativePath)
    }
    return try SweepResult.read(from: folder) == nil ? .started : .done
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
