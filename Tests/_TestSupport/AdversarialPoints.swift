import Bounds
import Networks
import Tensors

extension Specification {
  /// C·z + offset for logits [batch, classes]: [batch, S].
  package func values(_ logits: Tensor) -> Tensor {
    let (batch, classes) = (logits.shape[0], logits.shape[1])
    let count = rows.shape[1]
    let (c, z) = (rows.scalars, logits.scalars)
    return Tensor(
      shape: [batch, count],
      (0..<batch * count).map { i in
        (0..<classes).reduce(0) { $0 + c[i * classes + $1] * z[i / count * classes + $1] }
      })
  }
}

/// Points of the sets around a batch: random ones, extreme ones (corners of the box, surface of the
/// ball, vertices of the ℓ1 ball), and where gradient descent on each margin leads.
package func adversarialPoints(
  _ network: Network, _ images: Tensor, _ labels: [Int], _ set: Perturbation
) -> [Tensor] {
  var random = RandomSource(seed: 9)
  func project(_ point: Tensor) -> Tensor { set.nearest(to: point, around: images) }
  func directions() -> Tensor {
    let normal = Tensor.normal(images.shape, standardDeviation: 1, using: &random)
    return set.norm == .linf ? normal.signs : normal.unitRows
  }
  func randomPoint() -> Tensor {
    set.norm == .linf
      ? project(images + .uniform(images.shape, in: -set.epsilon...set.epsilon, using: &random))
      : project(images + directions() * (set.epsilon * random.uniform()))
  }
  var points = [images] + (0..<6).map { _ in randomPoint() }
  points += (0..<6).map { _ in project(images + directions() * 1e3) }
  let margins = Specification.margins(of: labels, classes: network.classes)
  for row in 0..<network.classes - 1 {
    let selected = margins.rows.selectingRows(row..<row + 1)
      .reshaped([labels.count, network.classes]).detached
    var point = randomPoint()
    for step in 0..<25 {
      let gradient = withGradients(at: [point]) { network($0[0]).scaled(by: selected).sum() }
        .gradients[0]
      let direction = set.norm == .linf ? gradient.signs : gradient.unitRows
      point = project(point - direction * (set.epsilon * (step < 15 ? 0.3 : 0.05)))
    }
    points.append(point)
  }
  return points
}

extension Perturbation {
  /// The nearest points of the sets around the centres.
  fileprivate func nearest(to points: Tensor, around centers: Tensor) -> Tensor {
    switch norm {
    case .linf:
      let everything = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude
      let box = boxBounds(centers, epsilon: epsilon, domain: domain ?? everything)
      return points.clamped(lower: box.lower, upper: box.upper)
    case .l2, .l1:
      return BoxedBalls(
        norm == .l2 ? .two : .one, around: centers, epsilon: epsilon, within: domain
      ).nearest(to: points)
    }
  }
}
