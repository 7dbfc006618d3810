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

  @Test func showsARecipeThatReads() throws {
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let parts = readme.components(separatedBy: "```yaml\n").dropFirst()
    #expect(parts.count == 1)
    for part in parts {
      let yaml = try #require(part.components(separatedBy: "```").first)
      let recipe = try Recipe(yaml: yaml)
      #expect(recipe.dataset == .images)
      #expect(recipe.images.size == ImageSettings.Size(height: 32, width: 32))
    }
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
