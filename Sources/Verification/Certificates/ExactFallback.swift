import Bounds
import Checker
import Formats
import Foundation
import Networks
import Synchronization
import Tensors

/// Decides examples in exact arithmetic whose bounds are positive in real arithmetic, but not with
/// what rounding in Float32 may cost.
///
/// The slopes that the methods choose in real arithmetic are handed to the checker of certificates,
/// which computes in integers: then only the roundings of a deployed network are left to pay for. What
/// it proves is certified. It is slow, and tried only where the margin is so near to 0 that rounding
/// can be the reason.
final class ExactFallback: Sendable {
  private let network: Network
  /// The network's logits, bounded as if nothing were rounded.
  private let real: BoundedNetwork
  /// The norm and the domain of the sets, whatever their ε.
  private let set: Perturbation
  private let arithmetic: Arithmetic
  /// The checker, made when it is first needed, which is nearly never; then nil inside where
  /// certificates do not know the network or the set.
  private let checker = Mutex<Checker??>(nil)

  /// A checker with the names that it knows layers by.
  private struct Checker: Sendable {
    let certificates: Certificates
    let names: LayerNames
  }

  /// Makes a fallback for outward arithmetic; nil for real arithmetic and for networks that cannot be
  /// bounded.
  init?(_ network: Network, _ set: Perturbation, _ arithmetic: Arithmetic) {
    guard arithmetic.guarantee != nil,
      let real = try? BoundedNetwork(network.logits, arithmetic: .real)
    else { return nil }
    (self.network, self.real, self.set, self.arithmetic) = (network, real, set, arithmetic)
  }

  /// Whether a lower bound is so near to 0 that rounding may have made it negative: within 2⁻⁷ of the
  /// largest logit. Losses of trained networks are a tenth of that and less.
  static func isWorthwhile(_ margin: Float, scale: Float) -> Bool {
    margin.isFinite && margin <= 0 && margin > -scale * 0x1p-7
  }

  /// Returns a positive lower bound of an example's margins, if it is proved in exact arithmetic.
  ///
  /// - Parameters:
  ///   - pixels: The image's bytes.
  ///   - image: The same as the network's input, [1, height, width, channels].
  ///   - epsilon: ε of the example's set.
  ///   - methods: The methods that may bound the example, at least one.
  func margin(
    of pixels: [UInt8], _ image: Tensor, label: Int, epsilon: Float, by methods: [BoundMethod],
    _ budget: Budget
  ) -> Float? {
    let region = set.withEpsilon(epsilon).region(around: image, in: .real)
    guard
      let witness = try? real.witness(
        of: .margins(of: [label], classes: real.network.classes), over: region, by: methods,
        budget: budget),
      witness.bounds.allSatisfy({ $0.isFinite && $0 > 0 }),
      let checker = preparedChecker(),
      let line = try? JSONText.line(
        CertificateRecord(
          index: 0, label: label, pixels: pixels, by: methods[methods.count - 1], witness,
          checker.names)),
      let outcome = try? checker.certificates.outcome(
        of: Array(line.utf8), epsilon: EpsilonText.exact(epsilon)),
      outcome.holds, let margin = Float(outcome.margin), margin.nextDown > 0
    else { return nil }
    return margin.nextDown
  }

  /// Returns the checker; nil where certificates do not know the network or the set.
  private func preparedChecker() -> Checker? {
    checker.withLock { known in
      if let known { return known }
      let made = try? makeChecker()
      known = .some(made)
      return made
    }
  }

  private func makeChecker() throws -> Checker {
    try network.requireCertifiable(in: set)
    let export = try ONNXModel.export(of: network)
    let none = String(repeating: "0", count: 64)
    var run = try RunRecord(
      data: RunRecord.Examples(count: 1, first: 0, name: "", sha256: none), set: set,
      arithmetic: arithmetic, methods: [], graph: export.graph)
    (run.certified, run.certificates) = (0, SHA256Sum.hexadecimal(of: Data()))
    return Checker(
      certificates: try Certificates(
        run: Array(run.sealed), network: Array(export.data), examples: []),
      names: LayerNames(export.layers))
  }
}
