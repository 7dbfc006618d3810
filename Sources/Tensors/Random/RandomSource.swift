import RealModule

/// A seeded stream of random numbers as a value: xoshiro256++ (Blackman and Vigna, 2019), its state
/// filled by SplitMix64 as its authors advise.
///
/// ```swift
/// var random = RandomSource(seed: 0)
/// let noise = Tensor.uniform([4, 4], in: -1...1, using: &random)
/// ```
///
/// A copy continues independently from where the original is, and draws the same numbers. Bits and
/// uniform numbers of a seed are the same on every machine; normal and Cauchy numbers go through
/// logarithms, cosines and tangents, whose last bits are the machine's. The generator is not made
/// for cryptography.
public struct RandomSource: RandomNumberGenerator, Sendable, Equatable {
  /// The generator's 256 bits, which SplitMix64 never leaves all zero.
  private var state: (UInt64, UInt64, UInt64, UInt64)

  /// Creates the stream of a seed. Different seeds, neighbours included, give streams without a
  /// visible relation.
  public init(seed: UInt64) {
    var mixer = seed
    func mix() -> UInt64 {
      mixer &+= 0x9E37_79B9_7F4A_7C15
      var z = mixer
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
    state = (mix(), mix(), mix(), mix())
  }

  /// Creates an independent stream for a purpose and an index, for example the data order of epoch
  /// 3.
  ///
  /// It is a pure function of its arguments, so that a resumed run draws what an uninterrupted one
  /// does. The arguments are hashed by FNV-1a to the seed of the stream.
  ///
  /// - Parameters:
  ///   - purpose: What the numbers are for; a name that no other use has.
  ///   - index: Which of several streams for that purpose, such as an epoch or an example.
  package init(seed: UInt64, purpose: String, index: Int = 0) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    func absorb(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    for word in [seed, UInt64(bitPattern: Int64(index))] {
      withUnsafeBytes(of: word.littleEndian) { $0.forEach(absorb) }
    }
    purpose.utf8.forEach(absorb)
    self.init(seed: hash)
  }

  /// Returns the next 64 random bits.
  public mutating func next() -> UInt64 {
    let sum = state.0 &+ state.3
    let result = ((sum << 23) | (sum >> 41)) &+ state.0
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = (state.3 << 45) | (state.3 >> 19)
    return result
  }

  /// Returns a uniform number in [0, 1), a multiple of 2⁻²⁴: 24 bits are what a Float holds
  /// exactly.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// Returns a standard normal number by the method of Box and Muller, in Double. It draws two
  /// numbers and keeps nothing for the next call.
  package mutating func normal() -> Float {
    // The uniform number is taken from (0, 1], so that its logarithm is finite.
    let radius = (-2 * .log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return Float(radius * .cos(2 * .pi * Double(next() >> 11) * 0x1p-53))
  }

  /// Returns a random order of `0..<count`.
  package mutating func permutation(_ count: Int) -> [Int] { (0..<count).shuffled(using: &self) }

  /// Returns whether both draw the same numbers from here on.
  public static func == (a: RandomSource, b: RandomSource) -> Bool { a.state == b.state }
}

extension Tensor {
  /// Returns a tensor of independent uniform numbers between the bounds.
  ///
  /// Each is lower + (upper − lower) · u with u in [0, 1), rounded to Float, so that the upper
  /// bound occurs only by rounding.
  public static func uniform(
    _ shape: [Int], in bounds: ClosedRange<Float>, using random: inout RandomSource
  ) -> Tensor {
    let width = bounds.upperBound - bounds.lowerBound
    return Tensor(shape: shape) { out in
      for i in 0..<shape.reduce(1, *) { out[i] = bounds.lowerBound + width * random.uniform() }
    }
  }

  /// Returns a tensor of independent normal numbers with mean zero.
  package static func normal(
    _ shape: [Int], standardDeviation: Float, using random: inout RandomSource
  ) -> Tensor {
    Tensor(shape: shape) { out in
      for i in 0..<shape.reduce(1, *) { out[i] = standardDeviation * random.normal() }
    }
  }

  /// Returns a tensor of independent standard Cauchy numbers. A sum of them with coefficients a_j
  /// is Cauchy of scale Σ |a_j|, which is what random projections estimate ℓ1 norms by.
  package static func cauchy(_ shape: [Int], using random: inout RandomSource) -> Tensor {
    Tensor(shape: shape) { out in
      for i in 0..<shape.reduce(1, *) {
        // Halfway between the 2²⁴ values of a uniform number, so never at a pole.
        out[i] = Float(Double.tan(.pi * (Double(random.uniform()) + 0x1p-25 - 0.5)))
      }
    }
  }
}
