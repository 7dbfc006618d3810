import Foundation
import Tensors
import Testing
import _TestSupport

@testable import Formats

@Suite struct GzipTests {
  static func sample(_ size: Int, seed: UInt64 = 1) -> Data {
    var random = RandomSource(seed: seed)
    return Data((0..<size).map { _ in UInt8.random(in: 0...20, using: &random) })
  }

  @Test(arguments: [0, 1, 1000, 262_144, 700_001])
  func unpacksWhatWasPacked(size: Int) throws {
    let data = Self.sample(size)
    let packed = Gzip.compress(data)
    #expect(Gzip.isGzip(packed))
    #expect(packed == Gzip.compress(data))
    #expect(try Gzip.decompress(packed, limit: size, file: "f") == data)
    // A slice does not begin at index 0.
    let slice = (Data([9, 9, 9]) + packed).dropFirst(3)
    #expect(try Gzip.decompress(slice, limit: size, file: "f") == data)
  }

  @Test func joinsMembersAndPassesPadding() throws {
    let (a, b) = (Self.sample(1000), Self.sample(300_000, seed: 2))
    let packed = Gzip.compress(a) + Gzip.compress(b)
    #expect(try Gzip.decompress(packed, limit: 301_000, file: "f") == a + b)
    #expect(try Gzip.decompress(packed + Data(count: 512), limit: 301_000, file: "f") == a + b)
  }

  @Test func refusesEveryTruncation() {
    let packed = Gzip.compress(Self.sample(500))
    for length in 0..<packed.count {
      expectFailure(.badData, length < 2 ? "not a gzip file" : "end too early", file: "f") {
        _ = try Gzip.decompress(packed.prefix(length), limit: 500, file: "f")
      }
    }
  }

  @Test func refusesDamage() {
    let packed = Gzip.compress(Self.sample(500))
    for index in (packed.count - 8)..<packed.count {
      var damaged = packed
      damaged[index] ^= 1
      expectFailure(.badData, "damaged (incorrect", file: "f: byte") {
        _ = try Gzip.decompress(damaged, limit: 500, file: "f")
      }
    }
    expectFailure(.badData, "no gzip data follow", file: "f: byte \(packed.count)") {
      _ = try Gzip.decompress(packed + Data([0, 1]), limit: 500, file: "f")
    }
    expectFailure(.badData, "not a gzip file", file: "f") {
      _ = try Gzip.decompress(Data("hello".utf8), limit: 500, file: "f")
    }
  }

  @Test func stopsAtTheLimit() throws {
    let packed = Gzip.compress(Data(count: 50_000_000))
    for limit in [0, 1, 262_144, 49_999_999] {
      expectFailure(.badData, "more than the \(limit) bytes", file: "f") {
        _ = try Gzip.decompress(packed, limit: limit, file: "f")
      }
    }
    #expect(try Gzip.decompress(packed, limit: 50_000_000, file: "f").count == 50_000_000)
    #expect(try Gzip.beginning(of: packed, count: 5, file: "f") == Data(count: 5))
  }

  @Test func survivesMutations() throws {
    var random = RandomSource(seed: 3)
    let packed = [UInt8](Gzip.compress(Self.sample(400)) + Gzip.compress(Self.sample(90)))
    for _ in 0..<4000 {
      let data = Data(mutated(packed, using: &random))
      do {
        let plain = try Gzip.decompress(data, limit: 2000, file: "f")
        #expect(plain.count <= 2000)
      } catch let error as FormatError {
        #expect(error.kind == .badData)
      }
    }
  }
}
