import Bounds
import Formats
import Foundation

/// What the certificates of a folder have in common: the file `run.json`
/// (Documentation/certificates.md).
struct RunRecord: Encodable {
  /// The examples that were tried.
  struct Examples: Encodable {
    /// How many there were, and the number of the first in its data set.
    let count, first: Int
    /// The data set's name.
    let name: String
    /// Their ``Datasets/LabeledImages/digest``.
    let sha256: String
  }

  /// The domain of pixels, [0, 1], or null.
  struct Domain: Encodable {
    let isUnit: Bool

    func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if isUnit { try container.encode([0, 1]) } else { try container.encodeNil() }
    }
  }

  /// The number of certificates; nil while they are being made.
  var certified: Int?
  /// The SHA-256 of the file with the certificates; nil while they are being made.
  var certificates: String?
  let data: Examples
  let domain: Domain
  /// ε as text.
  let epsilon: String
  let format: String
  let guarantee: String
  let methods: [String]
  /// The SHA-256 of the network's graph.
  let network: String
  let norm: String
  let products: String
  /// The SHA-256 of the object without this member; nil while there is none.
  private var seal: String?
  let version: String
}

extension RunRecord {
  /// The bytes of the file: the object with its seal, and a line feed.
  var sealed: Data {
    get throws {
      var copy = self
      copy.seal = nil
      copy.seal = SHA256Sum.hexadecimal(of: Data(try JSONText.line(copy).utf8))
      return Data((try JSONText.line(copy) + "\n").utf8)
    }
  }

  /// Makes the record of a run whose certificates are not there yet.
  ///
  /// - Parameter graph: The bytes of the network's graph.
  /// - Throws: ``BoundsError/specification(_:)`` for real arithmetic, which has no certificates.
  init(
    data: Examples, set: Perturbation, arithmetic: Arithmetic, methods: [BoundMethod], graph: Data
  ) throws {
    guard case .outward(let guarantee, let products) = arithmetic else {
      throw BoundsError.specification("bounds in real arithmetic have no certificates")
    }
    self.init(
      data: data, domain: Domain(isUnit: set.domain != nil),
      epsilon: EpsilonText.exact(set.epsilon),
      format: "crownwork certificates 1", guarantee: guarantee.rawValue,
      methods: methods.map(\.text), network: SHA256Sum.hexadecimal(of: graph),
      norm: set.norm.rawValue, products: products.rawValue, version: Version.current)
  }
}
