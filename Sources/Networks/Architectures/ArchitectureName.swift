extension Network {
  /// The named architecture that it was made from; nil for a graph, and for an origin that no
  /// architecture has.
  package var architecture: Architecture? {
    origin.flatMap { try? Architecture(name: $0.name, options: $0.options) }
  }
}

/// Architectures by name and options, as recipes, options and model files write them.
extension Architecture {
  /// The names of all architectures.
  public static let names = [
    "cnn-2layer", "cnn-3layer", "cnn-4layer", "dm-small", "dm-medium", "dm-large", "cnn7-bn",
    "mlp", "resnet", "resnet-bn", "resnet-2b", "resnet-4b", "wide-resnet",
  ]

  /// The name without options, such as "cnn-2layer".
  package var name: String {
    switch self {
    case .cnn2Layer: "cnn-2layer"
    case .cnn3Layer: "cnn-3layer"
    case .cnn4Layer: "cnn-4layer"
    case .dmSmall: "dm-small"
    case .dmMedium: "dm-medium"
    case .dmLarge: "dm-large"
    case .cnn7BN: "cnn7-bn"
    case .mlp: "mlp"
    case .resnet(_, _, _, let batchNorm): batchNorm ? "resnet-bn" : "resnet"
    case .resnet2b: "resnet-2b"
    case .resnet4b: "resnet-4b"
    case .wideResnet: "wide-resnet"
    }
  }

  /// The options by name, each a list of numbers: one number but for the widths of
  /// ``mlp(hidden:)``.
  package var options: [String: [Int]] {
    switch self {
    case .cnn2Layer(let width, let hidden), .cnn4Layer(let width, let hidden),
      .cnn7BN(let width, let hidden):
      ["width": [width], "hidden": [hidden]]
    case .cnn3Layer(let kernel, let width, let hidden):
      ["kernel": [kernel], "width": [width], "hidden": [hidden]]
    case .dmSmall, .dmMedium, .dmLarge, .resnet2b, .resnet4b: [:]
    case .mlp(let hidden): ["hidden": hidden]
    case .resnet(let width, let blocks, let hidden, _):
      ["width": [width], "blocks": [blocks], "hidden": [hidden]]
    case .wideResnet(let blocks, let width): ["blocks": [blocks], "width": [width]]
    }
  }

  /// What a network that is made from it remembers.
  var origin: Network.Origin { Network.Origin(name: name, options: options) }

  /// Returns the names of the options that an architecture of this name takes; none for an unknown
  /// name.
  package static func optionNames(of name: String) -> [String] {
    switch name {
    case "cnn-2layer", "cnn-4layer", "cnn7-bn": ["width", "hidden"]
    case "resnet", "resnet-bn": ["width", "blocks", "hidden"]
    case "wide-resnet": ["blocks", "width"]
    case "cnn-3layer": ["kernel", "width", "hidden"]
    case "mlp": ["hidden"]
    default: []
    }
  }

  /// Makes an architecture of its name and options, as read from a file; options left out get the
  /// smallest published size. Sizes are checked when a network is made.
  ///
  /// - Throws: ``NetworkError/unknownArchitecture(_:known:)`` for a name that is not among
  ///   ``names``, and ``NetworkError/badArchitecture(_:)`` for an option that it does not take or a
  ///   list where one number is needed.
  public init(name: String, options: [String: [Int]] = [:]) throws(NetworkError) {
    guard Self.names.contains(name) else { throw .unknownArchitecture(name, known: Self.names) }
    let known = Self.optionNames(of: name)
    if let unknown = options.keys.sorted().first(where: { !known.contains($0) }) {
      let remedy = known.isEmpty ? "no options" : known.joined(separator: ", ")
      throw .badArchitecture("\(name) has no option \"\(unknown)\"; it takes \(remedy)")
    }
    func one(_ key: String, _ standard: Int) throws(NetworkError) -> Int {
      guard let values = options[key] else { return standard }
      guard values.count == 1 else {
        throw .badArchitecture("option \(key) of \(name) is one number, not \(values)")
      }
      return values[0]
    }
    let width = try one("width", 1)
    switch name {
    case "cnn-2layer": self = .cnn2Layer(width: width, hidden: try one("hidden", 128))
    case "cnn-3layer":
      self = .cnn3Layer(
        kernel: try one("kernel", 3), width: width, hidden: try one("hidden", 64 * width))
    case "cnn-4layer": self = .cnn4Layer(width: width, hidden: try one("hidden", 256))
    case "dm-small": self = .dmSmall
    case "dm-medium": self = .dmMedium
    case "dm-large": self = .dmLarge
    case "cnn7-bn":
      self = .cnn7BN(width: try one("width", 64), hidden: try one("hidden", 512))
    case "resnet", "resnet-bn":
      self = .resnet(
        width: try one("width", 4), blocks: try one("blocks", 1), hidden: try one("hidden", 100),
        batchNorm: name == "resnet-bn")
    case "resnet-2b": self = .resnet2b
    case "resnet-4b": self = .resnet4b
    case "wide-resnet":
      self = .wideResnet(blocks: try one("blocks", 1), width: width)
    default: self = .mlp(hidden: options["hidden"] ?? [64, 64])
    }
  }
}

extension Architecture: CustomStringConvertible {
  /// The name with its options, such as "cnn-2layer(width: 1, hidden: 128)".
  public var description: String {
    let list = Self.optionNames(of: name).compactMap { key in
      options[key].map { values in
        let text = values.map(String.init).joined(separator: ", ")
        return "\(key): " + (self.name == "mlp" ? "[\(text)]" : text)
      }
    }
    return list.isEmpty ? name : "\(name)(\(list.joined(separator: ", ")))"
  }
}
