import Networks
import Relaxations
import Tensors

/// Where in a network a backward step is taken, and by which lines.
public struct LayerPlace: Sendable {
  /// The shape of each input, without the batch axis.
  public let inputShapes: [[Int]]
  /// The shape of the output, without the batch axis.
  public let outputShape: [Int]
  /// The shape of the first input.
  public var inputShape: [Int] { inputShapes[0] }
  /// The interval of the layer's first input; nil for an affine layer, which needs none.
  public let preactivation: Interval?
  /// How undecided ReLUs are bounded from below.
  public let slope: ReLUSlope
  /// Slopes chosen for each row, [batch, S, n] in [0, 1]; nil to choose by `slope`. For an
  /// undecided ReLU it is the slope of the lower line; each layer says what it means there.
  public var alpha: Tensor? = nil

  package init(
    inputShapes: [[Int]], outputShape: [Int], preactivation: Interval?, slope: ReLUSlope,
    alpha: Tensor? = nil
  ) {
    self.inputShapes = inputShapes
    self.outputShape = outputShape
    self.preactivation = preactivation
    self.slope = slope
    self.alpha = alpha
  }
}
