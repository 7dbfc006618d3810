import RealModule

/// Softmax of rows [batch, n] and its logarithm, in Double inside, with the largest scalar
/// subtracted so that no exponential overflows.
enum SoftmaxKernel {
  /// Returns exp(x_i)/Σ exp(x_j).
  static func forward(_ x: DeviceArray) -> DeviceArray {
    mapRows(x, x) { row, _, out in
      let (largest, sum) = exponentials(row)
      for i in out.indices { out[i] = Float(.exp(Double(row[i]) - largest) / sum) }
    }
  }

  /// Returns x_i − log Σ exp(x_j).
  static func logForward(_ x: DeviceArray) -> DeviceArray {
    mapRows(x, x) { row, _, out in
      let (largest, sum) = exponentials(row)
      let logarithm = Double.log(sum)
      for i in out.indices { out[i] = Float(Double(row[i]) - largest - logarithm) }
    }
  }

  /// Returns the gradient p_i·(g_i − Σ p_j g_j), for probabilities p.
  static func backward(_ output: DeviceArray, _ gradient: DeviceArray) -> DeviceArray {
    mapRows(output, gradient) { p, g, out in
      let mean = p.indices.reduce(0.0) { $0 + Double(p[$1]) * Double(g[$1]) }
      for i in out.indices { out[i] = Float(Double(p[i]) * (Double(g[i]) - mean)) }
    }
  }

  /// Returns the gradient g_i − p_i·Σ g_j, for logarithms of probabilities p.
  static func logBackward(_ output: DeviceArray, _ gradient: DeviceArray) -> DeviceArray {
    mapRows(output, gradient) { logarithms, g, out in
      let sum = g.reduce(0.0) { $0 + Double($1) }
      for i in out.indices { out[i] = Float(Double(g[i]) - .exp(Double(logarithms[i])) * sum) }
    }
  }

  /// Returns the largest scalar of a row, and Σ exp(x − largest), which is at least 1.
  private static func exponentials(
    _ row: UnsafeBufferPointer<Float>
  ) -> (largest: Double, sum: Double) {
    let largest = row.reduce(-Double.infinity) { max($0, Double($1)) }
    return (largest, row.reduce(0) { $0 + .exp(Double($1) - largest) })
  }

  /// Runs `body` for each row of two arrays and of the result, rows in parallel; it traps where the
  /// shapes differ.
  private static func mapRows(
    _ x: DeviceArray, _ y: DeviceArray,
    _ body: (
      UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>, UnsafeMutableBufferPointer<Float>
    ) -> Void
  ) -> DeviceArray {
    precondition(x.shape.count == 2 && x.shape == y.shape, "rows \(x.shape) and \(y.shape)")
    let out = result(x.shape)
    let (a, b, to, n) = (x.pointer, y.pointer, out.pointer, x.shape[1])
    parallelRanges(x.shape[0], work: 16 * x.count) { range in
      for row in range {
        body(
          UnsafeBufferPointer(start: a + row * n, count: n),
          UnsafeBufferPointer(start: b + row * n, count: n),
          UnsafeMutableBufferPointer(start: to + row * n, count: n))
      }
    }
    keepAlive(x, y)
    return out.array
  }
}
