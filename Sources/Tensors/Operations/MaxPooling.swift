/// Maxima over windows of images [N, H, W, C] → [N, H', W', C]; padding never wins.
public func maxPool(_ images: Tensor, _ window: PoolingWindow) -> Tensor {
  let image = Array(images.shape.dropFirst())
  let (output, places) = MaxPoolKernel(window: window).forward(images)
  return recorded(output, from: [images]) { [MaxPoolKernel.backward($0, places, image: image)] }
}

/// Replaces max pooling on boxes of images by lines over elements of its windows, in lower-bounding
/// forms [batch or 1, rows, H'·W'·C].
///
/// - Parameters:
///   - center: Of the boxes of the images, [batch, H·W·C]; `radius` likewise.
///   - image: [H, W, C].
/// - Returns: The forms over the images, [batch, rows, H·W·C], and what their constants gain,
///   [batch, rows].
public func relaxedMaxPoolForm(
  _ form: Tensor, center: Tensor, radius: Tensor, image: [Int], _ window: PoolingWindow
) -> (form: Tensor, constant: Tensor) {
  let isTracked = form.isTracked || center.isTracked || radius.isTracked
  let form = isTracked ? separated(form, batch: center.shape[0]) : form
  let kernel = MaxPoolFormKernel(window: window, image: image)
  let output = kernel.forward(form, center, radius)
  let both = recorded([output.form, output.constant], from: [form, center, radius]) { gradients in
    let d = kernel.backward(
      form, center, radius, formGradient: gradients[0] ?? Tensor.zeros(output.form.shape),
      constantGradient: gradients[1] ?? Tensor.zeros(output.constant.shape))
    return [d.form, d.center, d.radius]
  }
  return (both[0], both[1])
}
