import Synchronization
import Tensors

/// What forms lose to rounding at each layer, computed when a backward pass first needs it.
///
/// Copies of a ``Bounding`` share it until one of them is refined. It is a class for that reason, and
/// locked since lanes may share it.
final class ErrorCache: Sendable {
  private struct State {
    var magnitudes: [Int: Tensor] = [:]
    var errors: [Int: LayerErrors] = [:]
    var tail: [Int: Region] = [:]
  }

  private let state = Mutex(State())

  /// Returns a cache without what follows from the regions of a value and of those behind it.
  func forgetting(from value: Int) -> ErrorCache {
    let known = state.withLock { $0 }
    let cache = ErrorCache()
    cache.state.withLock {
      $0.magnitudes = known.magnitudes.filter { $0.key < value }
      // Layer i reads values up to i.
      $0.errors = known.errors.filter { $0.key < value }
    }
    return cache
  }

  /// Returns at least the magnitudes of a value, [batch, …shape].
  func magnitudes(of value: Int, in bounding: Bounding) -> Tensor {
    if let known = state.withLock({ $0.magnitudes[value] }) { return known }
    let result = region(of: value, in: bounding).outwardBox.magnitude
    state.withLock { $0.magnitudes[value] = result }
    return result
  }

  /// Returns what forms lose at a layer.
  func errors(at index: Int, in bounding: Bounding) -> LayerErrors {
    if let known = state.withLock({ $0.errors[index] }) { return known }
    let step = bounding.plan.steps[index]
    guard let outward = step.outward else {
      preconditionFailure("layer \(step.path) has no outward step")
    }
    let result = outward.errors(
      of: step.inputs.map { magnitudes(of: $0, in: bounding) },
      size: step.outputShape.reduce(1, *))
    state.withLock { $0.errors[index] = result }
    return result
  }

  /// Returns the region of a value, those of the affine part at the network's end included.
  private func region(of value: Int, in bounding: Bounding) -> Region {
    guard value >= bounding.regions.count else { return bounding.regions[value] }
    if let known = state.withLock({ $0.tail[value] }) { return known }
    let step = bounding.plan.steps[value - 1]
    let result = bounding.propagated(step, step.inputs.map { region(of: $0, in: bounding) })
    state.withLock { $0.tail[value] = result }
    return result
  }
}
