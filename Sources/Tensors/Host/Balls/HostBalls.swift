/// Points of norm balls, a row at a time (``BallRow``), rows in parallel.
struct HostBalls: BallKernels {
  func nearest(in balls: BallBatch, to points: DeviceArray) -> DeviceArray {
    mapRows(balls, points) { _, values, row in
      for i in values.indices { row.move[i] = Double(values[i]) - Double(row.center[i]) }
      project(row, balls.order)
    }
  }

  func farthest(in balls: BallBatch, against gradient: DeviceArray) -> DeviceArray {
    mapRows(balls, gradient) { _, slopes, row in
      switch balls.order {
      case .one: row.spend(against: slopes)
      case .two:
        for i in slopes.indices { row.move[i] = -Double(slopes[i]) }
        row.scale(limit: .infinity)
      }
    }
  }

  func sparseStep(
    in balls: BallBatch, from points: DeviceArray, against gradient: DeviceArray, counts: [Int],
    lengths: [Float]
  ) -> DeviceArray {
    let (start, size) = (points.pointer, rowSize(balls))
    defer { keepAlive(points) }
    return mapRows(balls, gradient) { index, slopes, row in
      let point = UnsafeBufferPointer(start: start + index * size, count: size)
      for i in point.indices { row.move[i] = Double(point[i]) - Double(row.center[i]) }
      SparseStep(gradient: slopes, point: point, low: balls.low, high: balls.high)
        .add(to: row.move, count: counts[index], length: Double(lengths[index]))
      project(row, balls.order)
    }
  }

  func projectedRows(_ x: DeviceArray, _ order: BallOrder, epsilon: Float) -> DeviceArray {
    switch order {
    case .one: ProjectionKernel.l1(x, epsilon: epsilon)
    case .two: ProjectionKernel.l2(x, epsilon: epsilon)
    }
  }

  func unitRows(_ x: DeviceArray) -> DeviceArray { ProjectionKernel.unitRows(x) }

  /// Projects a row's move onto its set, in the Euclidean norm.
  private func project(_ row: BallRow, _ order: BallOrder) {
    switch order {
    case .one: row.threshold()
    case .two: row.scale(limit: 1)
    }
  }

  /// Returns the number of coordinates of a row.
  private func rowSize(_ balls: BallBatch) -> Int {
    balls.center.count / max(balls.center.shape[0], 1)
  }

  /// Runs `body` with the index, the operand's row and the set of each row; the result is the point
  /// that `body` leaves in the row's move. Each thread has one move, which its rows reuse.
  private func mapRows(
    _ balls: BallBatch, _ operand: DeviceArray,
    _ body: (Int, UnsafeBufferPointer<Float>, BallRow) -> Void
  ) -> DeviceArray {
    let (center, size) = (balls.center, rowSize(balls))
    let out = result(center.shape)
    let (values, centers) = (operand.pointer, center.pointer)
    parallelRanges(center.shape[0], work: center.count) { range in
      withUnsafeTemporaryAllocation(of: Double.self, capacity: size) { move in
        move.initialize(repeating: 0)
        for index in range {
          let row = BallRow(
            epsilon: Double(balls.epsilon), low: Double(balls.low), high: Double(balls.high),
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
    return out.array
  }
}
