import ArgumentParser

/// How backward passes relax ReLUs, in place of the model's own way.
struct RelaxationOption: ParsableArguments {
  @Option(
    help: """
      Lower line of unstable ReLUs: adaptive, same-slope, zero or one. Default: the model's own.
      """, completion: .slopes)
  var slope: String?
}
