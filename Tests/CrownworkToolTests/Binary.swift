import Foundation
import Testing

/// The built tool, beside the tests.
struct Binary {
  /// What a run of it left.
  struct Result {
    let code: Int32
    let output: String
    let errors: String
  }

  static var url: URL {
    #if canImport(Darwin)
      let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }
      let folder = bundle?.bundleURL.deletingLastPathComponent() ?? Bundle.main.bundleURL
    #else
      let folder = Bundle.main.bundleURL
    #endif
    return folder.appendingPathComponent("crownwork")
  }

  let folder: URL

  /// Starts it in the folder, where its home is too, on one thread.
  func start(
    _ arguments: [String], output: URL? = nil, errors: URL? = nil, columns: Int? = nil
  ) throws -> Process {
    let process = Process()
    process.executableURL = Self.url
    process.arguments = arguments
    process.currentDirectoryURL = folder
    var environment = ProcessInfo.processInfo.environment
    environment["HOME"] = folder.path
    environment["OMP_NUM_THREADS"] = "1"
    for key in ["CROWNWORK_DATA", "XDG_CACHE_HOME"] { environment[key] = nil }
    environment["COLUMNS"] = columns.map(String.init)
    process.environment = environment
    process.standardOutput = try output.map(Self.handle) ?? FileHandle.nullDevice
    process.standardError = try errors.map(Self.handle) ?? FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    try process.run()
    return process
  }

  /// Runs it to its end.
  func run(_ arguments: String...) throws -> Result { try run(arguments) }

  /// The same on a terminal of so many columns.
  func run(_ arguments: [String], columns: Int? = nil) throws -> Result {
    let files = try (0..<2).map { _ in
      let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("crownwork-\(UUID().uuidString)")
      try Data().write(to: file)
      return file
    }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    let process = try start(arguments, output: files[0], errors: files[1], columns: columns)
    process.waitUntilExit()
    return Result(
      code: process.terminationStatus, output: try String(contentsOf: files[0], encoding: .utf8),
      errors: try String(contentsOf: files[1], encoding: .utf8))
  }

  private static func handle(_ url: URL) throws -> FileHandle {
    try FileHandle(forWritingTo: url)
  }

  /// Expects failure with one line on the standard error that holds `text`, and nothing on the
  /// standard output.
  func expectFailure(
    _ code: Int32, _ text: String, _ arguments: [String],
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let result = try run(arguments)
    let shown = "\(arguments): \(result.code) \(result.errors)"
    #expect(result.code == code, "\(shown)", sourceLocation: sourceLocation)
    #expect(result.output.isEmpty, "\(shown)", sourceLocation: sourceLocation)
    #expect(
      result.errors.hasPrefix("crownwork: ") && result.errors.contains(text), "\(shown)",
      sourceLocation: sourceLocation)
    #expect(
      result.errors.split(separator: "\n").count == 1 && result.errors.hasSuffix("\n"),
      "\(shown)", sourceLocation: sourceLocation)
  }

  /// A tool in a folder of its own, removed afterwards.
  static func inFolder<Value>(_ body: (Binary) throws -> Value) throws -> Value {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("crownwork-\(UUID().uuidString)", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(Binary(folder: folder))
  }

  /// Paths of everything in the folder.
  var contents: [String] {
    get throws { try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted() }
  }

  func data(_ path: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(path))
  }

  /// Settings with which training takes a moment.
  static let tiny = [
    "--width", "1", "--hidden", "16", "--epochs", "3", "--batch-size", "128", "--ramp-start", "0",
    "--ramp-length", "2",
  ]
}
