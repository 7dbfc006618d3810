import Tensors

/// Convolutions and matrix products.
extension OperationCase {
  static let affineCases: [OperationCase] =
    geometries.flatMap { [convolutionCase($0), transposedCase($0)] }
    + geometries.filter { $0.image[0] < 8 }.flatMap { geometry in
      [DualNorm.two, .infinity].map { rowNormCase(geometry, $0) }
    } + [linearCase(withBias: true), linearCase(withBias: false), matrixCase]
    + [(2, 2, 0), (3, 2, 1), (3, 1, 1)].flatMap { poolCases($0.0, stride: $0.1, padding: $0.2) }

  struct Geometry: Sendable {
    let image: [Int]
    let outputs: Int
    let kernel: (Int, Int)
    let geometry: ConvolutionGeometry

    var weight: [Int] { [outputs, image[2], kernel.0, kernel.1] }
    var output: [Int] {
      [
        geometry.outputExtent(image[0], kernel: kernel.0)!,
        geometry.outputExtent(image[1], kernel: kernel.1)!, outputs,
      ]
    }
    var name: String {
      "\(image) to \(outputs) channels, kernel \(kernel.0)×\(kernel.1), stride "
        + "\(geometry.stride), padding \(geometry.padding)"
    }
  }

  /// Few input channels and outputs in fours, which ``ThinConvolutionKernel`` takes: every vector
  /// width, whole blocks of windows and remainders, and runs that do and don't fill vectors.
  private static let thinGeometries = [
    Geometry(image: [2, 8, 1], outputs: 28, kernel: (3, 3), geometry: .init(padding: 1)),
    Geometry(image: [3, 7, 3], outputs: 4, kernel: (2, 3), geometry: .init(padding: 1)),
    Geometry(image: [4, 4, 4], outputs: 8, kernel: (4, 4), geometry: .init(stride: 2, padding: 1)),
    Geometry(
      image: [4, 5, 1], outputs: 12, kernel: (5, 4), geometry: .init(stride: 3, padding: 2)),
    Geometry(image: [3, 9, 2], outputs: 16, kernel: (1, 2), geometry: .init(stride: 2)),
  ]

  /// One channel and several, strides, paddings, windows that leave part of the image over, a
  /// kernel as large as the image, eight channels (where oneDNN blocks) and kernels that are not
  /// square.
  private static let geometries =
    thinGeometries + [
      Geometry(image: [5, 5, 1], outputs: 2, kernel: (3, 3), geometry: .init()),
      Geometry(
        image: [6, 7, 1], outputs: 3, kernel: (4, 4), geometry: .init(stride: 2, padding: 1)),
      Geometry(
        image: [7, 6, 3], outputs: 2, kernel: (3, 3), geometry: .init(stride: 3, padding: 0)),
      Geometry(image: [4, 4, 2], outputs: 3, kernel: (4, 4), geometry: .init()),
      Geometry(
        image: [5, 4, 2], outputs: 2, kernel: (2, 3), geometry: .init(stride: 2, padding: 2)),
      Geometry(
        image: [8, 8, 8], outputs: 16, kernel: (3, 3), geometry: .init(stride: 2, padding: 1)),
      Geometry(
        image: [3, 3, 2], outputs: 2, kernel: (1, 1), geometry: .init(stride: 2, padding: 0)),
      Geometry(image: [8, 8, 1], outputs: 3, kernel: (1, 1), geometry: .init(stride: 2)),
      Geometry(image: [4, 6, 13], outputs: 9, kernel: (1, 1), geometry: .init(stride: 2)),
    ]

  private static func convolutionCase(_ g: Geometry) -> OperationCase {
    OperationCase(
      name: "convolution \(g.name)", usesOneDNN: true, largeBatch: 60,
      inputs: {
        [random([$0] + g.image, seed: 1), random(g.weight, seed: 2), random([g.outputs], seed: 3)]
      },
      ours: { [convolution($0[0], weight: $0[1], bias: $0[2], g.geometry)] },
      reference: { [addingRow(convolution($0[0], $0[1], g.geometry), $0[2])] })
  }

  private static func transposedCase(_ g: Geometry) -> OperationCase {
    OperationCase(
      name: "transposedConvolution \(g.name)", usesOneDNN: true, largeBatch: 60,
      inputs: { [random([$0] + g.output, seed: 4), random(g.weight, seed: 5)] },
      ours: { x in
        [
          transposedConvolution(
            x[0], weight: x[1], imageShape: [x[0].shape[0]] + g.image, g.geometry)
        ]
      },
      reference: { x in
        [transposedConvolution(x[0], x[1], [x[0].shape[0]] + g.image, g.geometry)]
      })
  }

  private static func rowNormCase(_ g: Geometry, _ dual: DualNorm) -> OperationCase {
    let scale = awayFromZero([g.image[2]], seed: 6)
    return OperationCase(
      name: "convolutionRowNorms dual \(dual) \(g.name)", allowsEmpty: false, largeBatch: 1,
      inputs: { _ in [awayFromZero(g.weight, seed: 7)] },
      ours: {
        [convolutionRowNorms($0[0], scale: scale, imageShape: g.image, g.geometry, dual: dual)]
      },
      reference: {
        [rowNorms($0[0], scale: scale.scalars.map(Double.init), image: g.image, g.geometry, dual)]
      })
  }

  private static func linearCase(withBias: Bool) -> OperationCase {
    OperationCase(
      name: withBias ? "linear" : "linear without bias", usesOneDNN: true,
      inputs: {
        [random([$0, 5], seed: 8), random([4, 5], seed: 9)]
          + (withBias ? [random([4], seed: 10)] : [])
      },
      ours: { [linear($0[0], weight: $0[1], bias: withBias ? $0[2] : nil)] },
      reference: { x in
        let output = product(x[0], transposed(x[1]))
        return [withBias ? addingRow(output, x[2]) : output]
      })
  }

  /// Average pooling is a convolution that keeps channels apart.
  private static func poolCases(_ kernel: Int, stride: Int, padding: Int) -> [OperationCase] {
    let geometry = ConvolutionGeometry(stride: stride, padding: padding)
    let window = PoolingWindow(height: kernel, width: kernel, geometry)
    let image = [5, 6, 2]
    let output = window.outputShape(image)!
    let weight = Reference([2, 2, kernel, kernel]) { index in
      let (o, c) = (index / (2 * kernel * kernel), index / (kernel * kernel) % 2)
      return o == c ? 1 / Double(kernel * kernel) : 0
    }
    let name = "\(kernel)×\(kernel), stride \(stride), padding \(padding)"
    return [
      OperationCase(
        name: "averagePool \(name)", largeBatch: 60, inputs: { [random([$0] + image, seed: 13)] },
        ours: { [averagePool($0[0], window)] },
        reference: { [convolution($0[0], weight, geometry)] }),
      OperationCase(
        name: "transposedAveragePool \(name)", largeBatch: 60,
        inputs: { [random([$0] + output, seed: 14)] },
        ours: { [transposedAveragePool($0[0], image: image, window)] },
        reference: { x in
          [transposedConvolution(x[0], weight, [x[0].shape[0]] + image, geometry)]
        }),
    ]
  }

  private static let matrixCase = OperationCase(
    name: "matrixProduct", usesOneDNN: true,
    inputs: { [random([$0, 3, 5], seed: 11), random([5, 2], seed: 12)] },
    ours: { [matrixProduct($0[0], $0[1])] },
    reference: { [product($0[0], $0[1])] })
}
