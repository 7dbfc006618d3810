extension RasterImage {
  /// Returns the picture with another number of channels.
  ///
  /// Colours become grey by the luma weights of ITU-R BT.601, and grey becomes three equal
  /// channels.
  ///
  /// - Parameter wanted: 1 or 3.
  /// - Returns: The picture itself where it has that number already.
  package func converted(toChannels wanted: Int) -> RasterImage {
    guard wanted != channels else { return self }
    var result: [UInt8] = []
    result.reserveCapacity(height * width * wanted)
    for start in stride(from: 0, to: pixels.count, by: channels) {
      if wanted == 1 {
        result.append(Self.luma(pixels[start], pixels[start + 1], pixels[start + 2]))
      } else {
        result.append(contentsOf: repeatElement(pixels[start], count: 3))
      }
    }
    return RasterImage(height: height, width: width, channels: wanted, pixels: result)
  }

  /// Returns 0.299 R + 0.587 G + 0.114 B, computed in 16 bits of fraction and rounded to nearest.
  ///
  /// The whole-number weights add up to 2¹⁶, so that a grey pixel keeps its value to the bit, and
  /// the result depends on no machine's floating point.
  private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum: Int = 19_595 * Int(red) + 38_470 * Int(green) + 7471 * Int(blue)
    return UInt8((sum + 32_768) >> 16)
  }

  /// Returns the picture in another size, without regard to its proportions.
  ///
  /// Each new pixel is the mean of the area that it covers in the old picture, with the pixels at
  /// the border of the area weighted by their share in it, rounded to nearest. Area averaging uses
  /// every pixel when a picture gets smaller, so that fine patterns blur and do not alias. When it
  /// gets larger, pixels are repeated and mixed at their borders only.
  ///
  /// The sums are whole numbers: the weights of a new pixel add up to the number of old pixels, by
  /// which the sum is divided once in the end.
  ///
  /// - Parameters:
  ///   - newHeight: The new number of rows, at least 1.
  ///   - newWidth: The new number of columns, at least 1.
  /// - Complexity: O((height + newHeight) · (width + newWidth)).
  package func resized(height newHeight: Int, width newWidth: Int) -> RasterImage {
    guard newHeight != height || newWidth != width else { return self }
    let (columns, rows) = (
      AreaWeights(from: width, to: newWidth), AreaWeights(from: height, to: newHeight)
    )
    var result = [UInt8](repeating: 0, count: newHeight * newWidth * channels)
    var line = [Int](repeating: 0, count: newWidth * channels)
    let total = height * width
    for row in 0..<newHeight {
      for index in line.indices { line[index] = 0 }
      rows.forEach(row) { source, weight in add(source, weight, columns, to: &line) }
      let start = row * line.count
      // Adding half of the divisor before the division rounds to nearest.
      for index in line.indices { result[start + index] = UInt8((line[index] + total / 2) / total) }
    }
    return RasterImage(height: newHeight, width: newWidth, channels: channels, pixels: result)
  }

  /// Adds an old row, narrowed or widened to the new width, to the sum of a new row.
  ///
  /// - Parameters:
  ///   - row: The number of the old row.
  ///   - weight: How much of it lies under the new row, in the units of ``AreaWeights``.
  ///   - columns: The weights of the columns.
  ///   - line: The sums of the new row, [newWidth, channels].
  private func add(_ row: Int, _ weight: Int, _ columns: AreaWeights, to line: inout [Int]) {
    let start = row * width * channels
    for column in 0..<(line.count / channels) {
      columns.forEach(column) { source, share in
        for channel in 0..<channels {
          line[column * channels + channel] +=
            weight * share * Int(pixels[start + source * channels + channel])
        }
      }
    }
  }
}

/// How much of each of `from` old pixels in a row lies under each of `to` new ones.
///
/// Both rows are thought of as equally long, from · to units. An old pixel has `to` units and a new
/// one `from`, so that every border lies at a whole number and the weights are exact: overlaps of
/// whole-number intervals, which add up to `from` for every new pixel.
private struct AreaWeights {
  /// The number of old pixels.
  let from: Int
  /// The number of new pixels.
  let to: Int

  /// Calls `body` with each old pixel under a new one, and with the units that the two have in
  /// common.
  func forEach(_ index: Int, _ body: (Int, Int) -> Void) {
    let (lower, upper) = (index * from, (index + 1) * from)
    for source in (lower / to)...((upper - 1) / to) {
      body(source, min(upper, (source + 1) * to) - max(lower, source * to))
    }
  }
}
