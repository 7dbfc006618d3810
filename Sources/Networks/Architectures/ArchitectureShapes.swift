import Tensors

/// What an architecture will need, known before anything is allocated.
extension Architecture {
  /// The largest number of scalars that a network's parameters, or one layer's output, may have.
  static let scalarLimit = 1 << 29

  /// The shapes of the trained tensors by path, in PyTorch's layout.
  ///
  /// Throws ``NetworkError/badArchitecture(_:)`` for an input or sizes that make no network, or
  /// one too large for any machine, and ``NetworkError/shape(path:kind:expected:found:)`` where a
  /// convolution does not fit its input. A leading normalisation changes nothing.
  public func parameterShapes(
    input: [Int], classes: Int
  ) throws(NetworkError) -> [(path: String, shape: [Int])] {
    try checkArguments(input: input, classes: classes)
    var walk = ShapeWalk(shape: input)
    for stage in stages {
      switch stage {
      case .convolution(let channels, let kernel, let geometry):
        try walk.convolve(channels, kernel: kernel, geometry)
      case .flatten: walk.flatten()
      case .linear(let width): try walk.connect(width)
      }
    }
    try walk.connect(classes)
    return walk.result
  }
}

/// Walks the stages, keeping the shape and the number of scalars so far.
private struct ShapeWalk {
  var shape: [Int]
  var result: [(path: String, shape: [Int])] = []
  private var layers = 0
  private var scalars = 0

  init(shape: [Int]) { self.shape = shape }

  mutating func convolve(
    _ channels: Int, kernel: Int, _ geometry: ConvolutionGeometry
  ) throws(NetworkError) {
    guard let height = geometry.outputExtent(shape[0], kernel: kernel),
      let width = geometry.outputExtent(shape[1], kernel: kernel)
    else {
      throw .shape(
        path: "\(layers)", kind: Convolution.kind,
        expected: "images that hold a \(kernel)×\(kernel) kernel with padding "
          + "\(geometry.padding)", found: shape)
    }
    try add([channels, shape[2], kernel, kernel])
    shape = [height, width, channels]
    try limit(shape)
    layers += 2
  }

  mutating func flatten() {
    shape = [shape.reduce(1, *)]
    layers += 1
  }

  mutating func connect(_ width: Int) throws(NetworkError) {
    try add([width, shape[0]])
    shape = [width]
    layers += 2
  }

  private mutating func add(_ weight: [Int]) throws(NetworkError) {
    try limit(weight)
    result.append(("\(layers).weight", weight))
    result.append(("\(layers).bias", [weight[0]]))
    scalars += weight.reduce(1, *)
    try limit([scalars])
  }

  /// Every extent is at most 2¹⁸ and the first three make no more than the limit, so nothing
  /// overflows.
  private func limit(_ shape: [Int]) throws(NetworkError) {
    var count = 1
    for extent in shape {
      count *= extent
      guard count <= Architecture.scalarLimit else {
        throw .badArchitecture(
          "layer \(layers) would need \(shape.map(String.init).joined(separator: "×")) scalars, "
            + "more than \(Architecture.scalarLimit); choose smaller sizes")
      }
    }
  }
}
