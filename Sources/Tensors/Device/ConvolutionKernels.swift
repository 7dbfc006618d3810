/// Two-dimensional cross-correlations, and the rows of the matrices that they are.
///
/// Images are [N, H, W, C], weights [O, C, kh, kw], outputs [N, H', W', O], an image's shape is
/// [H, W, C]. Beyond an image lie zeros.
package protocol ConvolutionKernels: Sendable {
  /// Images ∗ weight (+ bias [O]) → outputs.
  func forward(
    _ images: DeviceArray, _ weight: DeviceArray, bias: DeviceArray?,
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray

  /// The transpose of ``forward(_:_:bias:_:)`` in its images: outputs → [N, H, W, C].
  func transposed(
    _ output: DeviceArray, _ weight: DeviceArray, imageShape: [Int],
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray

  /// The gradients of the weight and, if wanted, of the bias.
  func weightGradient(
    _ images: DeviceArray, _ output: DeviceArray, weightShape: [Int],
    _ geometry: ConvolutionGeometry, withBias: Bool
  ) -> (weight: DeviceArray, bias: DeviceArray?)

  // MARK: Rows of the matrix

  /// ‖row‖ for each output scalar, in Double inside: [1, H', W', O]. `scale` [C] multiplies the
  /// input channels first. Rows at the borders are shorter, since zeros cut their windows.
  func rowNorms(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm
  ) -> DeviceArray

  /// The gradient of the weight. A norm of 0 has the derivative 0; at a tie of the maximum the first
  /// element takes it all.
  func rowNormsGradient(
    _ weight: DeviceArray, scale: DeviceArray, imageShape: [Int], _ geometry: ConvolutionGeometry,
    dual: DualNorm, norms: DeviceArray, _ gradient: DeviceArray
  ) -> DeviceArray

  /// The rows of the given output scalars, laid out as images: [1, outputs.count, H·W·C].
  func rows(
    _ weight: DeviceArray, outputs: [Int], imageShape: [Int], _ geometry: ConvolutionGeometry
  ) -> DeviceArray

  /// The transpose of ``rows(_:outputs:imageShape:_:)``: → [O, C, kh, kw].
  func rowsGradient(
    _ gradient: DeviceArray, weightShape: [Int], outputs: [Int], imageShape: [Int],
    _ geometry: ConvolutionGeometry
  ) -> DeviceArray
}
