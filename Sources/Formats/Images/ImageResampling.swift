extension RasterImage {
  /// The picture with 1 or 3 channels: grey by the weights of ITU-R 601, or grey three times.
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

  /// 0.299 R + 0.587 G + 0.114 B in 16 bits of fraction; the weights add up to 1, so that grey
  /// stays what it was.
  private static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    let sum: Int = 19_595 * Int(red) + 38_470 * Int(green) + 7471 * Int(blue)
    return UInt8((sum + 32_768) >> 16)
  }

  /// The picture in another size: each pixel the mean of the area that it covers, rounded to
  /// nearest.
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
      for index in line.indices { result[start + index] = UInt8((line[index] + total / 2) / total) }
    }
    return RasterImage(height: newHeight, width: newWidth, channels: channels, pixels: result)
  }

  /// Adds a source row, narrowed or widened, to a sum.
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

/// How much of each of `from` source pixels in a row lies under each of `to` new ones, in units of
/// 1/`to` of a source pixel: whole numbers that add up to `from` for every new pixel.
private struct AreaWeights {
  let from: Int
  let to: Int

  func forEach(_ index: Int, _ body: (Int, Int) -> Void) {
    let (lower, upper) = (index * from, (index + 1) * from)
    for source in (lower / to)...((upper - 1) / to) {
      body(source, min(upper, (source + 1) * to) - max(lower, source * to))
    }
  }
}
