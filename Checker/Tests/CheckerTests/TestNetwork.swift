/// A network that is written as ONNX, and evaluated by the definitions of its operators.
struct TestNetwork {
  /// An operator.
  enum Operator {
    case conv(weight: [Float], bias: [Float], channels: Int, kernel: [Int], TestWindow, groups: Int)
    case gemm(weight: [Float], bias: [Float])
    /// `roots` are √(variance + ε), which are exact.
    case batchNorm(scale: [Float], bias: [Float], mean: [Float], roots: [Float])
    case channelMap(String, [Float])
    case add
    case averagePool(kernel: [Int], TestWindow, countsPadding: Bool)
    case maxPool(kernel: [Int], TestWindow)
    case relu
    case leakyRelu(Float)
    case clip(Float, Float)
    case flatten
    case reshape([Int])
    case gather([Int])
    case pad(Float)
    case concat
    case identity
    case softmax
  }

  struct TestWindow {
    var strides = [1, 1]
    var pads = [0, 0, 0, 0]
    var dilations = [1, 1]
  }

  struct Node {
    let operation: Operator
    let inputs: [Int]
  }

  let input: [Int]
  private(set) var nodes: [Node] = []
  /// The extents of values.
  private(set) var extents: [[Int]]

  init(input: [Int]) { (self.input, extents) = (input, [input]) }

  /// Appends a node that reads the given values, or the last one, and returns its value.
  @discardableResult
  mutating func append(_ operation: Operator, _ inputs: [Int]? = nil) -> Int {
    nodes.append(Node(operation: operation, inputs: inputs ?? [nodes.count]))
    extents.append(shape(nodes.last!))
    return nodes.count
  }

  func name(_ node: Int) -> String { "node_\(node)" }

  func count(_ value: Int) -> Int { extents[value].reduce(1, *) }

  private func shape(_ node: Node) -> [Int] {
    let x = extents[node.inputs[0]]
    func windows(_ channels: Int, _ kernel: [Int], _ window: TestWindow) -> [Int] {
      [channels]
        + (0..<2).map {
          let extent = (kernel[$0] - 1) * window.dilations[$0] + 1
          return (x[1 + $0] + window.pads[$0] + window.pads[$0 + 2] - extent) / window.strides[$0]
            + 1
        }
    }
    switch node.operation {
    case .conv(_, _, let channels, let kernel, let window, _):
      return windows(channels, kernel, window)
    case .averagePool(let kernel, let window, _), .maxPool(let kernel, let window):
      return windows(x[0], kernel, window)
    case .gemm(_, let bias): return [bias.count]
    case .flatten: return [x.reduce(1, *)]
    case .reshape(let extents): return extents
    case .gather(let places): return [places.count]
    case .pad: return [x[0] + 1]
    case .concat: return [node.inputs.reduce(0) { $0 + extents[$1][0] }] + x.dropFirst()
    default: return x
    }
  }

  // MARK: ONNX

  /// The graph of an ONNX file.
  var graph: [UInt8] {
    var (constants, bytes): ([[UInt8]], [[UInt8]]) = ([], [])
    for (number, node) in nodes.enumerated() {
      let (operation, own, attributes) = parts(node)
      let names = own.indices.map { "constant_\(number)_\($0)" }
      for (name, constant) in zip(names, own) {
        constants.append(OnnxWriter.constant(name, constant))
      }
      bytes.append(
        OnnxWriter.node(
          operation, name(number), inputs: node.inputs.map(valueName) + names,
          output: number == nodes.count - 1 ? "output" : valueName(number + 1), attributes))
    }
    return OnnxWriter.graph(
      nodes: bytes, constants: constants, input: input, output: extents.last!)
  }

  private func valueName(_ value: Int) -> String { value == 0 ? "input" : "value_\(value)" }

  private func parts(
    _ node: Node
  ) -> (String, [OnnxWriter.Constant], [(String, OnnxWriter.Attribute)]) {
    let channels = extents[node.inputs[0]][0]
    let isImage = extents[node.inputs[0]].count == 3
    func pool(_ kernel: [Int], _ window: TestWindow) -> [(String, OnnxWriter.Attribute)] {
      [
        ("kernel_shape", .integers(kernel)), ("pads", .integers(window.pads)),
        ("strides", .integers(window.strides)),
      ]
    }
    switch node.operation {
    case .conv(let weight, let bias, let outputs, let kernel, let window, let groups):
      return (
        "Conv",
        [.floats(weight, [outputs, channels / groups] + kernel), .floats(bias, [outputs])],
        pool(kernel, window) + [
          ("dilations", .integers(window.dilations)), ("group", .integer(groups)),
        ]
      )
    case .gemm(let weight, let bias):
      return (
        "Gemm", [.floats(weight, [bias.count, channels]), .floats(bias, [bias.count])],
        [("transB", .integer(1))]
      )
    case .batchNorm(let scale, let bias, let mean, let roots):
      return (
        "BatchNormalization",
        [scale, bias, mean, roots.map { $0 * $0 - 0.25 }].map { .floats($0, [channels]) },
        [("epsilon", .float(0.25)), ("momentum", .float(0.9))]
      )
    case .channelMap(let operation, let numbers):
      return (operation, [.floats(numbers, isImage ? [channels, 1, 1] : [channels])], [])
    case .add: return ("Add", [], [])
    case .averagePool(let kernel, let window, let countsPadding):
      return (
        "AveragePool", [],
        pool(kernel, window) + [("count_include_pad", .integer(countsPadding ? 1 : 0))]
      )
    case .maxPool(let kernel, let window): return ("MaxPool", [], pool(kernel, window))
    case .relu: return ("Relu", [], [])
    case .leakyRelu(let slope): return ("LeakyRelu", [], [("alpha", .float(slope))])
    case .clip(let low, let high): return ("Clip", [.floats([low], []), .floats([high], [])], [])
    case .flatten: return ("Flatten", [], [("axis", .integer(1))])
    case .reshape(let extents): return ("Reshape", [.integers([0] + extents)], [])
    case .gather(let places): return ("Gather", [.integers(places)], [("axis", .integer(1))])
    case .pad(let number): return ("Pad", [.integers([0, 0, 0, 1]), .floats([number], [])], [])
    case .concat: return ("Concat", [], [("axis", .integer(1))])
    case .identity: return ("Identity", [], [])
    case .softmax: return ("Softmax", [], [("axis", .integer(1))])
    }
  }

  // MARK: Evaluation

  /// Returns all values for an input.
  func values<Number: Scalar>(_ input: [Number]) -> [[Number]] {
    nodes.reduce(into: [input]) { values, node in
      values.append(
        evaluate(node, node.inputs.map { values[$0] }, extents[node.inputs[0]], shape(node)))
    }
  }

  private func evaluate<Number: Scalar>(
    _ node: Node, _ inputs: [[Number]], _ extents: [Int], _ output: [Int]
  ) -> [Number] {
    let x = inputs[0]
    let plane = extents.dropFirst().reduce(1, *)
    func perChannel(_ body: (Number, Int) -> Number) -> [Number] {
      x.indices.map { body(x[$0], $0 / plane) }
    }
    switch node.operation {
    case .conv(let weight, let bias, let channels, let kernel, let window, let groups):
      let read = extents[0] / groups
      return windows(extents, output, kernel, window).map { channel, taps in
        taps.reduce(Number(bias[channel])) { sum, tap in
          (0..<read).reduce(sum) { sum, offset in
            let source = (channel / (channels / groups) * read + offset) * plane + tap.place
            let place = (channel * read + offset) * kernel[0] * kernel[1] + tap.number
            return sum + Number(weight[place]) * x[source]
          }
        }
      }
    case .gemm(let weight, let bias):
      return bias.indices.map { row in
        x.indices.reduce(Number(bias[row])) { $0 + Number(weight[row * x.count + $1]) * x[$1] }
      }
    case .batchNorm(let scale, let bias, let mean, let roots):
      return perChannel {
        Number(scale[$1]) * (($0 - Number(mean[$1])) / Number(roots[$1])) + Number(bias[$1])
      }
    case .channelMap("Add", let numbers): return perChannel { $0 + Number(numbers[$1]) }
    case .channelMap("Sub", let numbers): return perChannel { $0 - Number(numbers[$1]) }
    case .channelMap("Mul", let numbers): return perChannel { $0 * Number(numbers[$1]) }
    case .channelMap(_, let numbers): return perChannel { $0 / Number(numbers[$1]) }
    case .add: return zip(x, inputs[1]).map { $0 + $1 }
    case .averagePool(let kernel, let window, let countsPadding):
      return windows(extents, output, kernel, window).map { channel, taps in
        taps.reduce(Number(0)) { $0 + x[channel * plane + $1.place] }
          / Number(Float(countsPadding ? kernel[0] * kernel[1] : taps.count))
      }
    case .maxPool(let kernel, let window):
      return windows(extents, output, kernel, window).map { channel, taps in
        taps.map { x[channel * plane + $0.place] }.max()!
      }
    case .relu: return x.map { max($0, Number(0)) }
    case .leakyRelu(let slope): return x.map { $0 < Number(0) ? Number(slope) * $0 : $0 }
    case .clip(let low, let high): return x.map { min(max($0, Number(low)), Number(high)) }
    case .gather(let places): return places.map { x[$0] }
    case .pad(let number): return x + [Number(number)]
    case .concat: return inputs.flatMap { $0 }
    case .flatten, .reshape, .identity, .softmax: return x
    }
  }

  /// The channel of each output, and where in a channel its taps lie.
  private func windows(
    _ extents: [Int], _ output: [Int], _ kernel: [Int], _ window: TestWindow
  ) -> [(channel: Int, taps: [(place: Int, number: Int)])] {
    var result: [(channel: Int, taps: [(place: Int, number: Int)])] = []
    for channel in 0..<output[0] {
      for row in 0..<output[1] {
        for column in 0..<output[2] {
          var taps: [(place: Int, number: Int)] = []
          for down in 0..<kernel[0] {
            for right in 0..<kernel[1] {
              let y = row * window.strides[0] - window.pads[0] + down * window.dilations[0]
              let x = column * window.strides[1] - window.pads[1] + right * window.dilations[1]
              guard 0..<extents[1] ~= y, 0..<extents[2] ~= x else { continue }
              taps.append((y * extents[2] + x, down * kernel[1] + right))
            }
          }
          result.append((channel, taps))
        }
      }
    }
    return result
  }
}
