import Bounds
import Experiments
import Formats
import Foundation
import Tensors
import Testing
import _TestSupport

/// A sweep is the recipes one would write by hand, each once, and its table sums them up.
@Suite struct SweepLaws {
  private static let yaml = """
    dataset: mnist
    objective: { name: crown-ibp, margins: fused, beta: [1, 0] }
    schedule: { epochs: 20, ramp: { start: 1, length: 10 } }
    sweep:
      models: [{ name: dm-small }, { name: cnn-2layer, width: 2, hidden: 256 }]
      settings:
        - { objective: { name: sabr, share: 0.4 } }
        - { label: long ramp, schedule: { ramp: { length: 15 } } }
      seeds: [7, 1]
    """

  @Test func everyCombinationIsTheRecipeWrittenByHand() throws {
    let sweep = try Sweep(yaml: Self.yaml)
    #expect(
      sweep.runs.map(\.label) == [
        "dm-small, sabr share 0.4, seed 7", "dm-small, sabr share 0.4, seed 1",
        "dm-small, long ramp, seed 7", "dm-small, long ramp, seed 1",
        "cnn-2layer w2 L256, sabr share 0.4, seed 7", "cnn-2layer w2 L256, sabr share 0.4, seed 1",
        "cnn-2layer w2 L256, long ramp, seed 7", "cnn-2layer w2 L256, long ramp, seed 1",
      ])
    #expect(Set(sweep.runs.map(\.folder)).count == 8)
    #expect(sweep.runs[7].folder == "cnn-2layer-w2-L256_long-ramp_seed-1")
    let byHand = try Recipe(
      yaml: """
        dataset: mnist
        model: { name: cnn-2layer, width: 2, hidden: 256 }
        objective: { name: sabr, share: 0.4 }
        schedule: { epochs: 20, ramp: { start: 1, length: 10 } }
        seed: 7
        """)
    #expect(sweep.runs[4].recipe == byHand)
    #expect(sweep.runs[2].recipe.schedule.ramp.length == 15)
    #expect(sweep.runs[2].recipe.schedule.ramp.start == 1)
    #expect(sweep.runs[2].recipe.objective == .crownIBP(margins: .fused))
  }

  @Test func anyLabelNamesAFolder() throws {
    let labels = ["größer", "größte", "小", "大", String(repeating: "länger ", count: 60), "a/../b"]
    let settings = labels.enumerated().map { "{ label: \"\($1)\", optimizer: { l1: \($0 + 1) } }" }
    let sweep = try Sweep(yaml: "sweep: { settings: [\(settings.joined(separator: ", "))] }")
    let folders = sweep.runs.map(\.folder)
    #expect(Set(folders).count == labels.count)
    #expect(folders.allSatisfy { !$0.contains("/") && $0.utf8.count < 250 })
  }

  @Test func optionsGoBeforeTheFile() throws {
    func runs(_ path: String, _ value: String) throws -> [PlannedRun] {
      try Sweep(yaml: Self.yaml, overrides: [RecipeOverride(path, value, option: "--o")]).runs
    }
    #expect(try runs("sweep.seeds", "3").map(\.seed) == [3, 3, 3, 3])
    #expect(try runs("seed", "5").map(\.seed) == [5, 5, 5, 5])
    #expect(try runs("schedule.epochs", "40").allSatisfy { $0.recipe.schedule.epochs == 40 })
  }

  /// A network from a file stands in place of the recipe's, as one with a name does.
  @Test func aStartReplacesTheModel() throws {
    let base = "model: { name: mlp, hidden: 8, mean: 0.5, std: 0.25 }\n"
    for section in [
      "models: [{ start: /m.onnx }, { hidden: 4 }]",
      "settings: [{ model: { start: /m.onnx } }, { model: { hidden: 4 } }]",
    ] {
      let runs = try Sweep(yaml: base + "sweep: { \(section) }").runs
      #expect(try runs[0].recipe == Recipe(yaml: "model: { start: /m.onnx }"))
      #expect(runs[1].recipe.model.architecture == .mlp(hidden: [4]))
      #expect(runs[1].recipe.model.mean == [0.5])
    }
  }

  @Test func aPlainRecipeIsASweepOfOne() throws {
    let sweep = try Sweep(yaml: "dataset: mnist")
    #expect(sweep.runs.map(\.recipe) == [Recipe(for: .mnist)])
  }

  @Test(arguments: [
    ("sweep: { models: [3] }", "a list of mappings"),
    ("sweep: { seeds: [0, 0] }", "two trainings would be"),
    ("sweep: { modles: [] }", "did you mean models?"),
    ("seed: 1\nsweep:\n  settings:\n    - { objective: { name: ibp, beta: 1 } }", "sweep:4: beta"),
    ("sweep: { settings: [{ modle: { name: mlp } }] }", "did you mean model?"),
  ])
  func whatMakesNoSenseIsRefused(yaml: String, text: String) {
    let error = #expect(throws: RecipeError.self) { _ = try Sweep(yaml: yaml) }
    #expect(error?.description.contains(text) == true, "\(String(describing: error))")
  }

  @Test func trainingRefusesASweep() {
    let error = #expect(throws: RecipeError.self) { _ = try Recipe(yaml: Self.yaml) }
    #expect(error?.description.contains("read it as a `Sweep`") == true)
  }

  @Test func tablesSumUp() throws {
    let results = try [
      ("a", "x", 0, 0.1, 0.4), ("a", "x", 1, 0.3, 0.2), ("a", "x", 2, 0.2, 0.5),
      ("b", "x", 0, 0.1, 0.3), ("b", "y", 0, 0.5, 0.1),
    ].map { try result($0, $1, $2, standard: $3, certified: $4) }
    var failed = try result("b", "y", 1, standard: 0, certified: 0)
    (failed.errors, failed.failure) = (nil, "the loss is NaN, \"so\"")
    let table = SweepTable(results + [failed])
    #expect(table.rows.map { [$0.model, $0.setting] } == [["a", "x"], ["b", "x"], ["b", "y"]])
    #expect(table.rows[0].standard == SweepTable.Spread([0.1, 0.2, 0.3]))
    #expect(table.rows[0].certified?.median == 0.4)
    #expect((table.rows[2].runs, table.rows[2].failed) == (1, 1))
    let over = table.overModels
    #expect(over.map(\.setting) == ["x", "y"])
    #expect(over[0].standard?.median == (0.1 + Float(0.2)) / 2)
    // a/0 has b/x/0 below it; a/2 has a/1.
    #expect(
      table.front.map { "\($0.model)\($0.setting)\($0.seed)" } == ["bx0", "ax1", "by0"])
    #expect(table.csv.split(separator: "\n").count == 7)
    #expect(table.csv.contains(#""the loss is NaN, ""so""""#))
    #expect(table.markdown.contains("| a     | x       | 3 "))
    let json = try JSONSerialization.jsonObject(with: Data(try table.json.utf8)) as? [String: Any]
    #expect((json?["rows"] as? [Any])?.count == 3)
  }

  @Test func collapsedRunsAreLeftOutAndCounted() throws {
    var results = try [
      ("a", 0, 0.1, 0.4), ("a", 1, 0.9, 0.9), ("a", 2, 0.3, 0.6), ("b", 0, 0.9, 0.9),
    ]
    .map { try result($0, "x", $1, standard: $2, certified: $3) }
    for index in [1, 3] { results[index].errors?.collapsed = true }
    let table = SweepTable(results)
    #expect(table.rows.map { [$0.runs, $0.collapsed, $0.failed] } == [[2, 1, 0], [0, 1, 0]])
    #expect(table.rows[0].standard == SweepTable.Spread([0.1, 0.3]))
    #expect(table.rows[1].standard == nil && table.front.map(\.seed) == [0])
    #expect(
      table.markdown.contains("| a     | x       | 2 (1 collapsed) | 10.00 / 20.00 / 30.00 |"))
    #expect(table.markdown.contains("Left out of the errors: 2 runs that collapsed"))
    let lines = table.csv.split(separator: "\n")
    #expect(lines[0].contains(",collapsed,") && lines[2].contains(",true,"))
    #expect(lines[1].contains(",false,"))
  }

  /// A failed run has no examples to name, and errors at different ε are not compared.
  @Test func tablesSayWhatTheyAreOf() throws {
    var failed = try result("a", "x", 0, standard: 0, certified: 0)
    (failed.errors, failed.examples) = (nil, 0)
    var table = SweepTable(
      [failed]
        + (try [("a", 0.1), ("b", 0.2)].map {
          try result($0, "x", 1, standard: Float($1), certified: 0.5 - Float($1))
        }))
    #expect(table.markdown.hasPrefix("mnist, p, 10 test examples;"))
    #expect(table.front.count == 2 && table.overModels.count == 1)
    var other = table.results[2]
    other.perturbation = "q"
    table = SweepTable(table.results + [other])
    #expect(table.markdown.hasPrefix("runs judged on different data or perturbations"))
    #expect(table.front.isEmpty && table.overModels.isEmpty)
  }

  /// Whenever a sweep is stopped, in training or in evaluation, it goes on to the same errors.
  @Test func stoppedSweepsEndWithTheSameErrors() throws {
    let sweep = try Sweep(
      yaml: """
        model: { name: mlp, hidden: [4] }
        train-examples: 200
        schedule: { epochs: 1, batch-size: 50, ramp: { start: 0, length: 0 } }
        evaluate: { attack: { steps: 1, restarts: 1 }, examples: 10 }
        sweep: { seeds: [0] }
        """)
    func errors(_ outcome: SweepOutcome) -> [SweepResult.Errors?] {
      outcome.table.results.map(\.errors)
    }
    try withFolder { folder in
      let whole = try errors(sweep.run(in: folder.appending(path: "whole")))
      var (stops, isInterrupted) = (0, true)
      while isInterrupted {
        stops += 1
        let cut = folder.appending(path: "\(stops)")
        let stopped = try sweep.run(in: cut, budget: .spentWhenAsked(stops))
        isInterrupted = stopped.isInterrupted
        #expect(isInterrupted ? errors(stopped).isEmpty : errors(stopped) == whole)
        #expect(try errors(sweep.run(in: cut)) == whole, "stopped at question \(stops)")
      }
      #expect(stops > 5)
    }
  }

  @Test func lockedFilesAreRefusedUntilReleased() throws {
    let url = FileManager.default.temporaryDirectory
      .appendingPathComponent("crownwork-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: url) }
    var first = try FileLock(url)
    #expect(first != nil)
    #expect(try FileLock(url) == nil)
    first = nil
    #expect(try FileLock(url) != nil)
  }

  private func result(
    _ model: String, _ setting: String, _ seed: UInt64, standard: Float, certified: Float
  ) throws -> SweepResult {
    let text = """
      { "model": "\(model)", "setting": "\(setting)", "seed": \(seed), "dataset": "mnist",
        "perturbation": "p", "examples": 10, "epochs": 1, "parameters": 5,
        "errors": { "standard": \(standard), "attacked": 0, "certified": \(certified),
          "byMethod": [], "contradictions": [], "invalid": 0 } }
      """
    return try JSONDecoder().decode(SweepResult.self, from: Data(text.utf8))
  }
}
