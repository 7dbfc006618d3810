/// Checks the certificate of one example (section "The order").
struct ExampleCheck {
  private let certificate: Certificate
  private let network: Network
  private let isDeployed: Bool
  private let norm: InputSet.Norm
  private(set) var bounds: ExampleBounds
  /// The values whose scalars are all refined.
  private var refinedValues: Set<Int> = [0]

  /// Bounds all nodes.
  init(_ certificate: Certificate, _ run: RunFile, _ network: Network) throws(CheckError) {
    (self.certificate, self.network) = (certificate, network)
    (isDeployed, norm) = (run.guarantee == .deployed, run.norm)
    let input = try InputSet(
      around: Self.ordered(certificate.pixels, network.extents[0]), norm,
      epsilon: run.epsilonBound, hasDomain: run.hasDomain)
    bounds = ExampleBounds(network, input)
    for node in network.nodes.indices {
      do throws(CheckError) {
        try bound(node)
      } catch {
        throw CheckError("layer \(network.nodes[node].name): \(error.problem)")
      }
    }
  }

  /// Brings pixels from [row, column, channel] to [channel, row, column].
  private static func ordered(_ pixels: [UInt8], _ extents: [Int]) -> [UInt8] {
    guard extents.count == 3 else { return pixels }
    let (channels, plane) = (extents[0], extents[1] * extents[2])
    return pixels.indices.map { pixels[$0 % plane * channels + $0 / plane] }
  }

  /// Bounds the output of a node.
  private mutating func bound(_ node: Int) throws(CheckError) {
    let inputs = network.nodes[node].inputs
    let (box, relation): (Box, ExampleBounds.Relation)
    switch network.nodes[node].layer {
    case .affine(let layer):
      let image = try layer.image(of: try Box(joining: inputs.map { bounds.boxes[$0] }))
      (box, relation) = (image.output, .affine(layer, noise: image.noise))
    case .piecewise(let function):
      try refine(node)
      let input = bounds.boxes[inputs[0]]
      let noises = (0..<input.count).map { isDeployed ? function.noise(input[$0]) : .zero }
      box = try Box(
        (0..<input.count).map { function.range(input[$0]) + Interval(-noises[$0], noises[$0]) })
      let hasNoise = noises.contains { $0 != .zero }
      relation = .lines(
        lines(
          node, function, lower: certificate.slopes[node]?.lower ?? [],
          noise: hasNoise ? Block(noises, .up) : nil))
    case .maxPool(let window):
      try refine(node)
      let input = bounds.boxes[inputs[0]]
      let extremes = (0..<network.counts[node + 1]).map { Extremes(of: input, window, $0) }
      box = try Box(
        extremes.map { Interval(input[$0.largestLower].lower, input[$0.largestUpper].upper) })
      relation = .lines(LineRelaxation(pooling: input, extremes))
    }
    bounds.boxes.append(box)
    bounds.relations.append(relation)
  }

  /// Returns the lines of a layer, by the slopes of a certificate for some of its neurons.
  private func lines(
    _ node: Int, _ function: PiecewiseFunction, lower: [Int64], noise: Block?
  ) -> LineRelaxation {
    let input = bounds.boxes[network.nodes[node].inputs[0]]
    var chosen = [(lower: Int64?, upper: Int64?)](repeating: (nil, nil), count: input.count)
    if let slopes = certificate.slopes[node] {
      for (place, neuron) in slopes.neurons.enumerated() {
        chosen[neuron] = (lower[place], slopes.upper?[place])
      }
    }
    return LineRelaxation(
      chosen.indices.map {
        function.lines(over: input[$0], lower: chosen[$0].lower, upper: chosen[$0].upper)
      }, noise: noise)
  }

  /// Returns the lines that a pass takes in place of those that it has in common with others.
  private func own(_ pass: Certificate.Pass) -> [Int: LineRelaxation] {
    var own: [Int: LineRelaxation] = [:]
    for (node, lower) in certificate.own[pass] ?? [:] {
      // Layers behind the pass do not matter to it.
      guard node < bounds.relations.count, case .lines(let common) = bounds.relations[node],
        case .piecewise(let function) = network.nodes[node].layer
      else { continue }
      own[node] = lines(node, function, lower: lower, noise: common.noise)
    }
    return own
  }

  /// Shrinks intervals in front of a node to what backward passes find.
  private mutating func refine(_ node: Int) throws(CheckError) {
    let value = network.nodes[node].inputs[0]
    var neurons = certificate.refined[node] ?? []
    if norm != .linf, network.isAffine[value], refinedValues.insert(value).inserted {
      neurons = Array(0..<network.counts[value])
    }
    // Passes of the input's own scalars would find nothing.
    guard value > 0 else { return }
    for neuron in neurons {
      func least(_ sign: Int) throws(CheckError) -> Dyadic {
        try BackwardPass.lowerBound(
          of: [(neuron, Int64(sign))], over: value, bounds,
          own: own(.neuron(node: node, neuron: neuron, sign: sign)))
      }
      try bounds.boxes[value].shrink(neuron, to: Interval(try least(1), -(try least(-1))))
    }
  }

  /// Returns what the label's logit exceeds that of another class by at least.
  func margin(over other: Int) throws(CheckError) -> Dyadic {
    let lastFunction = network.nodes.lastIndex { $0.layer.affine == nil } ?? -1
    return try BackwardPass.lowerBound(
      of: [(certificate.label, 1), (other, -1)], over: network.output,
      downTo: certificate.overIntervals ? lastFunction + 1 : 0, bounds,
      own: own(.margin(other)))
  }

  /// What margins have to exceed.
  ///
  /// A runtime that takes subnormal numbers for 0 may find two logits equal that differ by up to
  /// 2⁻¹²⁵.
  private var leastMargin: Dyadic {
    isDeployed ? Dyadic(1, exponent: network.endsWithSoftmax ? -17 : -125) : .zero
  }

  /// Returns what comes of the certificate.
  func outcome() throws(CheckError) -> Outcome {
    var least: (margin: Dyadic, other: Int)?
    for other in 0..<network.classes where other != certificate.label {
      let margin = try margin(over: other)
      if least.map({ margin < $0.margin }) ?? true { least = (margin, other) }
    }
    guard let least else { throw CheckError("the network has one class") }
    return Outcome(
      index: certificate.index, label: certificate.label, holds: leastMargin < least.margin,
      margin: least.margin.decimal, nearestClass: least.other)
  }
}
