import Networks
import Tensors
import Testing
import _TestSupport

@testable import Bounds
@testable import Relaxations

/// Networks that are the same function, layer by layer, have the same bounds by every method: a
/// stronger law than soundness, since it fails for bounds that are needlessly loose as well.
@Suite struct EquivalenceLaws {
  /// A convolution is a matrix whose columns are its outputs on unit images. Borders, strides and
  /// windows that leave pixels over are all in it.
  @Test(arguments: Families.members.prefix(7).filter { !$0.normalized })
  func convolutionsAreMatrices(member: Families.Member) throws {
    let network = try member.network()
    try expectSameBounds(network, try network.dense(), member.input, "\(member)")
  }

  /// (x − mean)/std put into the weights behind it, where no padding lies between: ε stays in raw
  /// units for every norm.
  @Test(arguments: [
    Families.Member(architecture: .mlp(hidden: [12, 8]), input: [4, 4, 3], normalized: true),
    Families.Member(architecture: .dmSmall, input: [11, 11, 3], normalized: true),
  ])
  func normalizationFoldsIntoWeights(member: Families.Member) throws {
    let network = try member.network()
    let folded = try network.foldingNormalization()
    #expect(folded.nodes.count == network.nodes.count - 1)
    try expectSameBounds(network, folded, member.input, "\(member)")
  }

  /// A BatchNorm with its running statistics is a normalisation, behind which a ball is a ball.
  @Test func batchNormsAreNormalizations() throws {
    let (mean, deviation) = (Tensor(shape: [2], [0.5, 0.3]), Tensor(shape: [2], [0.2, 0.6]))
    let batchNorm = BatchNorm(
      weight: Tensor(shape: [2], repeating: 1), bias: .zeros([2]), runningMean: mean,
      runningVariance: deviation * deviation, epsilon: 0)
    let normalization = Normalization(mean: mean, standardDeviation: deviation)
    try expectSameBounds(
      Network(input: [6, 5, 2], [batchNorm] + behindAnImage),
      Network(input: [6, 5, 2], [normalization] + behindAnImage), [6, 5, 2], "BatchNorm")
  }

  /// A pool that counts its padding is a convolution of equal weights.
  @Test func averagePoolsAreConvolutions() throws {
    let pool = AveragePool(kernel: 3, stride: 2, padding: 1)
    let weights = (0..<36).map { index -> Float in index / 18 == index / 9 % 2 ? 1 / 9 : 0 }
    let kernel = Tensor(shape: [2, 2, 3, 3], weights)
    let convolution = Convolution(
      weight: kernel, bias: .zeros([2]), geometry: .init(stride: 2, padding: 1))
    let rest: [any Layer] = [
      ReLU(), Flatten(), dense(18, 7, seed: 3), ReLU(), dense(7, 4, seed: 4),
    ]
    try expectSameBounds(
      Network(input: [6, 5, 2], [pool] + rest), Network(input: [6, 5, 2], [convolution] + rest),
      [6, 5, 2], "AveragePool")
  }

  /// Behind a pool a ball's box has the dual norms of the pool's rows for radii, whatever the
  /// channels were scaled by.
  @Test(arguments: [true, false], [Perturbation.l2(epsilon: 0.3), .l1(epsilon: 0.7)])
  func poolsOfBallsAreExact(countsPadding: Bool, set: Perturbation) throws {
    let shape = [6, 5, 2]
    let scales: [Float] = [5, -0.5]
    let pool = AveragePool(
      PoolingWindow(height: 3, width: 2, ConvolutionGeometry(stride: 2, padding: 1)),
      countsPadding: countsPadding)
    let scaling = ChannelAffine(scale: Tensor(shape: [2], scales), shift: .zeros([2]))
    let images = Families.images(2, shape, seed: 2)
    let box = pool.propagate([scaling.propagate([set.region(around: images, in: .real)])]).box
    let output = try pool.outputShape(for: shape)
    let place = LayerPlace(
      inputShapes: [shape], outputShape: output, preactivation: nil, slope: .adaptive)
    let rows = pool.unitRows(Array(0..<output.reduce(1, *)), through: place).scalars
    let radii = stride(from: 0, to: rows.count, by: 60).map { start in
      let row = (0..<60).map { abs(rows[start + $0] * scales[$0 % 2]) * set.epsilon }
      return set.norm == .l1 ? row.max()! : row.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    expectClose(
      box.radius, Tensor(shape: [2] + output, radii + radii), relative: 1e-5, absolute: 1e-6,
      "\(set)")
  }

  /// A layer without a rule for balls is given the box of one, which CROWN then refines.
  @Test func matricesWithoutARuleForBallsAreRefined() throws {
    let rest: [any Layer] = [ReLU(), dense(9, 8, seed: 2), ReLU(), dense(8, 4, seed: 3)]
    let first = dense(12, 9, seed: 1)
    try expectSameBounds(
      Network(input: [12], [PlainMatrix(linear: first)] + rest),
      Network(input: [12], [first] + rest), [12], "a layer without a rule for balls",
      methods: [.crown(), .crown(slope: .zero)])
  }

  /// Two linear layers in a row are one: full CROWN sees through them. (Intervals do not: the box
  /// between the two layers forgets how its coordinates hang together.)
  @Test(arguments: ReLUSlope.allCases)
  func fullCROWNMergesLinearLayers(slope: ReLUSlope) throws {
    let (a, b) = (dense(14, 9, seed: 1), dense(9, 11, seed: 2))
    let rest: [any Layer] = [
      ReLU(), dense(11, 10, seed: 3), ReLU(), dense(10, 4, seed: 4),
    ]
    let merged = Linear(
      weight: matrixProduct(b.weight, a.weight),
      bias: linear(a.bias.reshaped([1, 9]), weight: b.weight, bias: b.bias).reshaped([11]))
    let apart = try Network(input: [14], [a, b] + rest)
    try expectSameBounds(
      apart, try Network(input: [14], [merged] + rest), [14], "merged",
      methods: [.crown(slope: slope)])
  }

  /// Without a nonlinearity every bound is the exact minimum: the margin at the centre, less ε
  /// times the dual norm of its gradient (or what the clipped box allows).
  @Test(arguments: Families.methods)
  func affineNetworksAreBoundedExactly(method: BoundMethod) throws {
    let images = Families.images(2, [6, 5, 2], seed: 3)
    let network = try affineNetwork()
    let margins = Specification.margins(of: [0, 2], classes: 4)
    for set in Families.sets {
      let bounds = try lowerBounds(of: network, around: images, set, margins, by: method)
      let exact = (0..<6).map { index in
        let selected = margins.rows.rows(index / 3..<index / 3 + 1)
          .selectingRows(index % 3..<index % 3 + 1).reshaped([1, 4])
        let image = images.rows(index / 3..<index / 3 + 1)
        let result = withGradients(at: [image]) { network($0[0]).scaled(by: selected).sum() }
        return result.value.scalar
          + least(result.gradients[0].scalars, over: set, around: image.scalars)
      }
      expectClose(
        bounds, Tensor(shape: [2, 3], exact), relative: 1e-5, absolute: 1e-5, "\(method) \(set)")
    }
  }

  /// Where the set leaves every ReLU decided, the linear bounds are those of an affine network.
  @Test(arguments: Families.methods.dropFirst())
  func decidedNetworksAreBoundedExactly(method: BoundMethod) throws {
    let member = Families.members[2]
    let network = try member.network()
    let images = Families.images(1, member.input, seed: 4)
    let margins = Specification.margins(of: [1], classes: 4)
    for set in Families.sets {
      let tiny = try set.withEpsilon(Self.largestDecided(network, images, set))
      let bounds = try lowerBounds(of: network, around: images, tiny, margins, by: method)
      let value = margins.values(network(images))
      for row in 0..<3 {
        let selected = margins.rows.selectingRows(row..<row + 1).reshaped([1, 4])
        let gradient = withGradients(at: [images]) { network($0[0]).scaled(by: selected).sum() }
          .gradients[0]
        let change = least(gradient.scalars, over: tiny, around: images.scalars)
        let exact = value.scalars[row] + change
        let tolerance = 2e-6 * (1 + abs(exact))
        #expect(abs(bounds.scalars[row] - exact) <= tolerance)
        // Or the set would count for nothing.
        #expect(abs(change) > 20 * tolerance, "\(tiny)")
      }
    }
  }

  /// An ε of the form 2⁻ᵏ at which intervals leave no ReLU open.
  private static func largestDecided(
    _ network: Network, _ images: Tensor, _ set: Perturbation
  ) throws -> Float {
    var epsilon: Float = 1
    func isDecided() throws -> Bool {
      try BoundedNetwork(network, arithmetic: .real)
        .bounding(over: set.withEpsilon(epsilon).region(around: images, in: .real))
        .reluStatistics.allSatisfy { $0.unstable == 0 }
    }
    while try !isDecided() { epsilon /= 2 }
    return epsilon
  }

  private func expectSameBounds(
    _ a: Network, _ b: Network, _ input: [Int], _ what: String,
    methods: [BoundMethod] = Families.methods
  ) throws {
    let images = Families.images(2, input, seed: 2)
    expectClose(a(images), b(images), relative: 1e-4, absolute: 1e-4, "logits, \(what)")
    let margins = Specification.margins(of: [0, 3], classes: 4)
    for set in Families.sets {
      for method in methods {
        let first = try lowerBounds(of: a, around: images, set, margins, by: method)
        let second = try lowerBounds(of: b, around: images, set, margins, by: method)
        expectClose(
          first, second, relative: 1e-4, absolute: 1e-4, "\(method) \(set) \(what)")
      }
    }
  }

  /// Layers for images [6, 5, 2].
  private var behindAnImage: [any Layer] {
    var random = RandomSource(seed: 7)
    return [
      Convolution(
        weight: .normal([3, 2, 3, 3], standardDeviation: 0.4, using: &random),
        bias: .normal([3], standardDeviation: 0.4, using: &random),
        geometry: .init(stride: 2)),
      ReLU(), Flatten(), dense(12, 4, seed: 6),
    ]
  }

  private func affineNetwork() throws -> Network {
    var random = RandomSource(seed: 5)
    return try Network(
      input: [6, 5, 2],
      [
        Normalization(
          mean: Tensor(shape: [2], [0.5, 0.3]), standardDeviation: Tensor(shape: [2], [0.2, 0.6])),
        Convolution(
          weight: .normal([3, 2, 3, 3], standardDeviation: 0.4, using: &random),
          bias: .normal([3], standardDeviation: 0.4, using: &random),
          geometry: .init(stride: 2, padding: 1)),
        Flatten(), dense(27, 4, seed: 6),
      ])
  }

  private func dense(_ inputs: Int, _ outputs: Int, seed: UInt64) -> Linear {
    var random = RandomSource(seed: seed)
    return Linear(
      weight: .normal([outputs, inputs], standardDeviation: 0.5, using: &random),
      bias: .normal([outputs], standardDeviation: 0.2, using: &random))
  }
}

/// The least g·δ over the differences δ that a set allows around x.
private func least(_ g: [Float], over set: Perturbation, around x: [Float]) -> Float {
  let sizes = g.map { Double($0.magnitude) }
  let epsilon = Double(set.epsilon)
  switch set.norm {
  case .l1: return Float(-epsilon * sizes.max()!)
  case .l2: return Float(-epsilon * sizes.reduce(0) { $0 + $1 * $1 }.squareRoot())
  case .linf:
    let domain = set.domain ?? -1e9...1e9
    return Float(
      zip(g, x).reduce(0.0) { sum, pair in
        let (g, x) = (Double(pair.0), Double(pair.1))
        let low = max(x - epsilon, Double(domain.lowerBound)) - x
        let high = min(x + epsilon, Double(domain.upperBound)) - x
        return sum + min(g * low, g * high)
      })
  }
}

/// A matrix that knows boxes and forms only.
private struct PlainMatrix: AffineRule {
  static let kind = "PlainMatrix"
  let linear: Linear

  var keepsOrder: Bool { false }
  var offset: Tensor? { linear.offset }

  func outputShape(for input: [Int]) throws(ShapeMismatch) -> [Int] {
    try linear.outputShape(for: input)
  }
  func forward(_ input: Tensor) -> Tensor { linear.forward(input) }
  func linearMap(_ inputs: [Tensor]) -> Tensor { linear.linearMap(inputs) }
  func absoluteMap(_ inputs: [Tensor]) -> Tensor { linear.absoluteMap(inputs) }
  func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    linear.transposedMap(rows, through: place)
  }
}
