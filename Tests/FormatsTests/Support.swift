import Foundation
import Testing

@testable import Formats

/// A generator whose numbers depend on its seed only (SplitMix64).
struct Seeded: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

enum Fixture {
  static func url(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("Fixtures").appendingPathComponent(name)
  }
}

/// A folder of its own for a test, removed after it.
func withFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appendingPathComponent("crownwork-\(UUID().uuidString)", isDirectory: true)
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

func names(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// Checks that `body` fails with an error of one line that names the file and holds `text`.
func expectFailure(
  _ kind: FormatError.Kind, _ text: String, file: String,
  sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("no error, expected: \(text)", sourceLocation: sourceLocation)
  } catch let error as FormatError {
    let line = error.description
    #expect(error.kind == kind, sourceLocation: sourceLocation)
    #expect(line.hasPrefix(file), "\(line)", sourceLocation: sourceLocation)
    #expect(line.contains(text), "\(line)", sourceLocation: sourceLocation)
    #expect(!line.contains { $0.isNewline }, "\(line)", sourceLocation: sourceLocation)
  } catch {
    Issue.record("an error of another type: \(error)", sourceLocation: sourceLocation)
  }
}

/// Random damage: bytes changed, cut off, repeated, put in or taken out.
func mutated(_ data: [UInt8], using random: inout Seeded) -> [UInt8] {
  var bytes = data
  for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
    let at = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes.removeSubrange(at...)
    case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: at)
    case 4: bytes.remove(at: at)
    default: bytes += bytes[at..<min(at + 9, bytes.count)]
    }
  }
  return bytes
}
