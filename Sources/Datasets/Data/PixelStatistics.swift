extension LabeledImages {
  /// The mean and standard deviation of each channel over all pixels, in [0, 1]: exact sums,
  /// rounded once. A channel of one value only has standard deviation 1.
  package func statistics() -> (mean: [Float], standardDeviation: [Float]) {
    var counts = [[Int]](repeating: [Int](repeating: 0, count: 256), count: channels)
    for (index, value) in pixels.enumerated() { counts[index % channels][Int(value)] += 1 }
    let moments = counts.map { counts -> (Double, Double) in
      let total = Double(counts.reduce(0, +))
      let mean = counts.enumerated().reduce(0.0) { $0 + Double($1.0 * $1.1) } / total
      let square = counts.enumerated().reduce(0.0) { sum, entry in
        sum + (Double(entry.0) - mean) * (Double(entry.0) - mean) * Double(entry.1)
      }
      let deviation = (square / total).squareRoot()
      return (mean / 255, deviation > 0 ? deviation / 255 : 1)
    }
    return (moments.map { Float($0.0) }, moments.map { Float($0.1) })
  }
}
