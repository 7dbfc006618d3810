/// Returns the maxima over windows of images, channel by channel: [N, H, W, C] → [N, H', W', C].
/// Padding never wins; the gradient goes to the first of equal maxima.
///
/// - Precondition: The windows fit into the padded images.
package func maxPool(_ images: Tensor, _ window: PoolingWindow) -> Tensor {
  let (kernels, image) = (images.device.windows, Array(images.shape.dropFirst()))
  let (output, places) = kernels.maxPool(images.array, window)
  return recorded(output, from: [images]) {
    [kernels.maxPoolGradient($0, places: places, image: image)]
  }
}

/// Replaces max pooling on boxes of images by lines over elements of its windows, in lower-bounding
/// forms [batch or 1, rows, H'·W'·C].
///
/// Below a maximum lies the element with the largest lower end; above it lies a line over the
/// element with the largest upper end (``MaxPoolRelaxation``).
///
/// - Parameters:
///   - center: The centres of the boxes of the images, [batch, H·W·C], as their radii.
///   - image: [H, W, C].
/// - Returns: The forms over the images, [batch, rows, H·W·C], and what their constants gain,
///   [batch, rows].
package func relaxedMaxPoolForm(
  _ form: Tensor, center: Tensor, radius: Tensor, image: [Int], _ window: PoolingWindow
) -> (form: Tensor, constant: Tensor) {
  let kernels = form.device.relaxations
  let isTracked = form.isTracked || center.isTracked || radius.isTracked
  let form = isTracked ? separated(form, batch: center.shape[0]) : form
  let (f, c, r) = (form.array, center.array, radius.array)
  let output = kernels.relaxMaxPool(f, c, r, image: image, window)
  let both = recorded([output.form, output.constant], from: [form, center, radius]) { gradients in
    let d = kernels.relaxMaxPoolGradient(
      f, c, r, image: image, window, formGradient: gradients[0] ?? output.form.zeros,
      constantGradient: gradients[1] ?? output.constant.zeros)
    return [d.form, d.center, d.radius]
  }
  return (both[0], both[1])
}
