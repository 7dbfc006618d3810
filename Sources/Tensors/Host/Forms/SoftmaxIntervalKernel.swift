import RealModule
import Relaxations

/// The interval of softmax, or of its logarithm, on boxes [batch, n].
enum SoftmaxIntervalKernel {
  /// Returns centre and radius of the intervals. All elements of an example are NaN where its box
  /// is not finite.
  static func forward(
    _ scale: SoftmaxScale, _ center: DeviceArray, _ radius: DeviceArray
  ) -> (center: DeviceArray, radius: DeviceArray) {
    let (newCenter, newRadius) = (result(center.shape), result(center.shape))
    let (oc, or, n) = (newCenter.pointer, newRadius.pointer, center.shape[1])
    parallelRanges(center.shape[0], work: 64 * center.count) { range in
      for example in range {
        let box = LogitBox(center, radius, example)
        let ends = box.isFinite ? box.logarithms : nil
        for i in 0..<n {
          let (c, r) = ends.map { outward($0.lower[i], $0.upper[i], scale) } ?? (.nan, .nan)
          oc[example * n + i] = c
          or[example * n + i] = r
        }
      }
    }
    return (newCenter.array, newRadius.array)
  }

  /// Returns centre and radius that hold an interval of logarithms, on the given scale, rounded
  /// outwards and cut to what a probability, or its logarithm, can be.
  private static func outward(
    _ lower: Double, _ upper: Double, _ scale: SoftmaxScale
  ) -> (center: Float, radius: Float) {
    // The interval of logarithms allows for errors of Double already (``LogitBox/slack``). One step
    // beyond the nearest Float covers those of exp and of the conversion. Cutting at 0 and 1 loses
    // nothing, since no probability lies beyond.
    let (l, u): (Float, Float) =
      switch scale {
      case .logarithm: (Float(lower).nextDown, min(Float(upper).nextUp, 0))
      case .probability:
        (max(Float(.exp(lower)).nextDown, 0), min(Float(.exp(upper)).nextUp, 1))
      }
    // The centre may be rounded either way; the radius is then taken from the centre as stored, to
    // the farther end, and rounded up. So the interval still holds both ends.
    let center = l / 2 + u / 2
    let radius = max(Double(u) - Double(center), Double(center) - Double(l))
    return (center, Double(Float(radius)) < radius ? Float(radius).nextUp : Float(radius))
  }
}

extension LogitBox {
  /// Reads the box of an example from centres and radii [batch, n]; the sums are in Double.
  init(_ center: DeviceArray, _ radius: DeviceArray, _ example: Int) {
    let n = center.shape[1]
    let (c, r) = (center.pointer + example * n, radius.pointer + example * n)
    self.init(
      lower: (0..<n).map { Double(c[$0]) - Double(r[$0]) },
      upper: (0..<n).map { Double(c[$0]) + Double(r[$0]) })
    keepAlive(center, radius)
  }
}
