import Tensors

/// An architecture's layers without weights: all shapes are known, and all sizes limited, before
/// anything is allocated.
///
/// ``Architecture`` makes one by adding layers in order. Networks are built from it, and files are
/// compared with its shapes.
struct ArchitecturePlan {
  /// The kinds of layers that architectures have.
  enum Kind {
    /// A convolution to a number of channels, with a square kernel.
    case convolution(Int, kernel: Int, ConvolutionGeometry)
    /// A linear layer to a number of outputs.
    case linear(Int)
    case batchNorm, relu, flatten, addition
    /// The mean of each channel.
    case globalAverage
    /// A layer that is there already.
    case layer(any Layer)
  }

  /// A layer in its place: its path, the values that it reads, and the shape of the first of them.
  struct Item {
    let path: String
    let kind: Kind
    let inputs: [Int]
    let inputShape: [Int]
  }

  /// The layers so far; layer i makes value i + 1.
  private(set) var items: [Item] = []
  /// By value.
  private(set) var shapes: [[Int]]
  /// The number of scalars of all trained tensors so far.
  private var scalars = 0

  /// Begins a plan with an input shape and no layer.
  init(input: [Int]) { shapes = [input] }

  /// The number of the value that was made last.
  var last: Int { items.count }
  /// The shape of the value that was made last.
  var lastShape: [Int] { shapes[last] }

  /// Adds a layer, by default behind the last value and named by its index.
  ///
  /// - Returns: The number of the value that it makes.
  /// - Throws: ``NetworkError/shape(path:kind:expected:found:)`` where a convolution does not fit,
  ///   and ``NetworkError/badArchitecture(_:)`` where a tensor, an output or all weights together
  ///   are too large.
  @discardableResult
  mutating func add(
    _ kind: Kind, _ path: String? = nil, to inputs: [Int]? = nil
  ) throws(NetworkError) -> Int {
    let item = Item(
      path: path ?? "\(items.count)", kind: kind, inputs: inputs ?? [last],
      inputShape: shapes[inputs?[0] ?? last])
    let output = try outputShape(of: item)
    for shape in item.weights.map(\.shape) + [output] { try limit(shape, item) }
    scalars += item.weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
    try limit([scalars], item)
    items.append(item)
    shapes.append(output)
    return last
  }

  private func outputShape(of item: Item) throws(NetworkError) -> [Int] {
    let input = item.inputShape
    func mismatch(_ kind: String, _ expected: String) -> NetworkError {
      .shape(path: item.path, kind: kind, expected: expected, found: input)
    }
    switch item.kind {
    case .relu, .batchNorm, .addition: return input
    case .flatten: return [input.reduce(1, *)]
    case .linear(let width):
      guard input.count == 1 else { throw mismatch(Linear.kind, "a vector; flatten images first") }
      return [width]
    case .globalAverage:
      guard input.count == 3 else { throw mismatch(AveragePool.kind, Self.images) }
      return [1, 1, input[2]]
    case .convolution(let channels, let kernel, let geometry):
      guard input.count == 3 else { throw mismatch(Convolution.kind, Self.images) }
      guard let height = geometry.outputExtent(input[0], kernel: kernel),
        let width = geometry.outputExtent(input[1], kernel: kernel)
      else {
        throw mismatch(
          Convolution.kind,
          "images that hold a \(kernel)×\(kernel) kernel with padding \(geometry.padding)")
      }
      return [height, width, channels]
    case .layer(let layer):
      do { return try layer.outputShape(ofAll: item.inputs.map { shapes[$0] }) } catch {
        throw .shape(
          path: item.path, kind: type(of: layer).kind, expected: error.expected, found: error.found)
      }
    }
  }

  private static let images = "images [height, width, channels]"

  /// Refuses a shape with more scalars than ``Architecture/scalarLimit``.
  ///
  /// Every extent is at most 2¹⁸ and the first three make no more than the limit, so no product
  /// overflows before it is compared.
  private func limit(_ shape: [Int], _ item: Item) throws(NetworkError) {
    var count = 1
    for extent in shape {
      count *= extent
      guard count <= Architecture.scalarLimit else {
        throw .badArchitecture(
          "layer \(item.path) would need \(shape.map(String.init).joined(separator: "×")) scalars, "
            + "more than \(Architecture.scalarLimit); choose smaller sizes")
      }
    }
  }
}

extension ArchitecturePlan {
  /// The network with weights drawn from a seed.
  ///
  /// - Parameter normalization: Put first where given.
  func network(
    seed: UInt64, normalization: Normalization? = nil, origin: Network.Origin? = nil
  ) throws(NetworkError) -> Network {
    var random = RandomSource(seed: seed, purpose: "weights")
    let shift = normalization == nil ? 0 : 1
    let front: [(path: String, layer: any Layer, inputs: [Int])] =
      normalization.map { [("normalize", $0, [0])] } ?? []
    let graph = items.map { item in
      (
        path: item.path, layer: item.layer(using: &random),
        inputs: item.inputs.map { $0 + shift }
      )
    }
    return try Network(input: shapes[0], graph: front + graph, origin: origin)
  }
}

extension ArchitecturePlan.Item {
  /// Trained tensors by name, in PyTorch's layout.
  var weights: [(name: String, shape: [Int])] {
    switch kind {
    case .convolution(let channels, let kernel, _):
      [("weight", [channels, inputShape[2], kernel, kernel]), ("bias", [channels])]
    case .linear(let width): [("weight", [width, inputShape[0]]), ("bias", [width])]
    case .batchNorm: [("weight", [inputShape.last!]), ("bias", [inputShape.last!])]
    case .relu, .flatten, .addition, .globalAverage, .layer: []
    }
  }

  /// Makes the layer with fresh weights, drawn as PyTorch's default does.
  func layer(using random: inout RandomSource) -> any Layer {
    switch kind {
    case .convolution(let channels, let kernel, let geometry):
      Convolution(
        from: inputShape[2], to: channels, kernel: kernel, stride: geometry.stride,
        padding: geometry.padding, using: &random)
    case .linear(let width): Linear(from: inputShape[0], to: width, using: &random)
    case .batchNorm: BatchNorm(channels: inputShape.last!)
    case .relu: ReLU()
    case .flatten: Flatten()
    case .addition: Addition()
    case .layer(let layer): layer
    case .globalAverage:
      AveragePool(
        PoolingWindow(height: inputShape[0], width: inputShape[1], ConvolutionGeometry()))
    }
  }
}
