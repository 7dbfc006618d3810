import Foundation
import Testing

/// Python with some packages, for comparisons with other systems; nil where it is not there.
public struct Python: Sendable {
  private let executable: String

  /// The first of `$CROWNWORK_PYTHON` and `python3` that can import the modules.
  public init?(importing modules: [String]) {
    let given = ProcessInfo.processInfo.environment["CROWNWORK_PYTHON"]
    for executable in [given, "python3"].compactMap({ $0 }) {
      let candidate = Python(executable: executable)
      let imports = "import " + modules.joined(separator: ", ")
      guard (try? candidate.run(imports))?.status == 0 else { continue }
      self = candidate
      return
    }
    return nil
  }

  /// One that runs ONNX models, and why a test without it is skipped.
  public static let withONNXRuntime = Python(importing: ["numpy", "onnx", "onnxruntime"])
  public static let needsONNXRuntime: Comment =
    "needs Python with onnx and onnxruntime; set CROWNWORK_PYTHON to one"

  private init(executable: String) { self.executable = executable }

  /// Runs a program with arguments.
  public func run(
    _ program: String, _ arguments: [String] = []
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [executable, "-c", program] + arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }
}
