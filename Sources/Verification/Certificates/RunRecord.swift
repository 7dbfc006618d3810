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

  /// The number of certificates; nil while they are being made.
  var certified: Int?
  /// The SHA-256 of the file with the certificates; nil while they are being made.
  var certificates: String?
  let data: Examples
  let domain: [Int]?
  /// ε as text.
  let epsilon: String
  let format: String
  let guarantee: String
  let methods: [String]
  /// The SHA-256 of the network's graph.
  let network: String
  let norm: String
  let products: String
  let version: String

  enum CodingKeys: String, CodingKey {
    case certified, certificates, data, domain, epsilon, format, guarantee, methods, network, norm
    case products, version
  }

  /// Writes every key, a missing domain as null.
  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encodeIfPresent(certified, forKey: .certified)
    try container.encodeIfPresent(certificates, forKey: .certificates)
    try container.encode(data, forKey: .data)
    try container.encode(domain, forKey: .domain)
    try container.encode(epsilon, forKey: .epsilon)
    try container.encode(format, forKey: .format)
    try container.encode(guarantee, forKey: .guarantee)
    try container.encode(methods, forKey: .methods)
    try container.encode(network, forKey: .network)
    try container.encode(norm, forKey: .norm)
    try container.encode(products, forKey: .products)
    try container.encode(version, forKey: .version)
  }
}
