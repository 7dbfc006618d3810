import Formats
import Networks
import Tensors

extension Network {
  /// The SHA-256 of all that decides what the network computes, in hexadecimal: how its layers are
  /// wired, their kinds and settings, and every number.
  ///
  /// Two networks with one digest compute the same, so verdicts on one hold for the other.
  var digest: String {
    let sum = SHA256Sum()
    for node in nodes {
      let kind = type(of: node.layer).kind
      Array("\(node.path) \(kind) \(node.inputs) \(node.outputShape) \(node.layer)\n".utf8)
        .withUnsafeBytes { sum.update($0) }
    }
    for (_, tensor) in stateDict.sorted(by: { $0.key < $1.key }) {
      tensor.read { sum.update(UnsafeRawBufferPointer($0)) }
    }
    return sum.hexadecimal()
  }
}
