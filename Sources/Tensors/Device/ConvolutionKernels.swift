/// Two-dimensional convolutions, which are cross-correlations here as in all networks, and the rows
/// of the matrices that they are.
///
/// Images are [N, H, W, C], weights [O, C, kh, kw], outputs [N, H', W', O]; the shape of an image
/// is [H, W, C]. Beyond an image lie zeros. A ``ConvolutionGeometry`` has the stride and the
/// padding, the same for both axes.
///
/// A convolution without bias is linear in the image, hence a matrix with H'·W'·O rows and H·W·C
/// columns. Backward bounds multiply by its transpose. An ℓ2 or ℓ1 ball in front of it needs the
/// norms of its rows, and refined bounds of single neurons need some of the rows themselves.
package protocol ConvolutionKernels: Sendable {
  /// Returns the convolution of images with a weight, plus a bias [O] if there is one: [N, H', W',
  /// O].
  ///
  /// output[n, y, x, o] = bias[o] + Σ images[n, y·stride + ky − padding, x·stride + kx − padding,
  /// c] · weight[o, c, ky, kx] over c, ky, kx.
  func forward(
    _ images: DeviceArray, _ weight: DeviceArray, bias: DeviceArray?,
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray

  /// Applies the transpose of the linear map ``forward(_:_:bias:_:)`` in its images: outputs [N,
  /// H', W', O] → [N, H, W, C].
  ///
  /// It is the gradient of the images, and the step of a backward bound through a convolution.
  ///
  /// - Parameter imageShape: The shape [N, H, W, C] of the result. A stride leaves several heights
  ///   and widths possible for one output, so it has to be given.
  func transposed(
    _ output: DeviceArray, _ weight: DeviceArray, imageShape: [Int],
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray

  /// Returns the gradient of the weight and, if wanted, of the bias, from the images and the
  /// gradient of the output.
  ///
  /// - Parameters:
  ///   - output: The gradient of the output, [N, H', W', O].
  ///   - weightShape: [O, C, kh, kw], the shape of the first result.
  ///   - withBias: Whether the gradient of the bias, [O], is computed; else it is nil.
  func weightGradient(
    _ images: DeviceArray, _ output: DeviceArray, weightShape: [Int],
    _ geometry: ConvolutionGeometry, withBias: Bool
  ) -> (weight: DeviceArray, bias: DeviceArray?)

  // MARK: Rows of the matrix

  /// Returns the norm of each row of the convolution's matrix, one for each scalar of an output:
  /// [1, H', W', O].
  ///
  /// Rows at the borders are shorter, since the padding's zeros cut their windows. Sums of squares
  /// are in Double, so that no small weight vanishes.
  ///
  /// - Parameters:
  ///   - scale: A factor for each input channel, [C], which multiplies the weight first.
  ///   - imageShape: [H, W, C].
  ///   - dual: Which norm.
  func rowNorms(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm
  ) -> DeviceArray

  /// Returns the gradient of the weight for a gradient of ``rowNorms(_:scale:imageShape:_:dual:)``.
  /// A norm of 0 has the derivative 0; at a tie of the maximum norm the first element takes it all.
  ///
  /// - Parameters:
  ///   - norms: What ``rowNorms(_:scale:imageShape:_:dual:)`` returned.
  ///   - gradient: That of the norms, [1, H', W', O].
  func rowNormsGradient(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm, norms: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  /// Returns rows of the convolution's matrix, each laid out as an image: [1, outputs.count,
  /// H·W·C].
  ///
  /// The row of an output scalar holds the kernel of its channel in the window of its position, and
  /// zeros elsewhere.
  ///
  /// - Parameter outputs: The scalars of an output [H', W', O], as places in memory order.
  func rows(
    _ weight: DeviceArray, outputs: [Int], imageShape: [Int], _ geometry: ConvolutionGeometry
  ) -> DeviceArray

  /// Applies the transpose of ``rows(_:outputs:imageShape:_:)``, which adds the gradients of all
  /// rows up to one of the weight: → [O, C, kh, kw].
  func rowsGradient(
    _ gradient: DeviceArray, weightShape: [Int], outputs: [Int], imageShape: [Int],
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray
}
