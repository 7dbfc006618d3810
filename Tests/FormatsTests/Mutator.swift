import Foundation
import Tensors

/// Changes bytes of good files, the same for the same seed.
struct Mutator {
  private let seeds: [Data]
  private var random: RandomSource

  init(_ seeds: [Data], seed: UInt64) {
    self.seeds = seeds
    random = RandomSource(seed: seed, purpose: "mutations")
  }

  /// A good file with one to three changes, now and then cut off.
  mutating func next() -> Data {
    var data = seeds.randomElement(using: &random)!
    for _ in 0..<Int.random(in: 1...3, using: &random) { change(&data) }
    if chance(8) { data = data.prefix(Int.random(in: 0...data.count, using: &random)) }
    return Data(data)
  }

  private mutating func chance(_ n: Int) -> Bool { Int.random(in: 0..<n, using: &random) == 0 }

  /// The front of a file, or of a part of it, holds its structure: half of the changes are there.
  private mutating func position(in data: Data) -> Int {
    let limit = chance(2) ? min(data.count, 1500) : data.count
    return Int.random(in: 0..<max(limit, 1), using: &random)
  }

  private mutating func change(_ data: inout Data) {
    guard !data.isEmpty else { return }
    let place = position(in: data)
    switch Int.random(in: 0..<8, using: &random) {
    case 0: data[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1, 2: data[place] = .random(in: 0...255, using: &random)
    case 3: data[place] = [0, 1, 0x7f, 0x80, 0xff].randomElement(using: &random)!
    case 4:  // a large number, in most encodings
      let end = min(place + Int.random(in: 1...9, using: &random), data.count)
      data.replaceSubrange(place..<end, with: repeatElement(0xff, count: end - place))
    case 5: data.insert(contentsOf: piece(of: data), at: place)
    case 6: data.removeSubrange(place..<min(place + piece(of: data).count, data.count))
    default: data.insert(contentsOf: piece(of: seeds.randomElement(using: &random)!), at: place)
    }
  }

  private mutating func piece(of data: Data) -> Data {
    guard !data.isEmpty else { return data }
    let start = position(in: data)
    return Data(data[start..<min(start + Int.random(in: 1...64, using: &random), data.count)])
  }
}
