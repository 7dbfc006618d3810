import Tensors

/// What full CROWN and its random projections are trained by.
extension OperationCase {
  static let projectionCases: [OperationCase] = [
    scaledNoiseCase, mediansCase(columns: 5), mediansCase(columns: 4), rootsCase,
    convolutionRowsCase(stride: 2, padding: 1),
    convolutionRowsCase(stride: 1, padding: 0),
  ]

  private static let noise = random([4, 3], seed: 203)

  private static let scaledNoiseCase = OperationCase(
    name: "scaledNoise",
    inputs: {
      [random([$0, 4, 3], seed: 200), random([$0, 3], seed: 201), random([$0, 3], seed: 202)]
    },
    ours: { [scaledNoise($0[0], slope: $0[1], offset: $0[2], noise: noise)] },
    reference: { x in
      [
        Reference(x[0].shape) { index in
          let row = index / 12 * 3 + index % 3
          return x[1].values[row] * x[0].values[index]
            + x[2].values[row] * Double(noise.scalars[index % 12])
        }
      ]
    })

  private static func mediansCase(columns k: Int) -> OperationCase {
    OperationCase(
      name: "medianMagnitudes of \(k) columns", largeBatch: 3000,
      inputs: { [awayFromZero([$0, k, 3], seed: 204)] },
      ours: { [medianMagnitudes($0[0])] },
      reference: { x in
        [
          Reference([x[0].shape[0], 3]) { index in
            let sorted = (0..<k).map { abs(x[0].values[(index / 3 * k + $0) * 3 + index % 3]) }
              .sorted()
            return (sorted[(k - 1) / 2] + sorted[k / 2]) / 2
          }
        ]
      })
  }

  private static let rootsCase = OperationCase(
    name: "rootMeanSquares", inputs: { [awayFromZero([$0, 4, 3], seed: 205)] },
    ours: { [rootMeanSquares($0[0])] },
    reference: { x in
      [
        Reference([x[0].shape[0], 3]) { index in
          let squares = (0..<4).map { column in
            let value = x[0].values[(index / 3 * 4 + column) * 3 + index % 3]
            return value * value
          }
          return (squares.reduce(0, +) / 4).squareRoot()
        }
      ]
    })

  /// Rows of the convolution's matrix: each is the output of unit images, transposed.
  private static func convolutionRowsCase(stride: Int, padding: Int) -> OperationCase {
    let geometry = ConvolutionGeometry(stride: stride, padding: padding)
    let outputs = [0, 3, 5, 3]
    return OperationCase(
      name: "convolutionRows, stride \(stride)", allowsEmpty: false,
      inputs: { _ in [random([2, 3, 3, 3], seed: 207)] },
      ours: { [convolutionRows($0[0], outputs: outputs, imageShape: [4, 5, 3], geometry)] },
      reference: { x in
        let units = Reference([60, 4, 5, 3]) { $0 / 60 == $0 % 60 ? 1 : 0 }
        let images = convolution(units, x[0], geometry)
        let size = images.values.count / 60
        return [Reference([1, 4, 60]) { images.values[$0 % 60 * size + outputs[$0 / 60]] }]
      })
  }
}
