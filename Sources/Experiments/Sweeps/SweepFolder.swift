import Formats
import Foundation

/// A sweep on disk: a folder for each run with its result, and the table of all that the folder
/// holds, whichever command added them.
///
/// The runs are ordinary ones (``RunFolder``), each with a lock that the system releases when its
/// process ends. So a sweep needs no coordinator and has no state but its folders: any number of
/// processes may work on it, and each takes runs that no other one has. A sweep that was stopped is
/// continued by the same call.
package struct SweepFolder: Sendable {
  /// The place of the folder.
  package let url: URL
  /// The sweep whose runs are kept in it.
  package let sweep: Sweep

  /// Describes the folder of a sweep; ``create()`` makes it.
  package init(_ url: URL, _ sweep: Sweep) {
    self.url = url
    self.sweep = sweep
  }

  /// How far a run is.
  package enum State: String, Sendable {
    /// Nothing is there, or only the note that it could not be trained.
    case open
    /// The run has begun, here or in another process, and has no result yet.
    case started
    /// The run has ended and has its result.
    case done
  }

  /// Makes the folder where it is not there.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func create() throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw FormatError(
        .cannotWrite, "the folder cannot be made", file: url.path,
        remedy: "name another one")
    }
  }

  /// Returns the place of a run's folder.
  package func url(of run: PlannedRun) -> URL { url.appendingPathComponent(run.folder) }

  /// Returns how far a run is.
  ///
  /// - Throws: ``RunError/otherRecipe(_:_:)`` where the run in its folder has other settings than
  ///   the sweep asks for, so that results of two experiments are never mixed; ``FormatError`` and
  ///   ``RecipeError`` for damaged files.
  package func state(of run: PlannedRun) throws -> State {
    let folder = url(of: run)
    guard RunFolder.exists(at: folder) else { return .open }
    let recipe = try RunFolder(opening: folder).recipe
    let differences = recipe.differences(from: run.recipe.settled(like: recipe))
    guard differences.isEmpty else {
      throw RunError.otherRecipe(folder.relativePath, differences)
    }
    return try SweepResult.read(from: folder) == nil ? .started : .done
  }

  /// Opens a run for this process, at its start or where it was left.
  ///
  /// - Parameters:
  ///   - run: A run of the sweep.
  ///   - recipe: Its recipe, resolved for its data.
  /// - Returns: nil where another process has the run, or has ended it.
  /// - Throws: ``RunError/otherRecipe(_:_:)`` as ``state(of:)`` does; ``FormatError`` and
  ///   ``RecipeError``.
  package func take(_ run: PlannedRun, _ recipe: Recipe) throws -> RunFolder? {
    let folder = url(of: run)
    do {
      let taken =
        RunFolder.exists(at: folder)
        ? try RunFolder(resuming: folder)
        // A result without a run is that of one that could not be trained.
        : try RunFolder(
          creating: folder, recipe: recipe,
          replacing: [SweepResult.url(in: folder).lastPathComponent])
      // Asked only with the lock held: until then another process might still have ended the run.
      return try state(of: run) == .done ? nil : taken
    } catch RunError.inUse {
      return nil
    } catch RunError.exists where RunFolder.exists(at: folder) {
      // Another process has begun it in the meantime.
      return nil
    }
  }

  /// Notes that a run cannot be trained, where nothing was trained of it. The note is a result with
  /// a failure, so that the table shows it; the run is tried again by the next call.
  ///
  /// - Throws: ``FormatError`` of kind `cannotWrite`.
  package func note(_ failure: String, of run: PlannedRun) throws {
    let folder = url(of: run)
    guard !RunFolder.exists(at: folder) else { return }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try SweepResult(run, failure: failure).write(to: folder)
  }

  /// Returns the table of all runs in the folder that have ended: those of this sweep in its order,
  /// together with those that other commands have added. Results of one model and setting stand
  /// together, by seed.
  ///
  /// - Throws: ``FormatError`` for a damaged result.
  package func table() throws -> SweepTable {
    let own = sweep.runs.map(\.folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    let others = Set(names.filter { !$0.hasPrefix(".") }).subtracting(own).sorted()
    let results = try (own + others).compactMap {
      try SweepResult.read(from: url.appendingPathComponent($0))
    }
    var order: [[String]] = []
    for result in results where !order.contains(result.kind) { order.append(result.kind) }
    return SweepTable(
      order.flatMap { kind in
        results.filter { $0.kind == kind }.sorted { $0.seed < $1.seed }
      })
  }

  /// Writes `table.md`, `table.csv` and `table.json`, one process at a time, so that none puts an
  /// older table over a newer one.
  ///
  /// - Returns: The table as it was written.
  /// - Throws: ``FormatError`` for a damaged result, and of kind `cannotWrite`.
  @discardableResult
  package func writeTable() throws -> SweepTable {
    let lock = try FileLock(waitingFor: url.appendingPathComponent(".table.lock"))
    defer { withExtendedLifetime(lock) {} }
    let table = try table()
    try table.write(to: url)
    return table
  }
}
