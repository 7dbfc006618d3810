import Crownwork
import Foundation

/// `crownwork certify --certificates`: certificates that others can check.
extension CertifyCommand {
  /// Opens the folder of `--certificates`, before anything long is computed; nil without it.
  ///
  /// - Throws: `FormatError` for a folder that holds other things or cannot be written, and
  ///   `BoundsError` for a layer that certificates do not know.
  func certificateFolder(
    of network: Network, _ range: ExampleRange, _ goal: CertificationTarget
  ) throws -> CertificateFolder? {
    guard let certificates else { return nil }
    for case .complete in goal.methods {
      throw Failure(
        .usage,
        "--certificates: there are none of branch and bound yet; leave complete out of --by")
    }
    return try CertificateFolder(
      at: URL(fileURLWithPath: certificates), of: network, on: range.data,
      named: range.dataset.rawValue, against: goal.perturbation, by: goal.methods,
      arithmetic: goal.arithmetic, start: range.start,
      queries: torchlean.map { URL(fileURLWithPath: $0) })
  }

  /// Writes the certificates of all certified examples, and says how many there are.
  ///
  /// Examples without a verdict leave the folder incomplete, since its certificates are of a whole
  /// range; the same command goes on.
  func write(
    _ certification: Certification, to folder: CertificateFolder?, _ budget: Budget
  ) throws {
    guard let folder, let certificates else { return }
    defer { Console.standard.clearLiveLine() }
    let written = try folder.write(certification, budget: budget) {
      Console.standard.live($0.words)
    }
    guard let written else {
      Console.error(
        "crownwork: \(certificates): is not complete; the same command goes on with it")
      return try Interruption.check()
    }
    if written.missing > 0 {
      Console.error(
        "crownwork: \(certificates): warning: \(written.missing) certified examples have no "
          + "certificate: bounded by themselves their margins are not above 0")
    }
    guard !json else { return }
    Console.standard.line("\(written.certificates) certificates in \(certificates)")
  }
}
