import Bounds
import Networks
import Tensors

/// A certificate of a dense ReLU network in the format `crown_query_v1` of TorchLean, whose checker
/// is proved correct in Lean (its `NN/Verification/Cert/CROWNQuery`).
///
/// The file has the network, the box of inputs, a slope for the lower line of each neuron, and the
/// margins as inequalities, all as exact fractions. It is about the network in real numbers, as
/// ``Bounds/Guarantee/exact`` is; and its checker computes bounds by itself, so that a certificate of
/// ours may be beyond it.
struct TorchLeanQuery: Encodable {
  /// The ends of the box.
  struct Box: Encodable {
    let lo, hi: [String]
  }

  /// A matrix with a bias, or the slopes of a ReLU.
  struct Layer: Encodable {
    let kind: String
    var weights: [[String]]?
    var bias: [String]?
    var alpha: [String]?
  }

  /// weights·y + bias < 0 for the outputs y.
  struct Inequalities: Encodable {
    let weights: [[String]]
    let bias: [String]
    let strict: Bool
  }

  let format = "crown_query_v1"
  let input: Box
  let inputSize: Int
  let layers: [Layer]
  let query: Inequalities

  enum CodingKeys: String, CodingKey {
    case format, input, layers, query
    case inputSize = "input_dim"
  }
}

extension TorchLeanQuery {
  /// Writes a query of an example's margins.
  ///
  /// - Parameters:
  ///   - network: A chain of Flatten, Linear and ReLU.
  ///   - box: The set of inputs, of one example.
  ///   - witness: The slopes; those of single passes are left out.
  /// - Throws: ``BoundsError/input(_:)`` for another layer.
  init(
    _ network: Network, over box: Interval, label: Int, _ witness: Witness
  ) throws(BoundsError) {
    let ends = (lower: box.lower.scalars, upper: box.upper.scalars)
    input = Box(
      lo: ends.lower.map { Fraction.text($0.nextDown) },
      hi: ends.upper.map { Fraction.text($0.nextUp) })
    inputSize = ends.lower.count
    var layers: [Layer] = []
    for (index, node) in network.nodes.enumerated() where !(node.layer is Flatten) {
      layers.append(try Self.layer(node, at: index, witness))
    }
    self.layers = layers
    let others = (0..<network.classes).filter { $0 != label }
    query = Inequalities(
      weights: others.map { other in
        (0..<network.classes).map { $0 == label ? "-1" : $0 == other ? "1" : "0" }
      }, bias: others.map { _ in "0" }, strict: true)
  }

  /// Refuses a network that the format does not know.
  ///
  /// - Throws: ``BoundsError/input(_:)`` for the first layer that is none of Flatten, Linear and
  ///   ReLU.
  static func check(_ network: Network) throws(BoundsError) {
    for (index, node) in network.nodes.enumerated() {
      guard node.inputs == [index],
        node.layer is Flatten || node.layer is Linear || node.layer is ReLU
      else { throw refusal(node) }
    }
  }

  /// Writes a layer.
  private static func layer(
    _ node: Network.Node, at index: Int, _ witness: Witness
  ) throws(BoundsError) -> Layer {
    switch node.layer {
    case let layer as Linear:
      let columns = layer.weight.shape[1]
      let weight = layer.weight.scalars.map(Fraction.text)
      return Layer(
        kind: "linear",
        weights: stride(from: 0, to: weight.count, by: columns).map {
          Array(weight[$0..<$0 + columns])
        }, bias: layer.bias.scalars.map(Fraction.text))
    case is ReLU:
      var alpha = [String](repeating: "0", count: node.outputShape.reduce(1, *))
      for lines in witness.lines where lines.layer == index {
        for (neuron, slope) in zip(lines.neurons, lines.lower) {
          alpha[neuron] = Fraction.text(slope)
        }
      }
      return Layer(kind: "relu", alpha: alpha)
    default: throw refusal(node)
    }
  }

  private static func refusal(_ node: Network.Node) -> BoundsError {
    .input(
      "layer \(node.path) (\(type(of: node.layer).kind)): TorchLean's queries are of chains of "
        + "matrices and ReLU")
  }
}

/// A Float as an exact fraction.
enum Fraction {
  /// Returns a number such as "3", "-1/2" or "13421773/134217728".
  ///
  /// - Precondition: The number is finite.
  static func text(_ number: Float) -> String {
    guard number != 0 else { return "0" }
    let sign = number < 0 ? "-" : ""
    let mantissa = UInt64(number.magnitude.significandBitPattern)
    let isNormal = number.isNormal
    var whole = isNormal ? mantissa | 1 << 23 : mantissa
    var exponent = isNormal ? Int(number.exponent) - 23 : -149
    let zeros = whole.trailingZeroBitCount
    whole >>= zeros
    exponent += zeros
    if exponent >= 0 { return sign + doubled("\(whole)", exponent) }
    return "\(sign)\(whole)/\(doubled("1", -exponent))"
  }

  /// Doubles a decimal number several times.
  private static func doubled(_ decimal: String, _ times: Int) -> String {
    var digits = decimal.utf8.reversed().map { Int($0 - UInt8(ascii: "0")) }
    for _ in 0..<times {
      var carry = 0
      for place in digits.indices {
        let sum = 2 * digits[place] + carry
        (digits[place], carry) = (sum % 10, sum / 10)
      }
      if carry > 0 { digits.append(carry) }
    }
    return digits.reversed().map(String.init).joined()
  }
}
