import Tensors

/// A directed acyclic graph of layers, shape-checked once when built; after that, arithmetic never
/// needs `try`.
///
/// Values are numbered: 0 is the input, i + 1 the output of node i. A node reads earlier values
/// only, and the last node's output is the network's.
public struct Network: Sendable {
  /// A layer in its place.
  public struct Node: Sendable {
    /// The layer's name in messages and in parameter paths, such as "0" in "0.weight".
    public let path: String
    public internal(set) var layer: any Layer
    /// The values that it reads.
    public let inputs: [Int]
    /// Shapes without the batch axis; the first input's.
    public let inputShape: [Int]
    public let outputShape: [Int]
  }

  /// The name of an architecture with its options, as model files write them.
  package struct Origin: Sendable, Hashable {
    package let name: String
    package let options: [String: [Int]]

    package init(name: String, options: [String: [Int]] = [:]) {
      (self.name, self.options) = (name, options)
    }
  }

  /// [height, width, channels] or [n].
  public let inputShape: [Int]
  public internal(set) var nodes: [Node]
  /// The named architecture that it was made from; nil for a graph without a name.
  package let origin: Origin?

  public var outputShape: [Int] { nodes.last?.outputShape ?? inputShape }
  public var classes: Int { outputShape.reduce(1, *) }

  /// Builds a graph from layers in an order in which each reads earlier values only.
  ///
  /// Throws ``NetworkError/shape(path:kind:expected:found:)`` where layers do not fit,
  /// ``NetworkError/duplicatePath(_:)`` and ``NetworkError/badGraph(path:problem:)``.
  package init(
    input: [Int], graph: [(path: String, layer: any Layer, inputs: [Int])],
    origin: Origin? = nil
  ) throws(NetworkError) {
    var shapes = [input]
    var nodes: [Node] = []
    var paths: Set<String> = []
    for (path, layer, inputs) in graph {
      guard paths.insert(path).inserted else { throw .duplicatePath(path) }
      guard !inputs.isEmpty, inputs.allSatisfy({ shapes.indices ~= $0 }) else {
        throw .badGraph(path: path, problem: "reads values \(inputs), not made before it")
      }
      let output: [Int]
      do { output = try layer.outputShape(ofAll: inputs.map { shapes[$0] }) } catch {
        throw .shape(
          path: path, kind: type(of: layer).kind, expected: error.expected, found: error.found)
      }
      nodes.append(
        Node(
          path: path, layer: layer, inputs: inputs, inputShape: shapes[inputs[0]],
          outputShape: output))
      shapes.append(output)
    }
    self.inputShape = input
    self.nodes = nodes
    self.origin = origin
  }

  /// Builds a chain of layers. Throws as ``init(input:graph:origin:)`` does.
  package init(
    input: [Int], layers: [(path: String, layer: any Layer)], origin: Origin? = nil
  ) throws(NetworkError) {
    try self.init(
      input: input,
      graph: layers.enumerated().map { (path: $1.path, layer: $1.layer, inputs: [$0]) },
      origin: origin)
  }

  /// Builds a network whose layers are named by their index, as in PyTorch's `Sequential`; a
  /// leading normalisation is named "normalize" and does not count.
  package init(
    input: [Int], _ layers: [any Layer], origin: Origin? = nil
  ) throws(NetworkError) {
    let shift = layers.first is Normalization ? 1 : 0
    let named = layers.enumerated().map { index, layer in
      (path: index < shift ? "normalize" : "\(index - shift)", layer: layer)
    }
    try self.init(input: input, layers: named, origin: origin)
  }

  /// The outputs (logits) for a batch [N, …inputShape].
  public func callAsFunction(_ batch: Tensor) -> Tensor {
    precondition(
      Array(batch.shape.dropFirst()) == inputShape,
      "batch \(batch.shape) for a network on \(inputShape)")
    var values = Values(of: self, batch)
    for node in nodes { values.append(node.layer.forward(all: node.inputs.map { values[$0] })) }
    return values.last
  }
}

/// The values of a graph while it is evaluated, each let go after its last reader.
private struct Values {
  private var values: [Tensor?]
  private let lastReader: [Int]

  init(of network: Network, _ input: Tensor) {
    values = [input]
    var lastReader = [Int](repeating: network.nodes.count, count: network.nodes.count + 1)
    for (index, node) in network.nodes.enumerated() {
      for value in node.inputs { lastReader[value] = index }
    }
    self.lastReader = lastReader
  }

  subscript(value: Int) -> Tensor { values[value]! }
  var last: Tensor { values.last!! }

  /// Takes the output of the next node.
  mutating func append(_ output: Tensor) {
    let node = values.count - 1
    values.append(output)
    for value in values.indices where lastReader[value] == node { values[value] = nil }
  }
}

extension Network {
  /// Trained tensors by path ("0.weight"), in layer order.
  public var parameters: [(path: String, value: Tensor)] {
    nodes.flatMap { node in
      node.layer.parameters.map { ("\(node.path).\($0.name)", $0.value) }
    }
  }

  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }

  /// Multiply-adds of one example's forward pass.
  package var multiplyAdds: Int {
    nodes.reduce(0) { $0 + $1.layer.multiplyAdds(output: $1.outputShape) }
  }

  /// Scalars that pass through a ReLU for one example.
  package var reluCount: Int {
    nodes.reduce(0) { $0 + ($1.layer is ReLU ? $1.outputShape.reduce(1, *) : 0) }
  }

  /// The same network with every trained tensor replaced, in the order of ``parameters``.
  public func withParameters(_ values: [Tensor]) -> Network {
    var remaining = values[...]
    return mappingParameters { _, old in
      let value = remaining.removeFirst()
      precondition(value.shape == old.shape, "parameter \(old.shape) replaced by \(value.shape)")
      return value
    }
  }

  func mappingParameters(_ transform: (String, Tensor) throws -> Tensor) rethrows -> Network {
    var copy = self
    for index in nodes.indices {
      let names = Set(nodes[index].layer.parameters.map(\.name))
      guard !names.isEmpty else { continue }
      copy.nodes[index].layer = try nodes[index].layer.replacingTensors { name, value in
        names.contains(name) ? try transform("\(nodes[index].path).\(name)", value) : value
      }
    }
    return copy
  }

  func mappingTensors(_ transform: (Node, String, Tensor) throws -> Tensor) rethrows -> Network {
    var copy = self
    for index in nodes.indices {
      copy.nodes[index].layer = try nodes[index].layer.replacingTensors {
        try transform(nodes[index], $0, $1)
      }
    }
    return copy
  }
}

/// Evaluates a scalar function of a network, and its gradients with respect to the parameters, in
/// the order of ``Network/parameters``. Rethrows what `body` throws.
package func withGradients(
  of network: Network, _ body: (Network) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  try withGradients(at: network.parameters.map(\.value)) { try body(network.withParameters($0)) }
}
