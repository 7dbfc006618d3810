import ArgumentParser
import Crownwork

/// How backward passes relax ReLUs, in place of the model's own way.
struct RelaxationOption: SettingOptions {
  @Option("evaluate.slope", standard: "the model's own") var slope: RecipeOverride?
}
