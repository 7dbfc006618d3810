import Crownwork
import Foundation
import Testing

@Suite struct ReadmeTests {
  private var root: URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
  }

  @Test func showsTheExampleThatIsTested() throws {
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let source = try String(
      contentsOf: root.appending(path: "Tests/CrownworkTests/ReadmeExample.swift"), encoding: .utf8)
    let example = source.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
      .joined(separator: "\n")
    #expect(readme.contains("```swift\n\(example)```"))
  }

  @Test func exampleCertifies() throws {
    let digits = Dataset.digits()
    let verdicts = try trainAndCertify(
      pixels: digits.train.pixels + digits.test.pixels,
      labels: digits.train.labels + digits.test.labels)
    #expect(verdicts.verdicts.count == 360)
    #expect(verdicts.verifiedError < 0.5)
    #expect(verdicts.standardError <= verdicts.verifiedError)
  }
}
