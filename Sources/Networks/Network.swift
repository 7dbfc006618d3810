import Tensors

/// A neural network as a directed acyclic graph of layers, whose shapes are checked once when it is
/// built; after that, arithmetic never needs `try`.
///
/// ```swift
/// var layers = Network.Builder(input: [8, 8, 1])
/// layers.convolution(8, kernel: 3, padding: 1)
/// layers.relu()
/// layers.flatten()
/// layers.linear(10)
/// let network = try layers.network()
/// print(network.outputShape, network.parameterCount)  // [10] 5210
/// ```
///
/// Values are numbered: 0 is the input, i + 1 the output of node i. A node reads earlier values
/// only, and the last node's output is the network's. A chain is the graph in which each node reads
/// the value before it; residual blocks and concatenations read older ones as well.
///
/// A network is a value. Training makes a new one with other tensors (``withParameters(_:)``) and
/// leaves the old one as it is. Networks come from an ``Architecture``, from layers written out, or
/// from an ONNX file. What bounds them is not here: the module Bounds prepares a network for that.
///
/// Images are NHWC with channels last, and shapes leave out the batch axis.
public struct Network: Sendable {
  /// A layer in its place: with its name, the values that it reads, and its shapes.
  public struct Node: Sendable {
    /// The layer's name in messages and in parameter paths, such as "0" in "0.weight".
    public let path: String
    /// What the node computes, with its tensors.
    public internal(set) var layer: any Layer
    /// The numbers of the values that it reads, each smaller than that of its output.
    public let inputs: [Int]
    /// The shape of the first input, without the batch axis.
    public let inputShape: [Int]
    /// The shape of the output, without the batch axis.
    public let outputShape: [Int]
  }

  /// The name of an architecture with its options, as model files write them. By it, a file of
  /// tensors is read back as the same network.
  package struct Origin: Sendable, Hashable {
    /// The architecture's name, such as "cnn-2layer".
    package let name: String
    /// The architecture's options by name, a list of numbers for each.
    package let options: [String: [Int]]

    /// Names an architecture; whether it exists is not checked here.
    package init(name: String, options: [String: [Int]] = [:]) {
      (self.name, self.options) = (name, options)
    }
  }

  /// The shape of an input, [height, width, channels] or [n].
  public let inputShape: [Int]
  /// The layers in an order in which each reads earlier values only.
  public internal(set) var nodes: [Node]
  /// The named architecture that it was made from; nil for a graph without a name.
  package let origin: Origin?

  /// The shape of an output; a network without layers gives its input back.
  public var outputShape: [Int] { nodes.last?.outputShape ?? inputShape }
  /// The number of scalars of an output: for a classifier, of logits.
  public var classes: Int { outputShape.reduce(1, *) }

  /// Builds a graph from layers in an order in which each reads earlier values only.
  ///
  /// - Parameters:
  ///   - input: The shape of an input without the batch axis.
  ///   - graph: For each layer its path, which is unique, and the numbers of the values that it
  ///     reads.
  ///   - origin: The architecture that the graph is, for model files.
  /// - Throws: ``NetworkError/shape(path:kind:expected:found:)`` where layers do not fit,
  ///   ``NetworkError/duplicatePath(_:)`` and ``NetworkError/badGraph(path:problem:)``.
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

  /// Builds a chain of layers, in which each reads the value that the one before makes.
  ///
  /// - Throws: ``NetworkError``, as ``init(input:graph:origin:)`` does.
  package init(
    input: [Int], layers: [(path: String, layer: any Layer)], origin: Origin? = nil
  ) throws(NetworkError) {
    try self.init(
      input: input,
      graph: layers.enumerated().map { (path: $1.path, layer: $1.layer, inputs: [$0]) },
      origin: origin)
  }

  /// Builds a chain whose layers are named by their index, as in PyTorch's `Sequential`; a leading
  /// normalisation is named "normalize" and does not count.
  ///
  /// - Throws: ``NetworkError/shape(path:kind:expected:found:)`` where layers do not fit.
  package init(
    input: [Int], _ layers: [any Layer], origin: Origin? = nil
  ) throws(NetworkError) {
    let shift = layers.first is Normalization ? 1 : 0
    let named = layers.enumerated().map { index, layer in
      (path: index < shift ? "normalize" : "\(index - shift)", layer: layer)
    }
    try self.init(input: input, layers: named, origin: origin)
  }

  /// Evaluates the network on a batch. Gradients flow to tracked parameters and to a tracked batch.
  ///
  /// ```swift
  /// let (images, labels) = data.batch(0..<64)
  /// let answers = network(images).argmaxOfRows
  /// print(zip(answers, labels).count { $0 == $1 })
  /// ```
  ///
  /// - Parameter batch: [N, …inputShape].
  /// - Returns: The outputs (for classifiers, logits), [N, …outputShape].
  /// - Precondition: The batch has the network's input shape.
  public func callAsFunction(_ batch: Tensor) -> Tensor {
    precondition(
      Array(batch.shape.dropFirst()) == inputShape,
      "batch \(batch.shape) for a network on \(inputShape)")
    var values = Values(of: self, batch)
    for node in nodes { values.append(node.layer.forward(all: node.inputs.map { values[$0] })) }
    return values.last
  }
}

/// The values of a graph while it is evaluated. Each is let go after its last reader has run, so
/// that memory holds what is still needed and not every layer's output.
private struct Values {
  /// The values so far; nil for one that nobody reads any more.
  private var values: [Tensor?]
  /// The index of the last node that reads each value; for one without readers the number of nodes.
  private let lastReader: [Int]

  /// Begins with the input, after finding the last reader of every value. The network's output has
  /// no reader and is kept.
  init(of network: Network, _ input: Tensor) {
    values = [input]
    var lastReader = [Int](repeating: network.nodes.count, count: network.nodes.count + 1)
    for (index, node) in network.nodes.enumerated() {
      for value in node.inputs { lastReader[value] = index }
    }
    self.lastReader = lastReader
  }

  /// A value that is still to be read.
  subscript(value: Int) -> Tensor { values[value]! }
  /// The value that was made last.
  var last: Tensor { values.last!! }

  /// Takes the output of the next node, and lets go of the values that it was the last to read.
  mutating func append(_ output: Tensor) {
    let node = values.count - 1
    values.append(output)
    for value in values.indices where lastReader[value] == node { values[value] = nil }
  }
}

extension Network {
  /// Trained tensors by path ("0.weight"), in layer order. Optimisers, checkpoints and gradients
  /// follow this order.
  public var parameters: [(path: String, value: Tensor)] {
    nodes.flatMap { node in
      node.layer.parameters.map { ("\(node.path).\($0.name)", $0.value) }
    }
  }

  /// The number of trained scalars.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }

  /// Multiply-adds with weights that one example's forward pass takes; groups and dilation count as
  /// in the weights, not as they are computed.
  package var multiplyAdds: Int {
    nodes.reduce(0) { $0 + $1.layer.multiplyAdds(output: $1.outputShape) }
  }

  /// Scalars that pass through a ReLU for one example. Other activations are not counted.
  package var reluCount: Int {
    nodes.reduce(0) { $0 + ($1.layer is ReLU ? $1.outputShape.reduce(1, *) : 0) }
  }

  /// Returns the same network with every trained tensor replaced.
  ///
  /// - Parameter values: One tensor for each of ``parameters``, in that order.
  /// - Precondition: Every tensor has the shape of the one that it replaces.
  public func withParameters(_ values: [Tensor]) -> Network {
    var remaining = values[...]
    return mappingParameters { _, old in
      let value = remaining.removeFirst()
      precondition(value.shape == old.shape, "parameter \(old.shape) replaced by \(value.shape)")
      return value
    }
  }

  /// Returns the same network with every trained tensor replaced by what `transform` makes of its
  /// path and value. Constants stay.
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

  /// Returns the same network with every tensor, constants included, replaced by what `transform`
  /// makes of its node, its name in the layer, and its value.
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

/// Evaluates a scalar function of a network, and its gradients with respect to the parameters.
///
/// - Parameter body: The function, called once with the network, whose parameters are tracked
///   there. Constants, such as BatchNorm's running statistics, are not.
/// - Returns: The value, and a gradient for each of ``Network/parameters``, in that order.
/// - Throws: What `body` throws.
package func withGradients(
  of network: Network, _ body: (Network) throws -> Tensor
) rethrows -> (value: Tensor, gradients: [Tensor]) {
  try withGradients(at: network.parameters.map(\.value)) { try body(network.withParameters($0)) }
}
