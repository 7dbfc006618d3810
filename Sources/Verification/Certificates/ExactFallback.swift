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
  private let arithmetic: Arithmetic
  private let methods: [BoundMethod]
  /// The checkers by set, made when they are first needed, which they nearly never are.
  private let checkers = Mutex<[String: Checker?]>([:])

  /// A checker with the names that it knows layers by.
  private struct Checker: Sendable {
    let certificates: Certificates
    let names: LayerNames
  }

  /// Makes a fallback for outward arithmetic; nil for real arithmetic and for networks that cannot be
  /// bounded.
  init?(_ network: Network, _ arithmetic: Arithmetic, by methods: [BoundMethod]) {
    guard arithmetic.guarantee != nil,
      let real = try? BoundedNetwork(network.logits, arithmetic: .real)
    else { return nil }
    (self.network, self.real, self.arithmetic) = (network, real, arithmetic)
    self.methods = methods
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
  func margin(
    of pixels: [UInt8], _ image: Tensor, label: Int, in set: Perturbation, _ budget: Budget
  ) -> Float? {
    guard
      let witness = try? real.witness(
        of: .margins(of: [label], classes: real.network.classes),
        over: set.region(around: image, in: .real), by: methods, budget: budget),
      witness.bounds.allSatisfy({ $0.isFinite && $0 > 0 }),
      let checker = checker(for: set),
      let line = try? JSONText.line(
        CertificateRecord(
          index: 0, label: label, pixels: pixels,
          margins: methods.last == .interval ? "intervals" : "input", witness, checker.names)),
      let outcome = try? checker.certificates.outcome(of: Array(line.utf8)), outcome.holds,
      let margin = Float(outcome.margin)
    else { return nil }
    return margin.nextDown > 0 ? margin.nextDown : nil
  }

  /// Returns the checker for a set; nil where certificates do not know the network or the set.
  private func checker(for set: Perturbation) -> Checker? {
    checkers.withLock { known in
      if let found = known[set.description] { return found }
      let result = try? makeChecker(set)
      known[set.description] = .some(result)
      return result
    }
  }

  private func makeChecker(_ set: Perturbation) throws -> Checker {
    try network.requireCertifiable(in: set)
    let export = try ONNXModel.export(of: network)
    let none = String(repeating: "0", count: 64)
    var run = try RunRecord(
      data: RunRecord.Examples(count: 1, first: 0, name: "", sha256: none), set: set,
      arithmetic: arithmetic, methods: methods, graph: export.graph)
    (run.certified, run.certificates) = (0, SHA256Sum.hexadecimal(of: Data()))
    return Checker(
      certificates: try Certificates(
        run: Array(run.sealed), network: Array(export.data), examples: []),
      names: LayerNames(export.layers))
  }
}
