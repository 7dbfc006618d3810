extension LabeledImages {
  /// Returns the mean and the standard deviation of each channel over all pixels of all images, in
  /// the units of a batch: pixels in [0, 1].
  ///
  /// A recipe with `model.mean: data` normalises by these numbers of its training part, held-out
  /// examples included. The deviation is that of the population, with the number of pixels as its
  /// divisor.
  ///
  /// Pixels are bytes, so a histogram of 256 counts for each channel says everything. The sum for
  /// the mean is one of whole numbers and exact in Double below 2⁵³; the squared distances are
  /// summed around that mean, in the order of the bytes' values, so the result depends on neither
  /// the order of the images nor the number of threads.
  ///
  /// - Returns: An array of ``channels`` numbers each. A channel that has one value throughout gets
  ///   the deviation 1, so that dividing by it changes nothing.
  /// - Complexity: O(``count`` · ``imageSize``).
  package func statistics() -> (mean: [Float], standardDeviation: [Float]) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: channels)
    for (index, value) in pixels.enumerated() { counts[index % channels][Int(value)] += 1 }
    let moments = counts.map { counts -> (Double, Double) in
      let total = Double(counts.reduce(0, +))
      let mean = counts.enumerated().reduce(0.0) { $0 + Double($1.0 * $1.1) } / total
      // The distances from the mean are squared, rather than the mean of squares reduced by the
      // square of the mean, which would cancel for a channel that hardly varies.
      let square = counts.enumerated().reduce(0.0) { sum, entry in
        sum + (Double(entry.0) - mean) * (Double(entry.0) - mean) * Double(entry.1)
      }
      let deviation = (square / total).squareRoot()
      return (mean / 255, deviation > 0 ? deviation / 255 : 1)
    }
    return (moments.map { Float($0.0) }, moments.map { Float($0.1) })
  }
}
