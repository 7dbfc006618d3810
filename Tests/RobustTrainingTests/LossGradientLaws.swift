import Bounds
import Networks
import RobustTraining
import Tensors
import Testing

/// The whole CROWN-IBP loss and its gradient with respect to every parameter, against central
/// differences of a Float64 reference: 1e-3 in norm per parameter, as rounding of Float32 through
/// a whole network allows.
@Suite struct LossGradientLaws {
  @Test(arguments: [false, true], [(0, 1), (0, 0.4), (0.5, 0.5), (0, 0)] as [(Double, Double)])
  func agree(fused: Bool, factors: (kappa: Double, beta: Double)) throws {
    let network = try makeNetwork()
    let images = try Tensor.testImages([2, 6, 6, 1])
    let labels = [1, 2]
    let (kappa, beta, epsilon) = (factors.kappa, factors.beta, 0.08)
    let objective = Objective.crownIBP(
      beta: .constant(Float(beta)), kappa: .constant(Float(kappa)), margins: fused ? .fused : .all)
    let point = ObjectivePoint(objective, epsilon: Float(epsilon), largest: Float(epsilon))
    let ours = try withGradients(of: network) {
      try objective.loss(
        of: BoundedNetwork($0, arithmetic: .real), on: images, labels: labels,
        within: .linf(epsilon: Float(epsilon), within: 0...1),
        at: point
      ).value
    }
    let values = network.parameters.map { $0.value.scalars.map(Double.init) }
    func reference(_ values: [[Double]]) -> Double {
      (0..<2).reduce(0) { total, example in
        let pixels = images.rows(example..<example + 1).scalars.map { Double($0) }
        return total
          + LossReference(
            layers: dense(network, values), image: pixels, label: labels[example],
            epsilon: Double(Float(epsilon)), kappa: kappa, beta: beta, fused: fused
          ).loss / 2
      }
    }
    #expect(abs(Double(ours.value.scalar) - reference(values)) <= 1e-5 * reference(values))
    for (index, parameter) in network.parameters.enumerated() {
      let expected = centralDifferences(values, index, reference)
      let difference = zip(ours.gradients[index].scalars, expected).map { Double($0) - $1 }
      #expect(norm(difference) <= 1e-3 * norm(expected), "\(parameter.path)")
      #expect(norm(expected) > 0)
    }
  }

  private func makeNetwork() throws -> Network {
    var random = RandomSource(seed: 2)
    return try Network(
      input: [6, 6, 1],
      [
        Convolution(from: 1, to: 3, kernel: 3, stride: 2, padding: 1, using: &random), ReLU(),
        Flatten(), Linear(from: 27, to: 8, using: &random), ReLU(),
        Linear(from: 8, to: 4, using: &random),
      ])
  }

  /// The network as dense matrices, the convolution (3×3, stride 2, padding 1) unrolled.
  private func dense(_ network: Network, _ values: [[Double]]) -> [LossReference.Affine] {
    var convolution = LossReference.Affine(
      weight: [[Double]](repeating: [Double](repeating: 0, count: 36), count: 27),
      bias: (0..<27).map { values[1][$0 % 3] })
    for y in 0..<3 {
      for x in 0..<3 {
        for channel in 0..<3 {
          for ky in 0..<3 {
            for kx in 0..<3 {
              let (row, column) = (2 * y + ky - 1, 2 * x + kx - 1)
              guard 0..<6 ~= row, 0..<6 ~= column else { continue }
              convolution.weight[(y * 3 + x) * 3 + channel][row * 6 + column] =
                values[0][channel * 9 + ky * 3 + kx]
            }
          }
        }
      }
    }
    func linear(_ weight: [Double], _ bias: [Double]) -> LossReference.Affine {
      let columns = weight.count / bias.count
      return LossReference.Affine(
        weight: bias.indices.map { Array(weight[($0 * columns)..<(($0 + 1) * columns)]) },
        bias: bias)
    }
    return [convolution, linear(values[2], values[3]), linear(values[4], values[5])]
  }

  private func centralDifferences(
    _ values: [[Double]], _ index: Int, _ function: ([[Double]]) -> Double
  ) -> [Double] {
    let step = 1e-6
    return values[index].indices.map { i in
      var (up, down) = (values, values)
      up[index][i] += step
      down[index][i] -= step
      return (function(up) - function(down)) / (2 * step)
    }
  }

  private func norm(_ values: [Double]) -> Double {
    values.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }
}

extension Tensor {
  fileprivate static func testImages(_ shape: [Int]) throws -> Tensor {
    var random = RandomSource(seed: 5)
    return .uniform(shape, in: 0...1, using: &random)
  }
}
