import Networks
import Relaxations
import Tensors

/// Where in a network a backward step is taken, and by which lines: what a layer has to know beside
/// itself to pull a form back.
///
/// A ``Bounding`` makes one for each layer of a backward pass, from its plan and the regions known
/// so far.
public struct LayerPlace: Sendable {
  /// The shape of each input, without the batch axis.
  public let inputShapes: [[Int]]
  /// The shape of the output, without the batch axis.
  public let outputShape: [Int]
  /// The shape of the first input.
  public var inputShape: [Int] { inputShapes[0] }
  /// The interval of the layer's first input, by which lines are chosen; nil for an affine layer,
  /// which needs none.
  public let preactivation: Interval?
  /// How undecided ReLUs are bounded from below, where `alpha` does not say.
  public let slope: ReLUSlope
  /// Slopes chosen for each row, [batch, S, n] in [0, 1]; nil to choose by `slope`.
  ///
  /// For an undecided ReLU it is the slope α of the lower line α·h. For a smooth activation it is a
  /// position among the lines of the function's convex hull. Each layer says what it means there,
  /// and every value in [0, 1] gives lines that hold.
  public var alpha: Tensor? = nil

  /// Makes a place; only the traversals of bounds do.
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
