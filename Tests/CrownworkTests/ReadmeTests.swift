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

  /// Every recipe shown reads, and one of them shows every setting at the top.
  @Test func showsRecipesThatRead() throws {
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let recipes = readme.components(separatedBy: "```yaml\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
    #expect(!recipes.isEmpty)
    for recipe in recipes { #expect(try !Sweep(yaml: recipe).runs.isEmpty) }
    let own = try #require(recipes.first { $0.contains("dataset: images") })
    #expect(try Recipe(yaml: own).images.size == ImageSettings.Size(height: 32, width: 32))
    let whole = try #require(recipes.first { $0.contains("sweep:") })
    #expect(try Sweep(yaml: whole).runs.count == 12)
    for line in try Recipe(yaml: "").yaml.split(separator: "\n") {
      let key = try #require(line.split(separator: ":").first)
      #expect(whole.contains("\n\(key):") || whole.hasPrefix("\(key):"), "\(key)")
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
