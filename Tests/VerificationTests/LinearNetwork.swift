import Bounds
import Foundation
import Networks
import Tensors

/// A random linear network, with images and the exact answer of what can be broken around them.
struct LinearNetwork {
  let network: Network
  let images: Tensor
  let labels: [Int]
  /// For each class its weights.
  private let weights: [[Double]]
  private let pixels: [[Double]]
  private let logits: [[Double]]

  init(seed: UInt64) throws {
    var random = RandomSource(seed: seed, purpose: "linear network")
    let (side, classes) = (5 + Int(seed % 8), 2 + Int(seed % 11))
    let size = side * side
    // Every third network has a few large weights among many small ones.
    let normal = Tensor.normal([classes, size], standardDeviation: 1, using: &random).scalars
    let scaled = seed % 3 == 0 ? normal.map { $0 * $0 * $0 } : normal
    let bias = Tensor.normal([classes], standardDeviation: 1, using: &random)
    network = try Network(
      input: [side, side, 1],
      [Flatten(), Linear(weight: Tensor(shape: [classes, size], scaled), bias: bias)])
    // Pixels between the ends and many at them.
    let uniform = Tensor.uniform([40, side, side, 1], in: -0.5...1.5, using: &random)
    images = uniform.clamped(
      lower: .zeros(uniform.shape), upper: Tensor(shape: uniform.shape, repeating: 1))
    labels = network(images).argmaxOfRows
    weights = (0..<classes).map { scaled[$0 * size..<($0 + 1) * size].map(Double.init) }
    let scalars = images.scalars.map(Double.init)
    pixels = (0..<40).map { Array(scalars[$0 * size..<($0 + 1) * size]) }
    let (rows, offsets) = (weights, bias.scalars.map(Double.init))
    logits = pixels.map { x in
      zip(rows, offsets).map { row, offset in offset + zip(row, x).reduce(0) { $0 + $1.0 * $1.1 } }
    }
  }

  /// For each image the smallest margin to any class over the set, computed class by class.
  func smallestMargins(over set: Perturbation) -> [Double] {
    labels.indices.map { image in
      weights.indices.filter { $0 != labels[image] }.map { rival in
        let slope = zip(weights[labels[image]], weights[rival]).map { $0 - $1 }
        return logits[image][labels[image]] - logits[image][rival]
          + Self.least(slope, over: set, around: pixels[image])
      }.min()!
    }
  }

  /// An ε at which about half of the images can be broken where nothing is clipped.
  func middleEpsilon(_ norm: Perturbation.Norm) -> Float {
    let radii = labels.indices.map { image in
      weights.indices.filter { $0 != labels[image] }.map { rival in
        let slope = zip(weights[labels[image]], weights[rival]).map { $0 - $1 }
        let size =
          switch norm {
          case .linf: slope.reduce(0) { $0 + $1.magnitude }
          case .l2: slope.reduce(0) { $0 + $1 * $1 }.squareRoot()
          case .l1: slope.map(\.magnitude).max()!
          }
        return (logits[image][labels[image]] - logits[image][rival]) / size
      }.min()!
    }
    return Float(radii.sorted()[radii.count / 2])
  }

  /// The least ⟨slope, δ⟩ over the moves δ that a set allows around x.
  private static func least(
    _ slope: [Double], over set: Perturbation, around x: [Double]
  ) -> Double {
    let epsilon = Double(set.epsilon)
    // How far each coordinate may go downhill.
    let rooms = zip(slope, x).map { slope, x in
      set.domain.map { slope > 0 ? x - Double($0.lowerBound) : Double($0.upperBound) - x }
        ?? .infinity
    }
    let sizes = slope.map(\.magnitude)
    switch set.norm {
    case .linf: return -zip(sizes, rooms).reduce(0) { $0 + $1.0 * min($1.1, epsilon) }
    case .l1:
      // A knapsack that takes parts: the steepest coordinates first.
      var (left, gain) = (epsilon, 0.0)
      for (size, room) in zip(sizes, rooms).sorted(by: { $0.0 > $1.0 }) {
        gain += size * min(room, left)
        left -= min(room, left)
      }
      return -gain
    case .l2:
      // δᵢ = min(t·sizeᵢ, roomᵢ) with the largest t that ε allows, by bisection.
      func moves(_ t: Double) -> [Double] { zip(sizes, rooms).map { min(t * $0, $1) } }
      var (low, high) = (0.0, 1e6)
      for _ in 0..<80 {
        let middle = (low + high) / 2
        let norm = moves(middle).reduce(0) { $0 + $1 * $1 }.squareRoot()
        if norm <= epsilon { low = middle } else { high = middle }
      }
      return -zip(sizes, moves(low)).reduce(0) { $0 + $1.0 * $1.1 }
    }
  }
}
