import Testing

@testable import Tensors

/// Random numbers: fixed for ever for a seed, and distributed as they say.
@Suite struct RandomSourceTests {
  /// Outputs of an implementation written from the published algorithms in another language
  /// (SplitMix64 seeding xoshiro256++).
  @Test func isXoshiro() {
    let published: [UInt64: [UInt64]] = [
      0: [0x5317_5d61_490b_23df, 0x61da_6f3d_c380_d507, 0x5c0f_df91_ec9a_7bfc],
      .max: [0x56cc_f8ce_948e_27b2, 0xe685_8843_2e5a_5b90, 0xe3e9_b5a4_8119_ca8b],
    ]
    for (seed, expected) in published {
      var source = RandomSource(seed: seed)
      #expect((0..<3).map { _ in source.next() } == expected)
    }
  }

  /// The stream of a purpose is seeded by FNV-1a of seed, index and purpose.
  @Test func purposesAreHashedAsPublished() {
    var source = RandomSource(seed: 3, purpose: "order", index: 5)
    let expected: [UInt64] = [0xa6c5_a38c_d88b_d0b6, 0xc464_0997_e14f_6121, 0x3330_380c_2e58_a068]
    #expect((0..<3).map { _ in source.next() } == expected)
  }

  @Test func seedsPurposesAndIndicesGiveDifferentStreams() {
    var firsts: Set<UInt64> = []
    for seed in [0, 1, 2] as [UInt64] {
      for purpose in ["", "order", "weights"] {
        for index in [-1, 0, 1, 256] {
          var source = RandomSource(seed: seed, purpose: purpose, index: index)
          firsts.insert(source.next())
        }
      }
    }
    #expect(firsts.count == 36)
  }

  @Test func isAValue() {
    var source = RandomSource(seed: 1)
    var copy = source
    #expect(source == copy)
    let drawn = source.next()
    #expect(source != copy)
    #expect(copy.next() == drawn)
  }

  /// Means and variances of n numbers, within five standard errors.
  @Test func distributions() {
    let n = 100_000
    var source = RandomSource(seed: 7)
    let uniform = (0..<n).map { _ in Double(source.uniform()) }
    #expect(uniform.allSatisfy { 0..<1 ~= $0 })
    let (mean, variance) = moments(uniform)
    #expect(abs(mean - 0.5) < 5 * (1 / 12.0 / Double(n)).squareRoot())
    #expect(abs(variance - 1 / 12.0) < 5 * (1 / 180.0 / Double(n)).squareRoot())
    let normal = (0..<n).map { _ in Double(source.normal()) }
    let (normalMean, normalVariance) = moments(normal)
    #expect(abs(normalMean) < 5 / Double(n).squareRoot())
    #expect(abs(normalVariance - 1) < 5 * (2 / Double(n)).squareRoot())
    let outside = normal.count { abs($0) > 1.959964 }
    #expect(abs(Double(outside) - 0.05 * Double(n)) < 5 * (0.0475 * Double(n)).squareRoot())
  }

  private func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(values.count))
  }

  @Test func tensorsStayInTheirBounds() {
    var source = RandomSource(seed: 8)
    let tensor = Tensor.uniform([1000], in: -2...3, using: &source)
    #expect(tensor.scalars.allSatisfy { -2..<3 ~= $0 })
    #expect(tensor.scalars.contains { $0 < -1.9 } && tensor.scalars.contains { $0 > 2.9 })
    let scaled = Tensor.normal([10_000], standardDeviation: 3, using: &source)
    #expect(abs(moments(scaled.scalars.map(Double.init)).variance - 9) < 1)
  }

  @Test(arguments: [0, 1, 2, 1000])
  func permutations(count: Int) {
    var source = RandomSource(seed: 9)
    let first = source.permutation(count)
    #expect(first.sorted() == Array(0..<count))
    if count == 1000 { #expect(first != source.permutation(count)) }
  }
}
