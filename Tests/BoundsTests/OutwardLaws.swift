import Foundation
import Networks
import Relaxations
import Tensors
import Testing
import _TestSupport

@testable import Bounds

/// Bounds in outward arithmetic hold for the exact values of random networks, and for what runtimes
/// compute for them in Float32 in any order. Weights are of mixed sizes, so that rounding shows.
///
/// `script/fuzz --sound` runs 100,000 networks; every test run some hundred.
@Suite struct OutwardLaws {
  private static let environment = ProcessInfo.processInfo.environment
  private static let count = Int(environment["CROWNWORK_SOUND"] ?? "") ?? 300
  private static let first = UInt64(environment["CROWNWORK_FUZZ_SEED"] ?? "") ?? 1

  @Test func boundsHoldInSpiteOfRounding() throws {
    var finite = 0
    for seed in Self.first..<Self.first + UInt64(Self.count) {
      for guarantee in Guarantee.allCases {
        let found = try RoundingCase(seed: seed).violations(.outward(guarantee))
        for violation in found.violations { Issue.record("\(violation)") }
        finite += found.finite
      }
    }
    #expect(finite > 3 * Self.count)
  }

  /// The law can fail: bounds that are rounded to nearest are above values of the network.
  @Test func boundsInRealArithmeticDoNot() throws {
    let broken = try (1...60).count { seed in
      try !RoundingCase(seed: UInt64(seed)).violations(.real).violations.isEmpty
    }
    #expect(broken >= 6)
  }
}

/// A random network, a set of inputs and points of it.
private struct RoundingCase {
  let seed: UInt64
  let network: Network
  let region: Region
  let specification: Specification
  /// Points of the set, exactly.
  let points: [[Dyadic]]
  /// Points of the set that Float32 holds.
  let inputs: [[Float]]

  init(seed: UInt64) throws {
    var random = RandomSource(seed: seed, purpose: "rounding")
    self.seed = seed
    network = try Self.network(&random)
    let shape = network.inputShape
    let center = Tensor.normal([1] + shape, standardDeviation: 1, using: &random)
    let size = center.count
    var rows = [Float](repeating: 0, count: 4 * network.classes)
    for row in 0..<3 {
      rows[row * network.classes + row] = 1
      rows[row * network.classes + row + 1] = -1
    }
    for output in 0..<network.classes { rows[3 * network.classes + output] = random.normal() }
    specification = try Specification(rows: Tensor(shape: [1, 4, network.classes], rows))
    let x = center.scalars
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      let epsilon = exp2(-8 * random.uniform())
      let norm: Perturbation.Norm = Bool.random(using: &random) ? .l2 : .l1
      region = try Perturbation(norm: norm, epsilon: epsilon).region(
        around: center, in: .certified)
      // Vertices of the ℓ1 ball, which are of the ℓ2 ball as well; and ±ε/2 along four axes.
      points = (0..<6).map { _ in
        var point = x.map { Dyadic($0) }
        if norm == .l2, size >= 4, Bool.random(using: &random) {
          for i in 0..<4 {
            point[i] = point[i] + Dyadic(Bool.random(using: &random) ? epsilon / 2 : -epsilon / 2)
          }
        } else {
          let i = Int.random(in: 0..<size, using: &random)
          point[i] = point[i] + Dyadic(Bool.random(using: &random) ? epsilon : -epsilon)
        }
        return point
      }
      inputs = [x]
    case let kind:
      let widest = [Float(0), 0.01, 4096][kind - 1]
      let radius =
        Tensor.uniform(center.shape, in: 0...max(widest, .leastNormalMagnitude), using: &random)
        * (kind == 1 ? 0 : 1)
      region = .box(Interval(center: center, radius: radius))
      let r = radius.scalars
      var signs = (0..<4).map { _ in x.map { _ in [-1, 1, 0].randomElement(using: &random)! } }
      signs += Self.worst(network, center, specification)
      points = signs.map { signs in
        x.indices.map { Dyadic(x[$0]) + Dyadic(r[$0]) * Dyadic(Float(signs[$0])) }
      }
      // One step inwards is inside in spite of the rounding of the sum.
      inputs = signs.map { signs in
        x.indices.map {
          let end = x[$0] + Float(signs[$0]) * r[$0]
          return signs[$0] > 0
            ? max(end.nextDown, x[$0]) : signs[$0] < 0 ? min(end.nextUp, x[$0]) : x[$0]
        }
      }
    }
  }

  /// The corners that a gradient step on each row leads to.
  private static func worst(
    _ network: Network, _ center: Tensor, _ specification: Specification
  ) -> [[Int]] {
    (0..<specification.rows.shape[1]).map { row in
      let c = specification.rows.selectingRows(row..<row + 1).reshaped([1, network.classes])
      let gradient = withGradients(at: [center]) { network($0[0]).scaled(by: c).sum() }.gradients[0]
      return gradient.scalars.map { $0 > 0 ? -1 : 1 }
    }
  }

  /// Three to six layers, all of them piecewise linear.
  private static func network(_ random: inout RandomSource) throws -> Network {
    var shapes = [
      Bool.random(using: &random)
        ? [4, 4, Int.random(in: 1...2, using: &random)] : [Int.random(in: 2...12, using: &random)]
    ]
    var graph: [(path: String, layer: any Layer, inputs: [Int])] = []
    let spread = Float([0, 4, 20].randomElement(using: &random)!)
    func mixed(_ shape: [Int]) -> Tensor {
      let common = exp2((2 * random.uniform() - 1) * spread / 2)
      let each = Bool.random(using: &random)
      return Tensor(
        shape: shape,
        (0..<shape.reduce(1, *)).map { _ in
          random.normal() * common * (each ? exp2((2 * random.uniform() - 1) * spread) : 1)
        })
    }
    func add(_ layer: any Layer, _ inputs: [Int]? = nil) throws {
      let inputs = inputs ?? [graph.count]
      shapes.append(try layer.outputShape(ofAll: inputs.map { shapes[$0] }))
      graph.append(("\(graph.count)", layer, inputs))
    }
    func addSum(to outputs: Int) throws {
      let shape = shapes.last!
      if shape.count == 3 {
        try add(
          Convolution(
            weight: mixed([outputs, shape[2], 3, 3]), bias: mixed([outputs]),
            geometry: ConvolutionGeometry(stride: 1, padding: 1)))
      } else {
        try add(Linear(weight: mixed([outputs, shape[0]]), bias: mixed([outputs])))
      }
    }
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let before = graph.count
      try addSum(to: Int.random(in: 2...5, using: &random))
      let channels = shapes.last!.last!
      switch Int.random(in: 0..<8, using: &random) {
      case 0: try add(ChannelAffine(scale: mixed([channels]), shift: mixed([channels])))
      case 1:
        let summand = graph.count
        try addSum(to: channels)
        try add(Addition(), [summand, graph.count])
      case 2 where shapes[before].count == shapes.last!.count:
        try add(Concatenation(), [before, graph.count])
      case 3 where shapes.last!.count == 3 && shapes.last![0] >= 2:
        try add(AveragePool(kernel: 2))
      default: break
      }
      let last = shapes.last!
      switch Int.random(in: 0..<8, using: &random) {
      case 0: try add(Activation(.leakyReLU(slope: 0.1)))
      case 1: try add(Activation(.clip(lower: -1, upper: 6)))
      case 2: try add(PReLU(weight: .uniform([last.last!], in: -2...3, using: &random)))
      case 3 where last.count == 3 && last[0] >= 2: try add(MaxPool(kernel: 2))
      case 4 where last.count == 3 && last[0] >= 3: try add(MaxPool(kernel: 2, stride: 1))
      default: try add(ReLU())
      }
    }
    if shapes.last!.count == 3 { try add(Flatten()) }
    try addSum(to: 4)
    return try Network(input: shapes[0], graph: graph)
  }

  private static let methods: [BoundMethod] =
    [.interval, .alphaCROWN(iterations: 2)]
    + ReLUSlope.allCases.flatMap { [.crownIBP(slope: $0), .crown(slope: $0)] }

  /// Bounds by all methods that are above a value.
  func violations(_ arithmetic: Arithmetic) throws -> (violations: [String], finite: Int) {
    var exact = Oracle(ExactArithmetic())
    var values = points.map { rowValues(exact.outputs(network, numbers: $0)) }
    if arithmetic.guarantee == .deployed {
      for (number, input) in inputs.enumerated() {
        var runtime = Oracle(RuntimeArithmetic(seed: seed &* 64 &+ UInt64(number)))
        let outputs = runtime.outputs(network, input)
        guard outputs.allSatisfy(\.isFinite) else { continue }
        values.append(rowValues(outputs.map { Dyadic($0) }))
      }
    }
    let bounded = try BoundedNetwork(network, arithmetic: arithmetic)
    var (violations, finite) = ([String](), 0)
    for method in Self.methods {
      let lower = try bounded.lowerBounds(of: specification, over: region, by: method).scalars
      for (row, bound) in lower.enumerated() where bound.isFinite {
        finite += 1
        for (point, value) in values.enumerated() where value[row] < Dyadic(bound) {
          violations.append(
            "seed \(seed), \(method.text), \(arithmetic.text), row \(row), point \(point) of "
              + "\(points.count): \(value[row].approximation) below \(bound)")
        }
      }
    }
    return (violations, finite)
  }

  private func rowValues(_ outputs: [Dyadic]) -> [Dyadic] {
    let (rows, classes) = (specification.rows.scalars, network.classes)
    return (0..<4).map { row in
      outputs.indices.reduce(.zero) { $0 + Dyadic(rows[row * classes + $1]) * outputs[$1] }
    }
  }
}
