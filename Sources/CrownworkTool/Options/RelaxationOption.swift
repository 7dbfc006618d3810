import ArgumentParser
import Crownwork

/// The option that chooses the relaxation of ReLUs in `evaluate` and `certify`, in place of the
/// model's own.
struct RelaxationOption: SettingOptions {
  /// `--slope`: the slope of the lower line of an unstable ReLU in backward passes. It is put into
  /// each method that has such a slope and names none itself.
  @Option("evaluate.slope", standard: "the model's own") var slope: RecipeOverride?
}
