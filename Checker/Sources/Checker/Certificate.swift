import Foundation

/// A certificate of one example: a line of examples.jsonl.
struct Certificate {
  /// The slopes of a layer's neurons, in units of 2⁻³².
  struct Slopes {
    let neurons: [Int]
    let lower: [Int64]
    /// For Clip.
    let upper: [Int64]?
  }

  /// A backward pass that takes slopes of its own.
  enum Pass: Hashable {
    /// The margin over a class.
    case margin(Int)
    /// The lower bound of a neuron in front of a node, or of its negative.
    case neuron(node: Int, neuron: Int, sign: Int)

    /// Passes are in the order of these numbers.
    fileprivate var key: [Int] {
      switch self {
      case .margin(let other): [-1, other]
      case .neuron(let node, let neuron, let sign): [node, neuron, -sign]
      }
    }
  }

  let index, label: Int
  /// Whether margins are bounded over intervals, or else over the input.
  let overIntervals: Bool
  /// The image's bytes, [row, column, channel].
  let pixels: [UInt8]
  /// The lines and the refined neurons are kept by node.
  private(set) var slopes: [Int: Slopes] = [:]
  private(set) var refined: [Int: [Int]] = [:]
  /// The slopes for the neurons of ``slopes``, by pass and node, in units of 2⁻³².
  private(set) var own: [Pass: [Int: [Int64]]] = [:]

  /// Reads a line, without its line feed.
  init(_ line: ArraySlice<UInt8>, _ run: RunFile, _ network: Network) throws(CheckError) {
    let object = try JSONObject(
      try JSONReader.value(of: line), keys: ["index", "label", "margins", "pixels"],
      optional: ["own", "refined", "slopes"])
    guard run.count > 0 else { throw CheckError("no example was tried") }
    index = try object.integer("index", in: run.first...run.first + run.count - 1)
    label = try object.integer("label", in: 0...network.classes - 1)
    let margins = try object.text("margins")
    guard ["input", "intervals"].contains(margins) else {
      throw CheckError("\"margins\" is neither \"input\" nor \"intervals\"")
    }
    overIntervals = margins == "intervals"
    guard let data = Data(base64Encoded: try object.text("pixels")), data.count == network.counts[0]
    else { throw CheckError("\"pixels\" is not base64 of \(network.counts[0]) bytes") }
    pixels = Array(data)
    var last = -1
    for element in try object.listIfAny("slopes") { try readSlopes(element, network, &last) }
    last = -1
    for element in try object.listIfAny("refined") { try readRefined(element, network, &last) }
    var key: [Int] = []
    for element in try object.listIfAny("own") { try readOwn(element, network, &key) }
  }

  /// Returns the node of an object's layer, which has to follow those before.
  private static func node(
    _ object: JSONObject, _ network: Network, after last: inout Int
  ) throws(CheckError) -> Int {
    let name = try object.text("layer")
    guard let node = network.node(named: name), network.nodes[node].layer.affine == nil else {
      throw CheckError("the network has no layer \"\(name)\" that is not affine")
    }
    guard node > last else {
      throw CheckError("the layer \"\(name)\" comes twice or not in the order of the nodes")
    }
    last = node
    return node
  }

  /// Returns the places in the input of a node.
  private static func neurons(
    _ object: JSONObject, _ network: Network, _ node: Int
  ) throws(CheckError) -> [Int] {
    let count = network.counts[network.nodes[node].inputs[0]]
    let neurons = try object.integers("neurons", in: 0...count - 1)
    guard zip(neurons, neurons.dropFirst()).allSatisfy({ $0 < $1 }) else {
      throw CheckError("\"neurons\" are not in ascending order")
    }
    return neurons
  }

  /// Returns slopes that are written in units of 2 to the power of −`bits`.
  private static func slopes(
    _ key: String, _ object: JSONObject, bits: Int, count: Int
  ) throws(CheckError) -> [Int64] {
    let slopes = try object.integers(key, in: -(1 << 26) + 1...(1 << 26) - 1)
    guard slopes.count == count else {
      throw CheckError("\"\(key)\" has \(slopes.count) slopes for \(count) neurons")
    }
    return slopes.map { Int64($0) << Int64(-PiecewiseFunction.slopeUnit - bits) }
  }

  private mutating func readSlopes(
    _ element: JSON, _ network: Network, _ last: inout Int
  ) throws(CheckError) {
    let object = try JSONObject(element, keys: ["layer", "lower", "neurons"], optional: ["upper"])
    let node = try Self.node(object, network, after: &last)
    var isClip = false
    switch network.nodes[node].layer {
    case .piecewise(.clip): isClip = true
    case .piecewise: break
    default: throw CheckError("\(network.nodes[node].name) has no lines with slopes")
    }
    guard isClip == object.has("upper") else {
      throw CheckError("\"upper\" is there for Clip, and only there")
    }
    let neurons = try Self.neurons(object, network, node)
    let lower = try Self.slopes("lower", object, bits: 24, count: neurons.count)
    let upper = isClip ? try Self.slopes("upper", object, bits: 24, count: neurons.count) : nil
    slopes[node] = Slopes(neurons: neurons, lower: lower, upper: upper)
  }

  private mutating func readRefined(
    _ element: JSON, _ network: Network, _ last: inout Int
  ) throws(CheckError) {
    let object = try JSONObject(element, keys: ["layer", "neurons"])
    let node = try Self.node(object, network, after: &last)
    refined[node] = try Self.neurons(object, network, node)
  }

  private mutating func readOwn(
    _ element: JSON, _ network: Network, _ last: inout [Int]
  ) throws(CheckError) {
    var isMargin = false
    if case .object(let members) = element { isMargin = members["class"] != nil }
    let object = try JSONObject(
      element, keys: isMargin ? ["class", "slopes"] : ["layer", "neuron", "sign", "slopes"])
    let pass = try isMargin ? margin(object, network) : neuron(object, network)
    guard last.lexicographicallyPrecedes(pass.key) else {
      throw CheckError("passes in \"own\" are not in order, or come twice")
    }
    last = pass.key
    var layers: [Int: [Int64]] = [:]
    var lastNode = -1
    for element in try object.list("slopes") {
      let object = try JSONObject(element, keys: ["layer", "lower"])
      let node = try Self.node(object, network, after: &lastNode)
      guard let neurons = slopes[node]?.neurons else {
        throw CheckError("\(network.nodes[node].name) has slopes in \"own\" but not in \"slopes\"")
      }
      layers[node] = try Self.slopes("lower", object, bits: 8, count: neurons.count)
    }
    own[pass] = layers
  }

  private func margin(_ object: JSONObject, _ network: Network) throws(CheckError) -> Pass {
    let other = try object.integer("class", in: 0...network.classes - 1)
    guard other != label else { throw CheckError("a margin is over the label itself") }
    return .margin(other)
  }

  private func neuron(_ object: JSONObject, _ network: Network) throws(CheckError) -> Pass {
    var last = -1
    let node = try Self.node(object, network, after: &last)
    let neuron = try object.integer("neuron", in: 0...Limits.scalars)
    let sign = try object.integer("sign", in: -1...1)
    guard sign != 0, refined[node]?.contains(neuron) == true else {
      throw CheckError("a pass in \"own\" is for a neuron that is not refined, or its sign is 0")
    }
    return .neuron(node: node, neuron: neuron, sign: sign)
  }
}
