import Checker
import Foundation

/// certificate-check FOLDER [--model M.onnx]
let arguments = Array(CommandLine.arguments.dropFirst())
guard [1, 3].contains(arguments.count), arguments.count == 1 || arguments[1] == "--model" else {
  print("usage: certificate-check FOLDER [--model MODEL.onnx]")
  exit(64)
}
do {
  let certificates = try Certificates(contentsOf: URL(fileURLWithPath: arguments[0]))
  if arguments.count == 3 {
    try certificates.requireModel(contentsOf: URL(fileURLWithPath: arguments[2]))
  }
  let summary = try certificates.check { outcome in
    guard !outcome.holds else { return }
    print(
      "example \(outcome.index) is not proved: class \(outcome.label) exceeds "
        + "\(outcome.nearestClass) by at least \(outcome.margin) only")
  }
  print("\(summary.held) of \(summary.checked) certificates hold")
  exit(summary.held == summary.checked ? 0 : 1)
} catch {
  FileHandle.standardError.write(Data("\(error)\n".utf8))
  exit(error.kind.rawValue)
}
