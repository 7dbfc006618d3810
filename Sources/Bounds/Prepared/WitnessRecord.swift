import Synchronization
import Tensors

/// What methods tell a certificate while they bound one example: which neurons they refine, and the
/// slopes that they optimise.
///
/// It is a class that copies of a ``Bounding`` share, and locked since lanes may share it, too.
final class WitnessRecord: Sendable {
  /// What has been told.
  struct Contents {
    /// The refined neurons in front of a layer, by its index.
    var refined: [Int: Set<Int>] = [:]
    /// The slopes of passes from a neuron and its negative, by the neuron's value and number.
    var ofNeurons: [Int: [Int: (positive: [Int: [Float]], negative: [Int: [Float]])]] = [:]
    /// The slopes of passes from the rows of the specification, in order.
    var ofRows: [[Int: [Float]]] = []
  }

  private let state = Mutex(Contents())

  /// All that has been told so far.
  var contents: Contents { state.withLock { $0 } }

  /// Notes that neurons in front of a layer are refined.
  func refine(_ neurons: [Int], inFrontOf layer: Int) {
    state.withLock { $0.refined[layer, default: []].formUnion(neurons) }
  }

  /// Keeps the slopes of passes from neurons of a value and from their negatives.
  ///
  /// - Parameter slopes: By layer, [1, 2 · neurons, n].
  func keep(_ slopes: [Int: Tensor], of neurons: [Int], in value: Int) {
    for (row, neuron) in neurons.enumerated() {
      let pair = (
        positive: Self.row(row, of: slopes), negative: Self.row(neurons.count + row, of: slopes)
      )
      state.withLock { $0.ofNeurons[value, default: [:]][neuron] = pair }
    }
  }

  /// Keeps the slopes of the next rows of the specification.
  ///
  /// - Parameter slopes: By layer, [1, rows, n].
  func keep(_ slopes: [Int: Tensor], rows: Int) {
    for row in 0..<rows {
      let found = Self.row(row, of: slopes)
      state.withLock { $0.ofRows.append(found) }
    }
  }

  /// Returns one row of the slopes of each layer.
  private static func row(_ row: Int, of slopes: [Int: Tensor]) -> [Int: [Float]] {
    slopes.mapValues { tensor in
      let size = tensor.shape[2]
      return tensor.read { Array($0[row * size..<(row + 1) * size]) }
    }
  }
}
