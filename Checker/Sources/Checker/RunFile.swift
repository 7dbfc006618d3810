/// What all certificates of a folder have in common: the file run.json.
public struct RunFile: Sendable {
  /// The networks that certificates speak of.
  enum Guarantee: String { case exact, deployed }

  /// The number of certificates.
  public let certified: Int
  /// How many examples were tried, and the number of the first of them in its data set.
  public let count, first: Int
  /// The name of the data set.
  public let dataSet: String
  /// ε as it is written.
  public private(set) var epsilon: String
  /// "linf", "l2" or "l1".
  public var normName: String { norm.rawValue }
  /// "exact" or "deployed".
  public var guaranteeName: String { guarantee.rawValue }
  /// "float32", "tf32" or "bfloat16".
  public var productsName: String { products.rawValue }

  let guarantee: Guarantee
  let norm: InputSet.Norm
  let products: Roundings.Products
  let hasDomain: Bool
  /// A number not below ε.
  private(set) var epsilonBound: Dyadic
  /// Digests of examples.jsonl, of the data and of the network's graph.
  let certificatesDigest, dataDigest, networkDigest: String

  /// Reads the bytes of the file.
  init(_ bytes: [UInt8]) throws(CheckError) {
    guard bytes.last == 10 else { throw CheckError("the file does not end with a line feed") }
    let run = try JSONObject(
      try JSONReader.value(of: bytes.dropLast()),
      keys: [
        "certified", "certificates", "data", "domain", "epsilon", "format", "guarantee", "methods",
        "network", "norm", "products", "seal", "version",
      ])
    guard try run.text("format") == "crownwork certificates 1" else {
      throw CheckError("the format is not \"crownwork certificates 1\"")
    }
    try Self.requireSeal(try run.digest("seal"), of: bytes.dropLast())
    let data = try JSONObject(run["data"] ?? .null, keys: ["count", "first", "name", "sha256"])
    count = try data.integer("count", in: 0...1 << 40)
    first = try data.integer("first", in: 0...1 << 40)
    dataSet = try data.text("name")
    dataDigest = try data.digest("sha256")
    certified = try run.integer("certified", in: 0...count)
    certificatesDigest = try run.digest("certificates")
    networkDigest = try run.digest("network")
    hasDomain = run["domain"] != .null
    guard !hasDomain || run["domain"] == .list([.integer(0), .integer(1)]) else {
      throw CheckError("the domain is neither null nor [0,1]")
    }
    epsilon = try run.text("epsilon")
    epsilonBound = try Epsilon.upper(epsilon)
    guarantee = try run.choice("guarantee")
    norm = try run.choice("norm")
    products = try run.choice("products")
    // What proved the certificates is of no concern: one text, or a list of them.
    let methods: [JSON]
    if case .list(let list)? = run["methods"] {
      methods = list
    } else {
      methods = [run["methods"]!]
    }
    for method in methods {
      guard case .text = method else { throw CheckError("\"methods\" is no text") }
    }
    _ = try run.text("version")
  }
  /// Returns the same run about another ε.
  func replacing(epsilon text: String) throws(CheckError) -> RunFile {
    var copy = self
    (copy.epsilon, copy.epsilonBound) = (text, try Epsilon.upper(text))
    return copy
  }

  /// Compares the seal with the digest of the object without it.
  private static func requireSeal(
    _ seal: String, of object: ArraySlice<UInt8>
  ) throws(CheckError) {
    let member = Array(",\"seal\":\"\(seal)\"".utf8)
    let start = object.indices.first { object[$0...].starts(with: member) }
    guard let start else { throw CheckError("\"seal\" is not written as the page says") }
    let rest = Array(object[..<start] + object[(start + member.count)...])
    guard SHA256.hexadecimal(of: rest[...]) == seal else {
      throw CheckError("it was changed: its seal is not the digest of the rest")
    }
  }
}
