import Crownwork
import Foundation
import Testing

/// What the documents show is true: recipes can be read, and examples compile.
@Suite struct DocumentTests {
  @Test func readmeShowsTheExampleThatIsTested() throws {
    let readme = try Documents.text("README.md")
    let source = try Documents.text("Tests/CrownworkTests/ReadmeExample.swift")
    let example = source.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
      .joined(separator: "\n")
    #expect(readme.contains("```swift\n\(example)```"))
  }

  /// Every recipe shown can be read, and one of them shows every setting at the top.
  @Test func recipesShownCanBeRead() throws {
    var recipes: [String] = []
    for page in try Documents.pages() {
      for recipe in Documents.blocks(of: "yaml", in: try Documents.text(page)) {
        do {
          let runs = try Sweep(yaml: recipe).runs
          #expect(!runs.isEmpty, "\(page)")
        } catch {
          Issue.record("\(page): \(error)\n\(recipe)")
        }
        recipes.append(recipe)
      }
    }
    let own = try #require(recipes.first { $0.contains("dataset: images") })
    #expect(try Recipe(yaml: own).images.size == ImageSettings.Size(height: 32, width: 32))
    let whole = try #require(recipes.first { $0.contains("sweep:") })
    #expect(try Sweep(yaml: whole).runs.count == 12)
    for line in try Recipe(yaml: "").yaml.split(separator: "\n") {
      let key = try #require(line.split(separator: ":").first)
      #expect(whole.contains("\n\(key):") || whole.hasPrefix("\(key):"), "\(key)")
    }
  }

  @Test func readmeExampleCertifies() throws {
    let digits = Dataset.digits()
    let verdicts = try trainAndCertify(
      pixels: digits.train.pixels + digits.test.pixels,
      labels: digits.train.labels + digits.test.labels)
    #expect(verdicts.verdicts.count == 360)
    #expect(verdicts.verifiedError < 0.5)
    #expect(verdicts.standardError <= verdicts.verifiedError)
  }
}
