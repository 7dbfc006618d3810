/// Which arithmetic bounds hold in.
///
/// A bound is computed in Float32, as the network is. In ``real`` arithmetic both are taken for
/// exact, which suits training: its bounds are off by rounding, in either direction. In
/// ``outward(_:products:)`` arithmetic every rounding on the way is counted, so that a certificate
/// is a statement about what a machine computes. All that is called certified uses it.
///
/// ```swift
/// let bounded = try BoundedNetwork(network)  // outward, for the deployed network
/// let exact = try BoundedNetwork(network, arithmetic: .outward(.exact))
/// let plain = try BoundedNetwork(network, arithmetic: .real)
/// ```
public enum Arithmetic: Sendable, Hashable {
  /// Rounded to nearest, and rounding not accounted for.
  case real
  /// Every bound holds in spite of rounding, for the network that the guarantee names.
  case outward(Guarantee = .deployed, products: ProductFormat = .float32)

  /// What a certificate promises where nothing else is asked for: the deployed network in Float32.
  public static let certified = Arithmetic.outward()

  /// The arithmetic as a text, as files and tables name it: `deployed`, `exact`, `deployed-tf32`,
  /// `deployed-bfloat16` or `real`.
  public var text: String {
    switch self {
    case .real: "real"
    case .outward(let guarantee, .float32): guarantee.rawValue
    case .outward(let guarantee, let products): "\(guarantee.rawValue)-\(products.rawValue)"
    }
  }

  /// The guarantee; nil for real arithmetic, which gives none.
  public var guarantee: Guarantee? {
    if case .outward(let guarantee, _) = self { guarantee } else { nil }
  }
}

/// The network that a bound in outward arithmetic speaks of.
public enum Guarantee: String, Sendable, Hashable, Codable, CaseIterable {
  /// The function of real numbers that the weights in the file define.
  case exact
  /// That function, and whatever a runtime computes for it in IEEE binary32: in any order of
  /// summation, with any blocking or threads, with fused multiply-adds or without, with subnormal
  /// numbers or zeros in their place, with BatchNorm folded into weights or not.
  case deployed
}

/// The numbers that a deployed network multiplies. Sums are in Float32.
public enum ProductFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// Float32 itself.
  case float32
  /// TensorFloat-32: 11 significant bits, rounded or cut off.
  case tf32
  /// bfloat16: 8 significant bits, rounded or cut off.
  case bfloat16

  /// How far the format's number may be from a Float32, relative to it: a unit in the last place,
  /// since hardware may cut off instead of rounding. 0 for Float32 itself.
  var roundoff: Double {
    switch self {
    case .float32: 0
    case .tf32: 0x1p-10
    case .bfloat16: 0x1p-7
    }
  }
}
