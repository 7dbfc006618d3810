/// The network that certificates speak of: nodes that make one value each of others.
///
/// Value 0 is the input, and value i + 1 is the output of node i.
struct Network: Sendable {
  /// What a node computes.
  enum Layer: Sendable {
    case affine(AffineLayer)
    case piecewise(PiecewiseFunction)
    case maxPool(Window)

    var affine: AffineLayer? {
      if case .affine(let layer) = self { layer } else { nil }
    }

    /// How many inputs an output reads at most.
    fileprivate var products: Int {
      switch self {
      case .affine(let layer): layer.products
      case .piecewise: 1
      case .maxPool(let window): window.taps
      }
    }
  }

  /// A node. Those that are not affine read one value.
  struct Node: Sendable {
    let name: String
    let inputs: [Int]
    var layer: Layer
  }

  private(set) var nodes: [Node] = []
  /// The numbers of nodes by their names.
  private var numbers: [String: Int] = [:]
  /// The extents of each value, [channels, rows, columns] or [n].
  private(set) var extents: [[Int]]
  /// The number of scalars of each value.
  private(set) var counts: [Int]
  /// Whether each value depends on the input through affine nodes alone.
  private(set) var isAffine = [true]
  /// Whether the network ends with a softmax, which is left out.
  private(set) var endsWithSoftmax = false

  /// The value with the logits.
  var output: Int { nodes.count }
  var classes: Int { counts[output] }

  /// Returns the number of the node with a name.
  func node(named name: String) -> Int? { numbers[name] }

  /// Reads the nodes of a graph, for the guarantee `deployed` or `exact`.
  init(
    _ graph: OnnxGraph, isDeployed: Bool, products: Roundings.Products
  ) throws(CheckError) {
    guard [1, 3].contains(graph.inputExtents.count) else {
      throw CheckError("the input is neither [batch, channels, height, width] nor [batch, n]")
    }
    extents = [graph.inputExtents]
    counts = [try Limits.product(extents[0], atMost: Limits.scalars, of: "the input")]
    var values = ["input": 0]
    var (allCounts, allProducts) = (counts[0], 0)
    for node in graph.nodes {
      guard !node.name.isEmpty, numbers.updateValue(nodes.count, forKey: node.name) == nil else {
        throw CheckError("the name \"\(node.name)\" of a node is empty or comes twice")
      }
      do throws(CheckError) {
        try append(node, values, graph.constants)
        allCounts += counts[output]
        allProducts += counts[output] * nodes[output - 1].layer.products
        guard allCounts <= Limits.allScalars, allProducts <= Limits.allProducts else {
          throw CheckError("the network is too large up to here")
        }
        guard graph.constants[node.output] == nil,
          values.updateValue(output, forKey: node.output) == nil
        else { throw CheckError("its output has a name that is taken") }
      } catch {
        throw CheckError("node \(node.name) (\(node.operation)): \(error.problem)")
      }
    }
    guard values["output"] == output, output > 0, extents[output] == graph.outputExtents,
      extents[output].count == 1, classes > 1
    else {
      throw CheckError("the last node does not make a vector \"output\" of at least two logits")
    }
    if isDeployed { try addNoise(products) }
  }

  /// Appends a node and what is known of its output.
  private mutating func append(
    _ node: OnnxGraph.Node, _ values: [String: Int], _ constants: [String: OnnxGraph.Tensor]
  ) throws(CheckError) {
    guard !endsWithSoftmax || node.operation == "Identity" else {
      throw CheckError("follows a softmax, which has to be the end")
    }
    let inputs = node.inputs.prefix { values[$0] != nil }.compactMap { values[$0] }
    var rest: [OnnxGraph.Tensor] = []
    for name in node.inputs.dropFirst(inputs.count) {
      guard let constant = constants[name] else {
        throw CheckError("its input \(name) is neither a constant nor computed before")
      }
      rest.append(constant)
    }
    guard !inputs.isEmpty else { throw CheckError("reads no value that is computed") }
    let reader = OperatorReader(node: node, inputs: inputs.map { extents[$0] }, constants: rest)
    let (layer, shape) = try reader.layer()
    nodes.append(Node(name: node.name, inputs: inputs, layer: layer))
    extents.append(shape)
    counts.append(try Limits.product(shape, atMost: Limits.scalars, of: "its output"))
    isAffine.append(layer.affine != nil && inputs.allSatisfy { isAffine[$0] })
    if ["Softmax", "LogSoftmax"].contains(node.operation) { endsWithSoftmax = true }
  }

  /// Tells the affine layers what roundings of a runtime cost them.
  private mutating func addNoise(_ products: Roundings.Products) throws(CheckError) {
    // The input is no node.
    let reads = nodes.map { node in node.inputs.filter { $0 > 0 }.map { $0 - 1 } }
    let roundings = Roundings.ofGroups(nodes.map(\.layer.affine), reads: reads)
    for node in nodes.indices {
      guard var layer = nodes[node].layer.affine, !layer.isMove else { continue }
      guard roundings[node] <= 4 * Limits.products else {
        throw CheckError("node \(nodes[node].name): a group of layers has too many roundings")
      }
      layer.noise = Roundings.noise(roundings[node], products)
      nodes[node].layer = .affine(layer)
    }
  }
}
