import Testing

@testable import Checker

/// Operations are compared with exact fractions.
@Suite struct DyadicTests {
  /// A number of up to 61 bits at some exponent, often a simple one.
  static func number(_ random: inout Generator) -> Dyadic {
    let bits = Int.random(in: 0...61, using: &random)
    let limit = 1 << bits
    return Dyadic(
      Int.random(in: -limit...limit, using: &random),
      exponent: Int.random(in: -150...60, using: &random))
  }

  /// Expects that `down` ≤ exact ≤ `up`, with 60 bits between them and exact.
  static func expect(_ down: Dyadic, _ exact: Rational, _ up: Dyadic) {
    let (low, high) = (Rational(down), Rational(up))
    #expect(low <= exact && exact <= high)
    let magnitude = max(exact, Rational(0) - exact)
    #expect(high - low <= magnitude * Rational(1, exponent: -58))
  }

  @Test func operations() {
    var random = Generator(state: 1)
    for _ in 0..<2000 {
      let (x, y) = (Self.number(&random), Self.number(&random))
      let (a, b) = (Rational(x), Rational(y))
      Self.expect(x.times(y, .down), a * b, x.times(y, .up))
      let (low, high) = (Rational(x.plus(y, .down)), Rational(x.plus(y, .up)))
      #expect(low <= a + b && a + b <= high)
      #expect((x < y) == (a < b) && (x == y) == (a == b))
      if y != .zero { Self.expect(x.over(y, .down), a / b, x.over(y, .up)) }
      let (down, up) = (x.magnitude.squareRoot(.down), x.magnitude.squareRoot(.up))
      #expect(Rational(down) * Rational(down) <= Rational(x.magnitude))
      #expect(Rational(x.magnitude) <= Rational(up) * Rational(up))
      #expect(
        Rational(up) - Rational(down) <= Rational(up) * Rational(1, exponent: -58))
      let inside = Interval(min(x, y), max(x, y)) * Interval(x)
      #expect(Rational(inside.lower) <= a * b && a * b <= Rational(inside.upper))
    }
  }

  @Test func sumsAreExactWhereTheyFit() {
    let sum = Dyadic(3, exponent: -20).plus(Dyadic(-5, exponent: 30), .down)
    #expect(Rational(sum) == Rational(3, exponent: -20) - Rational(5, exponent: 30))
    #expect(
      Dyadic(1, exponent: 900).minus(Dyadic(1, exponent: -900), .down) < Dyadic(1, exponent: 900))
    #expect(Dyadic(-1, exponent: -900) < .zero)
  }

  @Test func integersAreRounded() {
    var random = Generator(state: 2)
    for _ in 0..<2000 {
      let value = Int128(Int.random(in: -1 << 40...1 << 40, using: &random))
      let shift = Int.random(in: -130...60, using: &random)
      let exact = Rational(Int(value)) * Rational(1, exponent: shift)
      let (down, up) = (scaled(value, by: shift, .down), scaled(value, by: shift, .up))
      #expect(Rational(Dyadic(down, exponent: 0, .down)) <= exact)
      #expect(exact <= Rational(Dyadic(up, exponent: 0, .up)) && up - down <= 1)
      let distance = Rational(Dyadic(scaled(value, by: shift, .nearest), exponent: 0, .up)) - exact
      #expect(max(distance, Rational(0) - distance) <= Rational(1, over: 2) || shift > 20)
    }
  }

  @Test func floatsAreDecoded() {
    for number: Float in [0, -0.0, 1, -1.5, 0.1, 0x1p-149, -0x3p-140, 3.4e38, 0x1p-126] {
      #expect(Dyadic(float: number.bitPattern).map { Rational($0) } == Rational(number))
    }
    for number: Float in [.nan, .infinity, -.infinity, .signalingNaN] {
      #expect(Dyadic(float: number.bitPattern) == nil)
    }
  }

  @Test(arguments: [
    ("0.1", 1, 10), ("8/255", 8, 255), ("1e-3", 1, 1000), ("12.5E+1", 125, 1), ("0", 0, 1),
    ("0.00392156862745098", 392_156_862_745_098, 100_000_000_000_000_000),
  ])
  func epsilonIsNotBelow(_ text: String, _ numerator: Int, _ denominator: Int) throws {
    let (found, exact) = (
      Rational(try Epsilon.upper(text)), Rational(numerator, over: denominator)
    )
    #expect(exact <= found && found <= exact * (Rational(1) + Rational(1, exponent: -50)))
  }

  @Test(arguments: [
    "", "-0.1", "+1", "0.1.2", "1/0", "1/2/3", "/", "1/", ".", "e1", "1e", "1e999", "nan", "0x1",
    "1/-2", "0.1 ", "١", "1e1e1", String(repeating: "1", count: 41),
  ])
  func badEpsilonIsRefused(_ text: String) {
    #expect(throws: CheckError.self) { try Epsilon.upper(text) }
  }

  @Test func decimalsAreRoundedDown() {
    #expect(Dyadic(0).decimal == "0")
    #expect(Dyadic(1, exponent: -1).decimal == "0.5000")
    #expect(Dyadic(12345).decimal == "12340")
    #expect(Dyadic(-12345).decimal == "-12350")
    #expect(Dyadic(3).decimal == "3.000")
    #expect(Dyadic(1, exponent: -7).decimal == "0.007812")
    #expect(Dyadic(-1, exponent: -7).decimal == "-0.007813")
    #expect(Dyadic(1, exponent: -30).decimal == "9.313e-10")
    #expect(Dyadic(1, exponent: 40).decimal == "1.099e12")
    #expect(Dyadic(-99_995).decimal == "-100000")
  }
}
