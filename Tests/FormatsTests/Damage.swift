import Tensors

/// Random damage: bytes changed, cut off, repeated, put in or taken out.
func mutated(_ data: [UInt8], using random: inout RandomSource) -> [UInt8] {
  var bytes = data
  for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
    let at = Int.random(in: 0..<bytes.count, using: &random)
    switch Int.random(in: 0..<6, using: &random) {
    case 0: bytes[at] = UInt8.random(in: .min ... .max, using: &random)
    case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 2: bytes.removeSubrange(at...)
    case 3: bytes.insert(UInt8.random(in: .min ... .max, using: &random), at: at)
    case 4: bytes.remove(at: at)
    default: bytes += bytes[at..<min(at + 9, bytes.count)]
    }
  }
  return bytes
}
