import Bounds
import Experiments
import Foundation
import RobustTraining
import Testing

/// A setting means the same however it is given, and what makes no sense is refused alike.
@Suite struct SettingLaws {
  @Test func everySettingHasSamples() {
    let paths = SettingTable.settings.map(\.path)
    #expect(Set(paths).count == paths.count)
    #expect(Set(paths) == Set(SettingSamples.all.keys))
  }

  @Test(arguments: SettingTable.settings.map(\.path))
  func settingsRoundTrip(path: String) throws {
    let setting = try #require(SettingTable[path])
    let samples = try #require(SettingSamples.all[path])
    for context in setting.contexts(samples) {
      let others = context.map { RecipeOverride($0.key, $0.value, option: "--other") }
      let base = try? Recipe(yaml: blockYAML(context))
      var found = samples.good.isEmpty
      for text in samples.good {
        let byFile = try Recipe(yaml: blockYAML(context.merging([path: text]) { $1 }))
        let option = RecipeOverride(path, text, option: setting.option ?? "--set \(path)")
        #expect(try Recipe(others + [option]) == byFile, "\(path) \(context)")
        #expect(
          try Recipe(yaml: blockYAML(context.filter { $0.key != path }), overrides: [option])
            == byFile, "\(path) \(context)")
        #expect(try Recipe(yaml: byFile.yaml) == byFile, "\(path) \(context)")
        #expect(try byFile.applying([option]) == byFile, "\(path) \(context)")
        if let base { found = found || byFile != base }
        if base == nil { found = true }
      }
      #expect(found, "\(path) \(context): no sample is another value")
    }
  }

  /// The default that the table names is the value that an empty recipe has, where it is a value.
  @Test func defaultsRoundTrip() throws {
    let yaml = Recipe().yaml
    #expect(try Recipe(yaml: yaml) == Recipe())
    #expect(try Recipe([]) == Recipe())
    for setting in SettingTable.settings
    where setting.owner == nil && !["data", "model.start"].contains(setting.path) {
      let option = RecipeOverride(setting.path, setting.standard, option: "--set")
      guard let recipe = try? Recipe([option]) else { continue }
      #expect(recipe == Recipe(), "\(setting.path): \(setting.standard)")
    }
  }

  @Test(arguments: SettingTable.settings.map(\.path))
  func badSettingsAreRefusedAlike(path: String) throws {
    let setting = try #require(SettingTable[path])
    let samples = try #require(SettingSamples.all[path])
    for context in setting.contexts(samples) {
      for text in samples.bad {
        let settings = context.merging([path: text]) { $1 }
        let byFile = #expect(throws: RecipeError.self, "\(path): \(text)") {
          try Recipe(yaml: blockYAML(settings), file: "r")
        }
        let name = setting.option ?? "--set \(path)"
        let option = RecipeOverride(path, text, option: name)
        let byOption = #expect(throws: RecipeError.self, "\(path): \(text)") {
          try Recipe(yaml: blockYAML(context), overrides: [option])
        }
        #expect(byOption?.place == .option(name), "\(path): \(text)")
        guard case .line = byFile?.place else {
          Issue.record("\(path): \(text): \(String(describing: byFile))")
          continue
        }
        #expect(byFile?.problem == byOption?.problem && byFile?.remedy == byOption?.remedy)
        #expect(byFile?.description.contains("\n") == false)
      }
    }
  }

  /// The place of an error is its line, also in sections of sections.
  @Test func errorsNameTheirLines() {
    for setting in SettingTable.settings where setting.path.contains(".") {
      var yaml = ""
      for (depth, key) in setting.path.split(separator: ".").enumerated() {
        yaml += (depth == 0 ? "" : "\n" + String(repeating: "  ", count: depth)) + "\(key):"
      }
      let line = setting.path.split(separator: ".").count
      let error = #expect(throws: RecipeError.self, "\(setting.path)") {
        try Recipe(yaml: yaml + " { a: [ ] }", file: "r")
      }
      #expect(error?.place == .line(line, file: "r"), "\(setting.path)")
    }
  }

  @Test func unknownSettingsAreNamed() {
    func message(_ path: String) -> String? {
      let option = RecipeOverride(path, "1", option: "--set \(path)")
      return #expect(throws: RecipeError.self) { try Recipe([option]) }?.description
    }
    #expect(
      message("schedule.epoch")
        == "--set schedule.epoch: unknown setting \"schedule.epoch\"; did you mean schedule.epochs?"
    )
    #expect(message("schedule.ramp")?.contains("schedule.ramp.start, schedule.ramp.length") == true)
    #expect(message("nonsense")?.contains("known are dataset, data, images") == true)
  }

  /// Each method keeps its own slope and iterations.
  @Test func methodsKeepTheirSettings() throws {
    let methods: [BoundMethod] = [
      .interval, .crownIBP(slope: .zero), .crown(), .alphaCROWN(slope: .one, iterations: 50),
      .alphaCROWN(), .complete(),
      .complete(Branching(slope: .one, iterations: 5, domains: 50, splits: .inputs, seconds: 2.5)),
    ]
    for method in methods { #expect(BoundMethod(text: method.text) == method) }
    #expect(
      methods.map(\.text) == [
        "ibp", "crown-ibp(slope: zero)", "crown", "alpha-crown(slope: one, iterations: 50)",
        "alpha-crown", "complete",
        "complete(slope: one, iterations: 5, domains: 50, splits: inputs, "
          + "seconds: 2.5)",
      ])
    var recipe = Recipe()
    recipe.evaluation.methods = methods
    #expect(try Recipe(yaml: recipe.yaml).evaluation.methods == methods)
    #expect(try recipe.applying([]).evaluation.methods == methods)
    let option = RecipeOverride(
      "evaluate.methods", "ibp, alpha-crown(slope: one, iterations: 50)", option: "--by")
    #expect(
      try Recipe([option]).evaluation.methods
        == [.interval, .alphaCROWN(slope: .one, iterations: 50)])
    for text in [
      "crown(", "crown()", "crown(slope)", "crown(slope: one, slope: one)",
      "alpha-crown(iterations: 0)", "ibp(slope: one)", "crown(slope: one) x", "",
      "complete(domains: 0)", "complete(splits: both)", "complete(seconds: -1)",
    ] { #expect(BoundMethod(text: text) == nil, "\(text)") }
  }
}
