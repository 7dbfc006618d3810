import Tensors

extension Region {
  /// The points of the sets at which forms Λ·x are least: for each example by one of its rows.
  ///
  /// - Parameter form: [batch or 1, rows, n]; nil for a form without coefficients.
  func minimizers(of form: Tensor?, rows: [Int]) -> Tensor {
    var points = center
    guard let form else { return points }
    let size = form.shape[2]
    let radii = box.radius
    points.modify { points in
      for example in rows.indices {
        let radius = radii.scalars(of: example)
        let steps = steps(along: form.row(rows[example], of: example), radius)
        for i in 0..<size { points[example * size + i] += steps[i] }
      }
    }
    return points
  }

  /// The way from a set's centre to where Λ·x is least.
  ///
  /// - Parameter radius: The radii of the box around the set; a ball has the same in all directions,
  ///   as the input's have.
  private func steps(along form: [Float], _ radius: [Float]) -> [Float] {
    guard case .ball(let ball) = self else {
      return zip(form, radius).map { $0 > 0 ? -$1 : $0 < 0 ? $1 : 0 }
    }
    if ball.dual == .two {
      let norm = form.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return form.map { norm > 0 ? -ball.epsilon * $0 / norm : 0 }
    }
    let largest = form.indices.max { abs(form[$0]) < abs(form[$1]) }
    return form.indices.map { i in
      i == largest ? (form[i] > 0 ? -ball.epsilon : ball.epsilon) : 0
    }
  }
}

extension Tensor {
  /// The scalars of an example, [batch, …].
  func scalars(of example: Int) -> [Float] {
    let size = count / shape[0]
    return read { Array($0[example * size..<(example + 1) * size]) }
  }

  /// A row of an example's form, [batch or 1, rows, n].
  func row(_ row: Int, of example: Int) -> [Float] {
    let start = ((shape[0] == 1 ? 0 : example) * shape[1] + row) * shape[2]
    return read { Array($0[start..<start + shape[2]]) }
  }

  /// A coefficient of an example's form.
  func scalar(_ i: Int, row: Int, of example: Int) -> Float {
    read { $0[((shape[0] == 1 ? 0 : example) * shape[1] + row) * shape[2] + i] }
  }
}
