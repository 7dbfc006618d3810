import RealModule

/// A seeded stream of random numbers as a value: xoshiro256++ (Blackman and Vigna, 2019), its state
/// filled by SplitMix64 as its authors advise.
public struct RandomSource: RandomNumberGenerator, Sendable, Equatable {
  private var state: (UInt64, UInt64, UInt64, UInt64)

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

  /// An independent stream for a purpose and an index, e.g. the data order of epoch 3: a pure
  /// function of its arguments, so that a resumed run draws what an uninterrupted one does.
  package init(seed: UInt64, purpose: String, index: Int = 0) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
    func absorb(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    for word in [seed, UInt64(bitPattern: Int64(index))] {
      withUnsafeBytes(of: word.littleEndian) { $0.forEach(absorb) }
    }
    purpose.utf8.forEach(absorb)
    self.init(seed: hash)
  }

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

  /// A uniform number in [0, 1), a multiple of 2⁻²⁴.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A standard normal number (Box and Muller).
  package mutating func normal() -> Float {
    let radius = (-2 * .log(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    return Float(radius * .cos(2 * .pi * Double(next() >> 11) * 0x1p-53))
  }

  /// A random order of `0..<count`.
  package mutating func permutation(_ count: Int) -> [Int] { (0..<count).shuffled(using: &self) }

  public static func == (a: RandomSource, b: RandomSource) -> Bool { a.state == b.state }
}

extension Tensor {
  /// Independent uniform numbers in [lower, upper).
  public static func uniform(
    _ shape: [Int], in bounds: ClosedRange<Float>, using random: inout RandomSource
  ) -> Tensor {
    let width = bounds.upperBound - bounds.lowerBound
    return Tensor(shape: shape) { out in
      for i in 0..<shape.reduce(1, *) { out[i] = bounds.lowerBound + width * random.uniform() }
    }
  }

  /// Independent normal numbers with mean zero.
  package static func normal(
    _ shape: [Int], standardDeviation: Float, using random: inout RandomSource
  ) -> Tensor {
    Tensor(shape: shape) { out in
      for i in 0..<shape.reduce(1, *) { out[i] = standardDeviation * random.normal() }
    }
  }

  /// Independent standard Cauchy numbers.
  package static func cauchy(_ shape: [Int], using random: inout RandomSource) -> Tensor {
    Tensor(shape: shape) { out in
      for i in 0..<shape.reduce(1, *) {
        // Halfway between the 2²⁴ values of a uniform number, so never at a pole.
        out[i] = Float(Double.tan(.pi * (Double(random.uniform()) + 0x1p-25 - 0.5)))
      }
    }
  }
}
