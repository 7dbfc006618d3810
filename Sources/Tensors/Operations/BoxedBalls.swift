/// The sets {x : ‖x − c‖ₚ ≤ ε, low ≤ x ≤ high} around the rows c of a batch, for p = 1 and 2, with
/// the points of them that attacks need.
///
/// Points are computed in double precision and rounded towards the centre. A row whose centre is
/// not in the box has NaN for points.
public struct BoxedBalls: Sendable {
  /// The p of the norm.
  public enum Order: Sendable { case one, two }

  public let order: Order
  /// [rows, …shape].
  public let center: Tensor
  public let epsilon: Float
  /// The box, the same for every coordinate; nil for no box.
  public let domain: ClosedRange<Float>?

  public init(
    _ order: Order, around center: Tensor, epsilon: Float, within domain: ClosedRange<Float>? = nil
  ) {
    (self.order, self.center, self.epsilon, self.domain) = (order, center, epsilon, domain)
  }

  /// The nearest point (in the Euclidean norm) to each row of [rows, …shape].
  public func nearest(to points: Tensor) -> Tensor {
    mapRows(points) { _, values, row in
      for i in values.indices { row.move[i] = Double(values[i]) - Double(row.center[i]) }
      project(row)
    }
  }

  /// The point of each set with the least ⟨gradient, x⟩.
  public func farthest(against gradient: Tensor) -> Tensor {
    mapRows(gradient) { _, slopes, row in
      switch order {
      case .one: row.spend(against: slopes)
      case .two:
        for i in slopes.indices { row.move[i] = -Double(slopes[i]) }
        row.scale(limit: .infinity)
      }
    }
  }

  /// A step of steepest descent in ℓ1 from points of the sets, then the nearest points.
  ///
  /// - Parameters:
  ///   - counts: The coordinates that share each row's step.
  ///   - lengths: The ℓ1 length of each row's step.
  public func sparseStep(
    from points: Tensor, against gradient: Tensor, counts: [Int], lengths: [Float]
  ) -> Tensor {
    precondition(counts.count == center.shape[0] && lengths.count == counts.count, "rows differ")
    let size = rowSize
    return points.withUnsafeScalars { start in
      mapRows(gradient) { index, slopes, row in
        let point = UnsafeBufferPointer(rebasing: start[index * size..<(index + 1) * size])
        for i in point.indices { row.move[i] = Double(point[i]) - Double(row.center[i]) }
        SparseStep(gradient: slopes, point: point, low: low, high: high)
          .add(to: row.move, count: counts[index], length: Double(lengths[index]))
        project(row)
      }
    }
  }

  private var low: Float { domain?.lowerBound ?? -.infinity }
  private var high: Float { domain?.upperBound ?? .infinity }
  private var rowSize: Int { center.count / max(center.shape[0], 1) }

  private func project(_ row: BallRow) {
    switch order {
    case .one: row.threshold()
    case .two: row.scale(limit: 1)
    }
  }

  /// Runs `body` with each row of an operand, whose result it leaves in the row's move.
  private func mapRows(
    _ operand: Tensor, _ body: (Int, UnsafeBufferPointer<Float>, BallRow) -> Void
  ) -> Tensor {
    precondition(operand.count == center.count, "operands of different sizes")
    let (out, size, epsilon) = (result(center.shape), rowSize, Double(epsilon))
    let (values, centers) = (operand.pointer, center.pointer)
    parallelRanges(center.shape[0], work: center.count) { range in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: size) { move in
        move.initialize(repeating: 0)
        for index in range {
          let row = BallRow(
            epsilon: epsilon, low: Double(low), high: Double(high),
            center: UnsafeBufferPointer(start: centers + index * size, count: size), move: move)
          if row.isCentered {
            body(index, UnsafeBufferPointer(start: values + index * size, count: size), row)
          } else {
            move.update(repeating: .nan)
          }
          row.write(to: out.pointer + index * size)
        }
      }
    }
    keepAlive(operand, center)
    return out.tensor
  }
}

extension Tensor {
  /// Each scalar moved towards the other tensor's until the exact distance is at most ε: by a unit
  /// in the last place where x + ε was rounded away from x.
  public func drawn(to center: Tensor, within epsilon: Float) -> Tensor {
    ElementwiseKernel.zip(self, center) { value, center in
      var value = value
      for _ in 0..<4 where (Double(value) - Double(center)).magnitude > Double(epsilon) {
        value = value > center ? value.nextDown : value.nextUp
      }
      return value
    }
  }

  /// A copy in which some rows of the first axis are those of another tensor of the same shape.
  public func replacingRows(at indices: [Int], from other: Tensor) -> Tensor {
    precondition(shape == other.shape, "\(other.shape) in place of \(shape)")
    let size = count / max(shape[0], 1)
    var copy = detached
    copy.withUnsafeMutableScalars { rows in
      other.withUnsafeScalars { values in
        for index in indices {
          for i in index * size..<(index + 1) * size { rows[i] = values[i] }
        }
      }
    }
    return copy
  }
}
