/// Maxima over windows of images [N, H, W, C]; padding never wins, since only positions inside the
/// image are compared.
struct MaxPoolKernel {
  /// The windows over an image.
  let window: PoolingWindow

  /// Returns [H', W', C]. It traps where a window does not fit, which layers refuse earlier.
  func outputShape(_ image: [Int]) -> [Int] {
    guard let output = window.outputShape(image) else {
      preconditionFailure("a window \(window) is larger than the image \(image)")
    }
    return output
  }

  /// Returns the maxima, [N, H', W', C], and the place of each in its image, the first of equals. A
  /// NaN in a window is its maximum.
  func forward(_ images: DeviceArray) -> (output: DeviceArray, places: [Int32]) {
    let image = Array(images.shape.dropFirst())
    let output = outputShape(image)
    let out = result([images.shape[0]] + output)
    var places = [Int32](repeating: 0, count: out.array.count)
    let from = images.pointer
    let (imageSize, outputSize) = (image.reduce(1, *), output.reduce(1, *))
    places.withUnsafeMutableBufferPointer { places in
      nonisolated(unsafe) let places = places
      parallelRanges(images.shape[0], work: images.count * 4) { range in
        window.forEach(in: range, image, output) { n, place in
          for channel in 0..<image[2] {
            let best = Self.largest(from + n * imageSize, image, place, channel)
            let target = n * outputSize + place.output + channel
            (out.pointer[target], places[target]) = (from[n * imageSize + best], Int32(best))
          }
        }
      }
    }
    keepAlive(images)
    return (out.array, places)
  }

  /// Returns the place of a window's largest scalar of one channel. Comparisons with NaN are false,
  /// so once a NaN leads, only another NaN can take its place.
  @inline(__always)
  private static func largest(
    _ values: UnsafePointer<Float>, _ image: [Int], _ place: PoolingWindow.Place, _ channel: Int
  ) -> Int {
    var best = place.image + channel
    for row in 0..<place.rows {
      for column in 0..<place.columns {
        let candidate = place.image + (row * image[1] + column) * image[2] + channel
        if values[candidate] > values[best] || values[candidate].isNaN { best = candidate }
      }
    }
    return best
  }

  /// Adds each scalar to the place of its maximum: [N, H', W', C] → [N, H, W, C]. Windows may share
  /// a maximum.
  static func backward(_ gradient: DeviceArray, _ places: [Int32], image: [Int]) -> DeviceArray {
    let out = Host.zeros([gradient.shape[0]] + image)
    let (from, to) = (gradient.pointer, UnsafeMutablePointer(mutating: out.pointer))
    let (size, count) = (image.reduce(1, *), gradient.shape.dropFirst().reduce(1, *))
    places.withUnsafeBufferPointer { places in
      parallelRanges(gradient.shape[0], work: gradient.count * 2) { range in
        for n in range {
          for i in (n * count)..<((n + 1) * count) { to[n * size + Int(places[i])] += from[i] }
        }
      }
    }
    keepAlive(gradient)
    return out
  }
}
