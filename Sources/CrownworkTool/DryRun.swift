import Crownwork

/// What a training would do and take.
struct DryRun {
  private let recipe: Recipe
  private let run: TrainingRun

  init(_ recipe: Recipe, _ run: TrainingRun) {
    self.recipe = recipe
    self.run = run
  }

  func print(json: Bool) throws {
    Swift.print(recipe.yaml)
  }
}
