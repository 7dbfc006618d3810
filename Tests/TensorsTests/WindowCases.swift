import Tensors

/// Windows of images: their maxima and the lines around these, means without the padding.
extension OperationCase {
  static let windowCases: [OperationCase] =
    [
      PoolingWindow(height: 2, width: 2, ConvolutionGeometry(stride: 2)),
      PoolingWindow(height: 3, width: 2, ConvolutionGeometry(stride: 2, padding: 1)),
    ].flatMap { [maxPoolCase($0), maxPoolFormCase($0), uncountedPaddingCase($0)] }

  private static let image = [4, 5, 2]

  private static func maxPoolCase(_ window: PoolingWindow) -> OperationCase {
    OperationCase(
      name: "maxPool \(window.height)×\(window.width)", largeBatch: 200,
      inputs: { [random([$0] + image, seed: 63)] }, ours: { [maxPool($0[0], window)] },
      reference: { x in
        [
          eachWindow(window, batch: x[0].shape[0]) { n, places in
            places.map { x[0].values[n * 40 + $0] }.max()!
          }
        ]
      })
  }

  private static func uncountedPaddingCase(_ window: PoolingWindow) -> OperationCase {
    OperationCase(
      name: "averagePool without padding \(window.height)×\(window.width)", largeBatch: 200,
      inputs: { [random([$0] + image, seed: 64)] },
      ours: { [averagePool($0[0], window, countsPadding: false)] },
      reference: { x in
        [
          eachWindow(window, batch: x[0].shape[0]) { n, places in
            places.reduce(0) { $0 + x[0].values[n * 40 + $1] } / Double(places.count)
          }
        ]
      })
  }

  private static func maxPoolFormCase(_ window: PoolingWindow) -> OperationCase {
    let scalars = window.outputShape(image)!.reduce(1, *)
    return OperationCase(
      name: "relaxedMaxPoolForm \(window.height)×\(window.width)", largeBatch: 200,
      inputs: { [awayFromZero([$0, 2, scalars], seed: 65)] + intervals([$0, 40], seed: 66) },
      ours: { x in
        let output = relaxedMaxPoolForm(
          x[0], center: x[1], radius: x[2], image: image, window)
        return [output.form, output.constant]
      },
      reference: { maxPoolForm($0[0], $0[1], $0[2], window) })
  }

  /// A scalar for each window of each image and channel, from the places that it holds.
  private static func eachWindow(
    _ window: PoolingWindow, batch: Int, _ body: (Int, [Int]) -> Double
  ) -> Reference {
    let output = window.outputShape(image)!
    let size = output.reduce(1, *)
    return Reference([batch] + output) { index in
      body(index / size, places(window, output, index % size))
    }
  }

  private static func places(_ window: PoolingWindow, _ output: [Int], _ scalar: Int) -> [Int] {
    let (channel, position) = (scalar % output[2], scalar / output[2])
    let (stride, padding) = (window.geometry.stride, window.geometry.padding)
    return (0..<window.height).flatMap { row in
      (0..<window.width).compactMap { column -> Int? in
        let y = position / output[1] * stride - padding + row
        let x = position % output[1] * stride - padding + column
        guard 0..<image[0] ~= y, 0..<image[1] ~= x else { return nil }
        return (y * image[1] + x) * image[2] + channel
      }
    }
  }

  /// The largest lower end bounds from below; the chord of max(x_k, second largest upper end), with
  /// k the largest upper end, from above.
  private static func maxPoolForm(
    _ form: Reference, _ center: Reference, _ radius: Reference, _ window: PoolingWindow
  ) -> [Reference] {
    let output = window.outputShape(image)!
    var (out, constant) = (
      Reference([form.shape[0], 2, 40]) { _ in 0 }, Reference([form.shape[0], 2]) { _ in 0 }
    )
    for n in 0..<form.shape[0] {
      for scalar in 0..<form.shape[2] {
        let places = places(window, output, scalar)
        func lower(_ place: Int) -> Double { center[n, place] - radius[n, place] }
        func upper(_ place: Int) -> Double { center[n, place] + radius[n, place] }
        let below = places.max { lower($0) < lower($1) }!
        let above = places.max { upper($0) < upper($1) }!
        let second = places.filter { $0 != above }.map(upper).max() ?? -.infinity
        let (l, u) = (lower(above), upper(above))
        let slope = second > l ? (u - second) / (u - l) : 1
        for row in 0..<2 {
          let value = form[n, row, scalar]
          if value > 0 {
            out[n, row, below] += value
          } else {
            out[n, row, above] += value * slope
            constant[n, row] += value * (second > l ? second - slope * l : 0)
          }
        }
      }
    }
    return [out, constant]
  }
}
