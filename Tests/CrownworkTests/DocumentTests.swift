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

  /// Every block of Swift in a document or a doc comment is a part of a file that is compiled here.
  @Test func examplesAreCompiled() throws {
    let compiled = try Documents.files(in: "Tests/CrownworkTests", ending: ".swift").map {
      Documents.code(of: try Documents.text($0))
    }
    var count = 0
    for file in try Documents.pages() + Documents.files(in: "Sources", ending: ".swift") {
      let text = try Documents.text(file)
      let shown = file.hasSuffix(".swift") ? Documents.docComments(in: text) : text
      for block in Documents.blocks(of: "swift", in: shown) {
        let code = Documents.code(of: block)
        let isCompiled = !code.isEmpty && compiled.contains { $0.contains(code) }
        if !isCompiled {
          Issue.record("\(file): no file of Tests/CrownworkTests holds these lines:\n\(block)")
        }
        count += 1
      }
    }
    #expect(count > 20)
  }

  @Test func examplesAreFoundInDocComments() {
    let fence = "```"
    let text = """
      let before = 0
      /// Summary.
      ///
      /// \(fence)swift
      /// if isShown {
      ///   show()
      ///
      /// }
      /// \(fence)
      /// More.
      func shown() {
        // \(fence)swift
      }
      /// \(fence)
      /// other()
      /// \(fence)
      """
    let blocks = Documents.blocks(of: "swift", in: Documents.docComments(in: text))
    #expect(blocks == ["if isShown {\n  show()\n\n}"])
    #expect(blocks.map { Documents.code(of: $0) } == [["if isShown {", "show()", "}"]])
  }
}
