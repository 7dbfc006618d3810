import Bounds
import Datasets
import Experiments
import Foundation
import Networks
import RobustTraining
import Tensors
import Testing
import Verification

/// A written recipe reads back as the same one; files and options go through one validation.
@Suite struct RecipeLaws {
  static let recipes = [
    "", "dataset: mnist", "dataset: fashion-mnist\nholdout: 0",
    """
    model: { name: mlp, hidden: [32, 16], mean: [0.5], std: [0.25] }
    perturbation: { norm: l2, epsilon: 1.58, train-epsilon: 2 }
    objective: { name: ibp, kappa: [1, 0.5] }
    data: "a \\"quoted\\" folder: #1"
    """,
    """
    model: { name: cnn-3layer, kernel: 5, width: 2 }
    perturbation: { epsilon: 8/255, clip: none }
    objective: { name: crown-ibp, beta: 1, kappa: 0.25, margins: fused, slope: same-slope }
    schedule: { epochs: 7, batch-size: 3, accumulate: 2, ramp: { start: 2, length: 5, shape: smoothed } }
    optimizer: { learning-rate: 5e-4, decay: { factor: 0.1, milestones: [2, 5] }, clip-norm: 10 }
    evaluate:
      { methods: [crown, ibp, alpha-crown], slope: zero, attack: { steps: 3, restarts: 2 }, examples: 9 }
    seed: 18446744073709551615
    """,
    "objective: { name: natural }\noptimizer: { decay: none }\nholdout: 10\ntrain-examples: 90",
    "evaluate: { attack: { name: fgsm, loss: margin } }",
    "evaluate: { attack: { name: multi-targeted, steps: 7, restarts: 3, step: 0.5, decay: none } }",
    """
    evaluate: { attack: { loss: cross-entropy, step: 0.0125, decay: { factor: 0.5, milestones: [0.25, 0.5] } } }
    """,
    "dataset: cifar10", "dataset: cifar10\nmodel: { mean: none }\naugment: none",
    "model: { mean: data }\naugment: { flip: true, crop: 2, fill: edge }",
    """
    dataset: images
    data: pictures
    images: { size: [24, 32], channels: 1 }
    augment: { flip: yes }
    """,
    "dataset: images\nimages: { channels: 3 }",
  ]

  @Test(arguments: recipes)
  func writtenRecipesReadBackEqual(yaml: String) throws {
    let recipe = try Recipe(yaml: yaml)
    let again = try Recipe(yaml: recipe.yaml)
    #expect(again == recipe)
    #expect(again.yaml == recipe.yaml)
  }

  @Test func anEmptyRecipeIsTheStandardOne() throws {
    #expect(try Recipe(yaml: "") == Recipe())
    #expect(try Recipe(yaml: "dataset: mnist") == Recipe(for: .mnist))
  }

  @Test func theRecipesInTheRepositoryRead() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Recipes")
    let files = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    #expect(files.count >= 5)
    for file in files {
      for recipe in try Sweep(contentsOf: file).runs.map(\.recipe) {
        let (input, classes) = try #require(Self.form(of: recipe), "\(file.lastPathComponent)")
        let shapes = try recipe.model.architecture.parameterShapes(input: input, classes: classes)
        #expect(!shapes.isEmpty)
        #expect(recipe.model.mean.isEmpty || recipe.model.mean.count == input[2])
      }
    }
    let digits = folder.appendingPathComponent("digits.yaml")
    #expect(try Recipe(contentsOf: digits) == Recipe())
  }

  /// The shape of a recipe's images, and how many classes they have; nil for data of one's own that
  /// are not known here.
  private static func form(of recipe: Recipe) -> (input: [Int], classes: Int)? {
    let folder = recipe.data.map { URL(fileURLWithPath: $0).lastPathComponent }
    return switch (recipe.dataset, folder) {
    case (.digits, _): ([8, 8, 1], 10)
    case (.mnist, _), (.fashionMNIST, _): ([28, 28, 1], 10)
    case (.cifar10, _): ([32, 32, 3], 10)
    case (.images, "tiny-imagenet-200"): ([64, 64, 3], 200)
    case (.images, "Fnt"): ([28, 28, 1], 62)
    case (.images, _): nil
    }
  }

  @Test func settingsOfDataMeanWhatTheyShould() throws {
    let recipe = try Recipe(
      yaml: "dataset: images\nimages: { size: [24, 32], channels: 1 }\naugment: { crop: 3 }")
    #expect(recipe.images == ImageSettings(size: .init(height: 24, width: 32), channels: 1))
    #expect(recipe.augmentation == Augmentation(crop: 3))
    let fill = try Recipe(yaml: "augment: { fill: edge }")
    #expect(fill.augmentation.fill == .edge && fill.augmentation.isIdentity)
    #expect(try Recipe(yaml: fill.yaml) == fill)
    let cifar = try Recipe(yaml: "dataset: cifar10")
    #expect(cifar.model.mean == [0.4914, 0.4822, 0.4465])
    #expect(cifar.augmentation == Augmentation(flip: true, crop: 4))
    #expect(cifar.perturbation == .linf(epsilon: 8 / 255, within: 0...1))
    #expect(try Recipe(yaml: "dataset: cifar10\nmodel: { mean: none }").model.mean.isEmpty)
    let started = try Recipe(yaml: "dataset: cifar10\nmodel: { start: m.onnx }")
    #expect(started.model.mean.isEmpty)
    #expect(try Recipe(yaml: started.yaml) == started)
    let overrides = [
      RecipeOverride("images.size", "8x9", option: "--image-size"),
      RecipeOverride("images.channels", "3", option: "--channels"),
    ]
    #expect(
      try Recipe(yaml: recipe.yaml, overrides: overrides).images
        == ImageSettings(size: .init(height: 8, width: 9), channels: 3))
    // Settings of the data set that an option replaces go with it.
    let other = try Recipe(
      yaml: recipe.yaml, overrides: [RecipeOverride("dataset", "mnist", option: "--dataset")])
    #expect(other.images == ImageSettings())
  }

  @Test func settingsMeanWhatTheyShould() throws {
    let recipe = try Recipe(yaml: Self.recipes[4])
    #expect(recipe.perturbation == .linf(epsilon: 8 / 255))
    #expect(recipe.trainEpsilon == recipe.perturbation.epsilon)
    #expect(recipe.model.architecture == .cnn3Layer(kernel: 5, width: 2, hidden: 128))
    #expect(
      recipe.objective
        == .crownIBP(
          beta: .constant(1), kappa: .constant(0.25), margins: .fused, slope: .same))
    #expect(recipe.schedule.ramp == EpsilonRamp(start: 2, length: 5, shape: .smoothed))
    #expect(recipe.optimizer.decay == .milestones([2, 5], factor: 0.1))
    #expect(
      recipe.evaluation.methods == [.crown(slope: .zero), .interval, .alphaCROWN(slope: .zero)])
  }

  @Test func optionsOverrideTheFile() throws {
    let yaml = """
      model: { name: cnn-2layer, width: 4 }
      perturbation: { epsilon: 0.3, train-epsilon: 0.4, clip: [0, 1] }
      objective: { name: crown-ibp, margins: fused }
      optimizer: { decay: { every: 5, after: ramp } }
      """
    func recipe(_ path: String, _ value: String) throws -> Recipe {
      try Recipe(yaml: yaml, overrides: [RecipeOverride(path, value, option: "--option")])
    }
    // What the file says for the thing replaced goes with it.
    #expect(try recipe("model.name", "dm-small").model.architecture == .dmSmall)
    #expect(try recipe("objective.name", "ibp").objective == .interval())
    #expect(try recipe("perturbation.norm", "l2").perturbation == .l2(epsilon: 0.3))
    let other = try recipe("perturbation.epsilon", "1/4")
    #expect(other.perturbation.epsilon == 0.25 && other.trainEpsilon == 0.25)
    let decay = try recipe("optimizer.decay.milestones", "3,7").optimizer.decay
    #expect(decay == .milestones([3, 7], factor: 0.5))
    #expect(try recipe("perturbation.clip", "none").perturbation == .linf(epsilon: 0.3))
  }

  /// A folder is of the file's data set, and a weight of its objective.
  @Test func optionsDropWhatBelongsToTheFile() throws {
    func recipe(_ yaml: String, _ options: (String, String)...) throws -> Recipe {
      try Recipe(
        yaml: yaml, overrides: options.map { RecipeOverride($0.0, $0.1, option: "--option") })
    }
    let mnist = "dataset: mnist\ndata: folder"
    #expect(try recipe(mnist, ("dataset", "fashion-mnist")).data == nil)
    #expect(try recipe(mnist, ("dataset", "mnist")).data == "folder")
    // A path of an option is one from the current folder.
    let here = FileManager.default.currentDirectoryPath
    #expect(try recipe(mnist, ("dataset", "fashion-mnist"), ("data", "f")).data == "\(here)/f")
    #expect(try recipe("data: folder", ("dataset", "mnist")).data == "folder")
    let sweep = try Sweep(
      yaml: mnist + """

        sweep:
          settings: [{ dataset: mnist }, { dataset: fashion-mnist }, { dataset: fashion-mnist, data: f }]
        """)
    #expect(sweep.runs.map(\.recipe.data) == ["folder", nil, "f"])
    let short = "objective: { name: short-warmup, weight: 0.25 }"
    func trades(_ weight: Float) -> Objective {
      .attacked(
        AttackedObjective(name: "trades", weight: weight, alpha: 0.5, attack: TrainingAttack())!)
    }
    let name = ("objective.name", "trades")
    #expect(try recipe(short, name).objective == trades(6))
    #expect(try recipe(short, name, ("objective.weight", "2")).objective == trades(2))
    #expect(
      try recipe(short, ("objective.name", "short-warmup")).objective
        == .shortWarmup(kappa: .constant(0), weight: 0.25, tolerance: 0.5))
  }

  @Test func attacksMeanWhatTheyShould() throws {
    func attack(_ settings: String, _ options: (String, String)...) throws -> Attack {
      try Recipe(
        yaml: "evaluate: { attack: { \(settings) } }",
        overrides: options.map {
          RecipeOverride("evaluate.attack.\($0.0)", $0.1, option: "--\($0.0)")
        }
      ).evaluation.attack
    }
    #expect(try attack("") == .pgd(steps: 50, restarts: 5))
    #expect(try attack("steps: 40, restarts: 1") == .pgd(steps: 40, restarts: 1))
    #expect(try attack("decay: {}") == .pgd(steps: 50, restarts: 5, decay: .tenths))
    #expect(try attack("name: fgsm") == .fgsm())
    // An option that names another attack keeps the effort, not what was meant for the file's.
    let file = "loss: margin, steps: 7, restarts: 3, step: 0.5"
    #expect(try attack(file, ("name", "fgsm")) == .fgsm())
    #expect(
      try attack(file, ("name", "multi-targeted")) == .multiTargeted(steps: 7, restarts: 3))
    #expect(
      try attack(file, ("name", "pgd"), ("loss", "cross-entropy"))
        == .pgd(steps: 7, restarts: 3, loss: .crossEntropy))
    #expect(try attack(file, ("steps", "9")) == .pgd(steps: 9, restarts: 3, relativeStep: 0.5))
    #expect(try attack(file, ("name", "apgd")) == .apgd(steps: 7, restarts: 3))
    for given in [
      Attack.multiTargeted(steps: 7, restarts: 2, decay: .tenths),
      .apgd(steps: 7, restarts: 2, loss: .crossEntropy),
    ] { #expect(try given.applying([]) == given) }
  }

  @Test func resolvingDecidesTheHoldout() throws {
    let digits = Dataset.digits()
    #expect(try Recipe().resolved(for: digits).holdout == 71)
    #expect(try Recipe(yaml: "holdout: 3").resolved(for: digits).holdout == 3)
    let wide = try Recipe(yaml: "perturbation: { norm: l2, epsilon: 9 }")
    #expect(throws: PerturbationError.self) { try wide.resolved(for: digits) }
  }

  /// 4/255 comes back as it was typed, and a decimal as a decimal.
  @Test(arguments: [
    ("4/255", "4/255 (0.01569)"), ("8/255", "8/255 (0.03137)"), ("1/255", "1/255 (0.003922)"),
    ("1.5/255", "1.5/255 (0.005882)"), ("1/3", "1/3 (0.3333)"), ("0.3", "0.3"), ("0.2", "0.2"),
    ("0.015686", "0.015686"), ("36/255", "36/255 (0.1412)"), ("0.0", "0.0"), ("1e-30", "1e-30"),
  ])
  func epsilonKeepsItsForm(text: String, shown: String) throws {
    let recipe = try Recipe(yaml: "perturbation: { epsilon: \(text) }")
    #expect(recipe.yaml.contains("epsilon: \(text), train-epsilon: \(text)"))
    #expect("\(recipe.perturbation)" == "ℓ∞ ε = \(shown) within [0.0, 1.0]")
    #expect(try Recipe(yaml: recipe.yaml) == recipe)
  }

  @Test func everyEpsilonReadsBack() {
    var random = RandomSource(seed: 5)
    let fractions = (1...600).flatMap { [Float($0) / 255, Float($0) / 510, Float($0) / 7] }
    let drawn = (0..<2000).map { _ in Float.random(in: 0...1, using: &random) }
    let edges: [Float] = [
      0, .leastNonzeroMagnitude, 0.1, 1e-7, 123_456.78, .greatestFiniteMagnitude,
    ]
    for value in fractions + drawn + edges {
      #expect(RecipeNumber.parse(EpsilonText.exact(value)) == value)
    }
  }

  @Test func differencesNameTheSettings() throws {
    let one = try Recipe(yaml: "seed: 1\noptimizer: { learning-rate: 0.01 }\nholdout: 9")
    let other = try Recipe(yaml: "seed: 2\noptimizer: { decay: none, learning-rate: 0.01 }")
    #expect(one.differences(from: one).isEmpty)
    #expect(
      one.differences(from: other).map(\.description) == [
        "optimizer.decay.factor is 0.5, not left out", "optimizer.decay.every is 10, not left out",
        "optimizer.decay.after is ramp, not left out", "seed is 1, not 2",
        "holdout is 9, not left out", "optimizer.decay is left out, not none",
      ])
  }
}
