import ArgumentParser
import Crownwork

/// For which network certificates hold.
struct GuaranteeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Network that certificates hold for: deployed (as any runtime computes it in Float32), or exact (in real numbers).",
      discussion: "Deployed implies exact."))
  var guarantee: Guarantee = .deployed

  @Option(
    help:
      "Numbers that the deployed network multiplies: float32, tf32, bfloat16. Sums are in Float32.")
  var arithmetic: ProductFormat = .float32

  /// The arithmetic that the options ask for.
  ///
  /// - Throws: ``Failure`` for coarser products of the exact network, which has none.
  func outward() throws -> Arithmetic {
    guard guarantee == .deployed || arithmetic == .float32 else {
      throw Failure(
        .usage, "--arithmetic: \(arithmetic.rawValue) is of --guarantee deployed; leave one out")
    }
    return .outward(guarantee, products: arithmetic)
  }
}

extension Guarantee: ExpressibleByArgument {}
extension ProductFormat: ExpressibleByArgument {}
