import Formats
import Testing

/// Checks that `body` fails with an error of one line that names the file and holds `text`.
package func expectFailure(
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
