import Tensors
import Testing

/// Records an issue unless |a − b| ≤ absolute + relative·|b| everywhere.
public func expectClose(
  _ a: Tensor, _ b: Tensor, relative: Float, absolute: Float, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard a.shape == b.shape else {
    Issue.record("\(what): shapes \(a.shape) and \(b.shape)", sourceLocation: sourceLocation)
    return
  }
  let worst = zip(a.scalars, b.scalars).max { excess($0, relative) < excess($1, relative) }
  guard let worst, !(excess(worst, relative) <= absolute) else { return }
  Issue.record("\(what): \(worst.0) against \(worst.1)", sourceLocation: sourceLocation)
}

/// Records an issue unless a ≥ b − absolute − relative·|b| everywhere.
public func expectNowhereBelow(
  _ a: Tensor, _ b: Tensor, relative: Float, absolute: Float = 0, _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard a.shape == b.shape else {
    Issue.record("\(what): shapes \(a.shape) and \(b.shape)", sourceLocation: sourceLocation)
    return
  }
  for (x, y) in zip(a.scalars, b.scalars) where !(x >= y - absolute - relative * y.magnitude) {
    Issue.record("\(what): \(x) is below \(y)", sourceLocation: sourceLocation)
    return
  }
}

private func excess(_ pair: (Float, Float), _ relative: Float) -> Float {
  let difference = (pair.0 - pair.1).magnitude - relative * pair.1.magnitude
  return difference.isNaN ? .infinity : difference
}
