import Experiments
import Testing

/// Each bad recipe gets one line: where, what, and what to do.
@Suite struct RecipeErrorTests {
  static let cases = [
    ("datset: mnist", "r:1: unknown key \"datset\"; did you mean dataset?"),
    (
      "seed: 1\nschedule:\n  epoch: 3",
      "r:3: unknown key \"epoch\" in schedule; did you mean epochs?"
    ),
    (
      "dataset: minst",
      "r:1: dataset must be one of digits, mnist, fashion-mnist, cifar10, images, not \"minst\"; did you mean mnist?"
    ),
    (
      "schedule: { epochs: many }",
      "r:1: epochs must be a whole number in 1...1000000, not \"many\""
    ),
    (
      "dataset: mnist\nimages: { channels: 1 }",
      "r:2: channels has no meaning for the data set mnist; leave it out, or choose images"
    ),
    (
      "dataset: images\nimages: { size: 32 }",
      "r:2: size must be [height, width] or HEIGHTxWIDTH, each from 1 to 4096, not \"32\""
    ),
    (
      "dataset: images\nimages: { channels: 2 }",
      "r:2: channels must be one of 1, 3, not \"2\""
    ),
    ("augment: flip", "r:1: augment must be none or a mapping of settings, not \"flip\""),
    (
      "augment: { crop: 2, fill: black }",
      "r:1: fill must be one of zero, edge, not \"black\""
    ),
    (
      "model: { mean: data, std: [0.2] }", "r:1: std and mean: data; leave std out"
    ),
    ("schedule: { epochs: 0 }", "r:1: epochs must be a whole number in 1...1000000, not \"0\""),
    ("schedule: 12", "r:1: schedule must be a mapping of settings, not \"12\""),
    (
      "perturbation: { epsilon: [1] }",
      "r:1: epsilon must be a finite number, zero or more, such as 0.3 or 8/255, not [1]"
    ),
    (
      "perturbation: { epsilon: 1/0 }",
      "r:1: epsilon must be a finite number, zero or more, such as 0.3 or 8/255, not \"1/0\""
    ),
    (
      "\nperturbation:\n  epsilon: -0.1",
      "r:3: epsilon must be a finite number, zero or more, such as 0.3 or 8/255, not \"-0.1\""
    ),
    (
      "perturbation: { norm: linf, epsilon: 8 }",
      "r:1: epsilon 8.0 in linf holds every image (the largest distance is 1.0); it is in raw "
        + "units, pixels in [0, 1], such as 0.3 or 8/255"
    ),
    (
      "perturbation: { norm: l3 }",
      "r:1: norm must be one of linf, l2, l1, not \"l3\"; did you mean l2?"
    ),
    (
      "perturbation: { norm: l2, clip: [1, 0] }",
      "r:1: clip must be none or [lowest, highest], not [1, 0]"
    ),
    (
      "model: { name: dm-small, width: 2 }",
      "r:1: width has no meaning for the network dm-small; leave it out"
    ),
    (
      "objective: { name: ibp, beta: 1 }",
      "r:1: beta has no meaning for the objective ibp; leave it out, or choose crown-ibp"
    ),
    (
      "objective: { kappa: 2 }",
      "r:1: kappa must be a number from 0 to 1, or [start, end] of such, not \"2\""
    ),
    ("optimizer: { learning-rate: 0 }", "r:1: learning-rate must be a number above 0, not \"0\""),
    (
      "schedule:\n  epochs: 5\n  ramp: { start: 1, length: 5 }",
      "r:3: the ramp ends after 6 epochs of 5; shorten the ramp (start, length) or train for more "
        + "epochs"
    ),
    (
      "model: { mean: [0.1] }",
      "r:1: mean has 1 numbers, std 0; give one of each for every channel"
    ),
    (
      "evaluate: { attack: { name: fgsm, steps: 3 } }",
      "r:1: steps has no meaning for the attack fgsm; leave it out"
    ),
    (
      "evaluate: { attack: { decay: { milestones: [2] } } }",
      "r:1: milestones must be parts of the steps, each a number above 0 and below 1, not [2]"
    ),
    ("- a\n- b", "r:1: a recipe must be a mapping of settings, not [a, b]"),
    ("seed: 1\nseed: 2", "r:1: the key \"seed\" is there twice"),
    (String(repeating: "[", count: 100_000), "r:1: is nested too deeply for a recipe"),
  ]

  @Test(arguments: cases)
  func badRecipesAreRefused(yaml: String, message: String) {
    let error = #expect(throws: RecipeError.self) { try Recipe(yaml: yaml, file: "r") }
    #expect(error.map { "\($0)" } == message)
  }

  @Test func brokenYAMLNamesItsLine() {
    let error = #expect(throws: RecipeError.self) {
      try Recipe(yaml: "seed: 1\nmodel: { name: [", file: "r")
    }
    let line = error.map { "\($0)" } ?? ""
    #expect(line.hasPrefix("r:") && line.contains("not valid YAML") && !line.contains("\n"))
  }

  @Test func optionsAreNamedAsSuch() {
    let error = #expect(throws: RecipeError.self) {
      try Recipe(
        yaml: "seed: 1", overrides: [RecipeOverride("schedule.epochs", "x", option: "--epochs")])
    }
    #expect(error?.place == .option("--epochs"))
  }
}
