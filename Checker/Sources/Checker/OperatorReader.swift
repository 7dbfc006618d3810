/// Makes a layer of a node of an ONNX graph (section "The network").
struct OperatorReader {
  let node: OnnxGraph.Node
  /// The extents of the computed values that the node reads.
  let inputs: [[Int]]
  /// The constants that it reads behind them.
  let constants: [OnnxGraph.Tensor]

  /// Returns the layer and the extents of its output, which are within ``Limits``.
  func layer() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    switch node.operation {
    case "Conv": return try convolution()
    case "Gemm": return try gemm()
    case "BatchNormalization": return try batchNormalization()
    case "Add" where inputs.count == 2: return try sum()
    case "Add", "Sub", "Mul", "Div": return try channelMap()
    case "AveragePool", "MaxPool": return try pool()
    case "Relu", "LeakyRelu", "Clip": return (.piecewise(try function()), inputs[0])
    case "Flatten", "Reshape", "Identity", "Softmax", "LogSoftmax": return try identity()
    case "Gather", "Pad": return try gather()
    case "Concat": return try concatenation()
    default: throw CheckError("the operator is not known")
    }
  }

  // MARK: Parts

  /// Refuses a node that reads other things than the operator needs, or has other attributes.
  private func require(
    inputs count: Int = 1, constants range: ClosedRange<Int> = 0...0, attributes: Set<String> = []
  ) throws(CheckError) {
    guard inputs.count == count, range.contains(constants.count) else {
      throw CheckError("reads too many or too few values or constants")
    }
    for name in node.attributes.keys.sorted() where !attributes.contains(name) {
      throw CheckError("the attribute \(name) is not known")
    }
  }

  private func requireImage() throws(CheckError) {
    guard inputs[0].count == 3 else { throw CheckError("does not read an image") }
  }

  private func requireVector() throws(CheckError) {
    guard inputs[0].count == 1 else { throw CheckError("does not read a vector") }
  }

  private func integer(_ name: String, default value: Int) throws(CheckError) -> Int {
    switch node.attributes[name] {
    case nil: return value
    case .integer(let value)?: return value
    default: throw CheckError("the attribute \(name) is no integer")
    }
  }

  /// A list of non-negative integers.
  private func integers(_ name: String, default values: [Int]) throws(CheckError) -> [Int] {
    switch node.attributes[name] {
    case nil: return values
    case .integers(let list)?
    where list.count == values.count && list.allSatisfy { 0...Limits.scalars ~= $0 }:
      return list
    default: throw CheckError("the attribute \(name) is not a list of \(values.count) extents")
    }
  }

  private func float(_ name: String, default bits: UInt32) throws(CheckError) -> Dyadic {
    var bits = bits
    if let attribute = node.attributes[name] {
      guard case .float(let found) = attribute else {
        throw CheckError("the attribute \(name) is no Float32 number")
      }
      bits = found
    }
    guard let number = Dyadic(float: bits) else {
      throw CheckError("the attribute \(name) is NaN or infinite")
    }
    return number
  }

  /// Returns constant number `place`, of Float32 numbers and the given extents.
  private func floats(
    _ place: Int, _ extents: [Int], orNone: Bool = false
  ) throws(CheckError) -> OnnxGraph.Tensor {
    let tensor = constants[place]
    guard case .floats = tensor.content, tensor.extents == extents || orNone && tensor.count == 1
    else { throw CheckError("constant \(place + 1) is not of Float32 numbers \(extents)") }
    return tensor
  }

  private func integers(_ place: Int) throws(CheckError) -> [Int] {
    guard case .integers(let integers) = constants[place].content else {
      throw CheckError("constant \(place + 1) is not of integers")
    }
    return integers
  }

  private func count(_ extents: [Int]) throws(CheckError) -> Int {
    try Limits.product(extents, atMost: Limits.scalars, of: "its output")
  }

  /// Returns the windows of a convolution or a pool.
  private func window(
    kernel: [Int], channels: Int, groups: Int, dilations: [Int]
  ) throws(CheckError) -> (Window, extents: [Int]) {
    let strides = try integers("strides", default: [1, 1])
    let pads = try integers("pads", default: [0, 0, 0, 0])
    guard (kernel + strides + dilations).allSatisfy({ 1...Limits.scalars ~= $0 }) else {
      throw CheckError("an extent of the kernel, its stride or its dilation is out of range")
    }
    let axes = try [0, 1].map { axis throws(CheckError) in
      try Window.Axis(
        input: inputs[0][1 + axis], kernel: kernel[axis], stride: strides[axis],
        padding: (pads[axis], pads[axis + 2]), dilation: dilations[axis])
    }
    let extents = [channels, axes[0].output, axes[1].output]
    _ = try count(extents)
    return (
      Window(
        rows: axes[0], columns: axes[1], channels: channels, channelsOfGroup: channels / groups,
        channelsRead: inputs[0][0] / groups), extents
    )
  }

  // MARK: Affine layers

  private func convolution() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    try require(
      constants: 1...2,
      attributes: ["dilations", "group", "kernel_shape", "pads", "strides"])
    try requireImage()
    let extents = constants[0].extents
    let groups = try integer("group", default: 1)
    guard extents.count == 4, groups >= 1, inputs[0][0] % groups == 0, extents[0] % groups == 0,
      extents[1] == inputs[0][0] / groups,
      try integers("kernel_shape", default: Array(extents[2...])) == Array(extents[2...])
    else { throw CheckError("the weight does not fit the input, the groups or the kernel") }
    let (window, shape) = try window(
      kernel: Array(extents[2...]), channels: extents[0], groups: groups,
      dilations: try integers("dilations", default: [1, 1]))
    return try products(.window(window), of: extents, outputs: shape)
  }

  private func gemm() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    try require(constants: 1...2, attributes: ["transB"])
    try requireVector()
    let extents = constants[0].extents
    guard extents.count == 2, extents[1] == inputs[0][0], try integer("transB", default: 0) == 1
    else { throw CheckError("the weight is not [out, in], or transB is not 1") }
    return try products(.dense, of: extents, outputs: [extents[0]])
  }

  /// A layer with a weight and perhaps a bias.
  private func products(
    _ taps: AffineLayer.Taps, of extents: [Int], outputs: [Int]
  ) throws(CheckError) -> (Network.Layer, extents: [Int]) {
    let weight = try floats(0, extents)
    var coefficients = AffineLayer.Coefficients()
    coefficients.weightCount = weight.count
    coefficients.weights = { Interval(weight.number($0)) }
    if constants.count == 2 {
      let bias = try floats(1, [extents[0]])
      coefficients.biasCount = extents[0]
      coefficients.biases = { Interval(bias.number($0)) }
    }
    return (
      .affine(
        try AffineLayer(
          taps, inputs: try count(inputs[0]), outputs: try count(outputs),
          products: weight.count / extents[0], coefficients)), outputs
    )
  }

  /// s·x + (β − mean·s) for each channel, with s = scale/√(variance + ε).
  private func batchNormalization() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    try require(constants: 4...4, attributes: ["epsilon", "momentum"])
    let channels = [inputs[0][0]]
    let (scale, beta) = (try floats(0, channels), try floats(1, channels))
    let (mean, variance) = (try floats(2, channels), try floats(3, channels))
    // 1e-5
    let epsilon = try float("epsilon", default: 0x3727_c5ac)
    let sums = (0..<channels[0]).map { Interval(variance.number($0)) + Interval(epsilon) }
    guard sums.allSatisfy({ $0.lower > .zero }) else {
      throw CheckError("a variance plus epsilon is not positive")
    }
    let scales = sums.indices.map { Interval(scale.number($0)) / sums[$0].squareRoot }
    let shifts = scales.indices.map { Interval(mean.number($0)) * scales[$0] }
    return try channelMap(
      scales, shifts.indices.map { Interval(beta.number($0)) - shifts[$0] },
      offsets: shifts.indices.map { beta.number($0).magnitude.plus(shifts[$0].magnitude, .up) })
  }

  /// x + a, x − a, x·a or x/a.
  private func channelMap() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    try require(constants: 1...1)
    let channels = inputs[0][0]
    let tensor = try floats(0, inputs[0].count == 3 ? [channels, 1, 1] : [channels])
    let numbers = (0..<channels).map { Interval(tensor.number($0)) }
    let (ones, zeros) = (numbers.map { _ in Interval(Dyadic(1)) }, [Interval(.zero)])
    switch node.operation {
    case "Add": return try channelMap(ones, numbers)
    case "Sub": return try channelMap(ones, numbers.map { -$0 })
    case "Mul": return try channelMap(numbers, zeros)
    default:
      guard numbers.allSatisfy({ $0.lower != .zero }) else { throw CheckError("divides by 0") }
      return try channelMap(zip(ones, numbers).map { $0 / $1 }, zeros)
    }
  }

  private func channelMap(
    _ scales: [Interval], _ shifts: [Interval], offsets: [Dyadic]? = nil
  ) throws(CheckError) -> (Network.Layer, extents: [Int]) {
    let count = try count(inputs[0])
    let coefficients = AffineLayer.Coefficients(
      weightCount: scales.count, weights: { scales[$0] }, biasCount: shifts.count,
      biases: { shifts[$0] }, offsets: offsets.map { offsets in { offsets[$0] } })
    return (
      .affine(
        try AffineLayer(
          .scaling(span: count / scales.count), inputs: count, outputs: count, products: 1,
          coefficients)), inputs[0]
    )
  }

  private func sum() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    try require(inputs: 2)
    guard inputs[0] == inputs[1] else { throw CheckError("adds values of different extents") }
    let count = try count(inputs[0])
    return (
      .affine(try AffineLayer(.sum, inputs: 2 * count, outputs: count, products: 2)), inputs[0]
    )
  }

  private func pool() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    let isMaximum = node.operation == "MaxPool"
    let common: Set = ["kernel_shape", "pads", "strides"]
    try require(attributes: isMaximum ? common : common.union(["count_include_pad"]))
    try requireImage()
    let kernel = try integers("kernel_shape", default: [0, 0])
    let pads = try integers("pads", default: [0, 0, 0, 0])
    guard zip(pads, kernel + kernel).allSatisfy({ $0 < $1 }) else {
      throw CheckError("the padding is not smaller than the kernel")
    }
    let channels = inputs[0][0]
    let (window, extents) = try window(
      kernel: kernel, channels: channels, groups: channels, dilations: [1, 1])
    guard window.rows.kernel * window.columns.kernel <= Limits.products else {
      throw CheckError("a window has more than \(Limits.products) elements")
    }
    guard !isMaximum else { return (.maxPool(window), extents) }
    let countsPadding =
      try integer("count_include_pad", default: 0) != 0 || pads == [0, 0, 0, 0]
    var coefficients = AffineLayer.Coefficients()
    coefficients.weightCount = countsPadding ? 1 : window.taps
    coefficients.weights = {
      Interval(Dyadic(1)) / Interval(Dyadic(countsPadding ? window.taps : $0 + 1))
    }
    return (
      .affine(
        try AffineLayer(
          .mean(window, countsPadding: countsPadding), inputs: try count(inputs[0]),
          outputs: try count(extents), products: window.taps, coefficients)), extents
    )
  }

  // MARK: Moves

  private func move(
    _ taps: AffineLayer.Taps? = nil, inputs: Int, to extents: [Int],
    _ coefficients: AffineLayer.Coefficients = AffineLayer.Coefficients()
  ) throws(CheckError) -> (Network.Layer, extents: [Int]) {
    let outputs = try count(extents)
    return (
      .affine(
        try AffineLayer(
          taps ?? .scaling(span: outputs), inputs: inputs, outputs: outputs, products: 1,
          isMove: true, coefficients)), extents
    )
  }

  /// A move that leaves all scalars at their places.
  private func identity() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    let isReshape = node.operation == "Reshape"
    let hasAxis = ["Flatten", "Softmax", "LogSoftmax"].contains(node.operation)
    try require(
      constants: isReshape ? 1...1 : 0...0, attributes: hasAxis ? ["axis"] : [])
    let count = try count(inputs[0])
    var extents = inputs[0]
    if node.operation == "Flatten" {
      guard try integer("axis", default: 1) == 1 else { throw CheckError("axis is not 1") }
      extents = [count]
    } else if hasAxis {
      try requireVector()
      guard [1, -1].contains(try integer("axis", default: -1)) else {
        throw CheckError("axis is not 1")
      }
    } else if isReshape {
      let shape = try integers(0)
      extents = Array(shape.dropFirst())
      guard shape.first == 0, [1, 3].contains(extents.count), constants[0].extents.count == 1,
        try self.count(extents) == count
      else { throw CheckError("the shape is not 0, for the batch, and extents that fit") }
    }
    return try move(inputs: count, to: extents)
  }

  private func gather() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    try requireVector()
    let count = inputs[0][0]
    if node.operation == "Pad" {
      try require(constants: 2...2)
      guard try integers(0) == [0, 0, 0, 1], constants[0].extents == [4] else {
        throw CheckError("pads are not [0, 0, 0, 1]")
      }
      let number = try floats(1, [], orNone: true).number(0)
      var coefficients = AffineLayer.Coefficients()
      coefficients.biasCount = count + 1
      coefficients.biases = { Interval($0 == count ? number : .zero) }
      return try move(
        .gather((0..<Int32(count)) + [-1]), inputs: count, to: [count + 1], coefficients)
    }
    try require(constants: 1...1, attributes: ["axis"])
    let places = try integers(0)
    guard try integer("axis", default: 0) == 1, constants[0].extents.count == 1,
      places.allSatisfy({ 0..<count ~= $0 })
    else { throw CheckError("axis is not 1, or a place is out of range") }
    return try move(.gather(places.map { Int32($0) }), inputs: count, to: [places.count])
  }

  private func concatenation() throws(CheckError) -> (Network.Layer, extents: [Int]) {
    try require(inputs: inputs.count, attributes: ["axis"])
    guard try integer("axis", default: 0) == 1,
      inputs.allSatisfy({ $0.dropFirst() == inputs[0].dropFirst() })
    else { throw CheckError("axis is not 1, or the values do not fit") }
    // Scalars of the joined values lie as those of the output.
    let extents = [inputs.reduce(0) { $0 + $1[0] }] + inputs[0].dropFirst()
    return try move(inputs: try count(extents), to: extents)
  }

  // MARK: Functions

  private func function() throws(CheckError) -> PiecewiseFunction {
    switch node.operation {
    case "Relu":
      try require()
      return .leakyRelu(slope: .zero)
    case "LeakyRelu":
      try require(attributes: ["alpha"])
      // 0.01
      let slope = try float("alpha", default: 0x3c23_d70a)
      guard slope.top <= 20 else { throw CheckError("alpha is not below 2^20") }
      return .leakyRelu(slope: slope)
    default:
      try require(constants: 2...2)
      let (low, high) = (
        try floats(0, [], orNone: true).number(0), try floats(1, [], orNone: true).number(0)
      )
      guard low <= high else { throw CheckError("the lower bound is above the upper one") }
      return .clip(low, high)
    }
  }
}
