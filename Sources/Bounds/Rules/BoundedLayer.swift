import Networks
import Relaxations
import Tensors

/// A layer that bounds can be propagated through: its interval rule and its backward rule.
public protocol BoundedLayer: Layer {
  /// Whether the layer is affine, so that its backward rule needs no relaxation.
  var isAffine: Bool { get }

  /// Whether its relaxation is exact on neurons whose pre-activation interval does not hold 0
  /// inside, so that only the others profit from tighter intervals.
  var isExactOnceDecided: Bool { get }

  /// Whether a scalar of its output depends on several of its input, so that intervals behind a
  /// further such layer are not exact.
  var mixesScalars: Bool { get }

  /// The interval rule: a region that holds the layer's output for every value in `region`.
  func propagate(_ region: Region) -> Region

  /// The backward rule: a form over the layer's output as one over its input.
  ///
  /// - Postcondition: the result is nowhere above the given form composed with the layer, for
  ///   inputs within the pre-activation interval (an affine layer ignores it: equality).
  func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm

  /// ``propagate(_:)`` for any number of inputs.
  func propagate(all regions: [Region]) -> Region

  /// ``pullBack(_:through:)`` for any number of inputs: the coefficients over each of them, and the
  /// constant.
  func pullBack(
    toAll form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor)

  /// The backward rule for the given scalars of the output, one row each: a form that all examples
  /// share. Only for affine layers, for which it is an equality.
  func unitForm(of outputs: [Int], through place: LayerPlace) -> LinearForm

  /// An affine layer without what it adds: f(x) − f(0).
  func linearMap(_ inputs: [Tensor]) -> Tensor

  /// Where α-CROWN starts from, [batch, n] in [0, 1], if the layer's lines have slopes to choose
  /// (``LayerPlace/alpha``); nil if not.
  func startingAlpha(through place: LayerPlace) -> Tensor?
}

extension BoundedLayer {
  public var isExactOnceDecided: Bool { true }
  public var mixesScalars: Bool { true }

  public func propagate(all regions: [Region]) -> Region { propagate(regions[0]) }

  public func pullBack(
    toAll form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    let pulled = pullBack(form, through: place)
    return ([pulled.coefficients], pulled.constant)
  }

  public func unitForm(of outputs: [Int], through place: LayerPlace) -> LinearForm {
    pullBack(.unit(outputs, size: place.outputShape.reduce(1, *)), through: place)
  }

  public func linearMap(_ inputs: [Tensor]) -> Tensor {
    let zeros = inputs.map { Tensor.zeros([1] + $0.shape.dropFirst()) }
    return forward(all: inputs) - forward(all: zeros).repeated(inputs[0].shape[0])
  }

  public func startingAlpha(through place: LayerPlace) -> Tensor? { nil }
}

/// Where in a bound computation a backward rule is applied.
public struct LayerPlace: Sendable {
  /// Shapes without the batch axis, of each input and of the output.
  public let inputShapes: [[Int]]
  public let outputShape: [Int]
  public var inputShape: [Int] { inputShapes[0] }
  /// The interval of the layer's input; present for layers that are not affine.
  public let preactivation: Interval?
  /// How unstable ReLUs are bounded from below.
  public let slope: ReLUSlope
  /// Slopes chosen for each row, [batch, S, n] in [0, 1]; nil to choose by `slope`. For an
  /// undecided ReLU it is the slope of the lower line; each layer says what it means there.
  public var alpha: Tensor? = nil
}

/// A bound that cannot be computed.
public enum BoundsError: Error, Sendable, Equatable, CustomStringConvertible {
  case unsupportedLayer(path: String, kind: String)
  case specification(String)
  case input(String)
  /// What random projections cannot estimate.
  case projections(String)

  public var description: String {
    switch self {
    case .unsupportedLayer(let path, let kind):
      "layer \(path) (\(kind)) has no bound rule, so the network cannot be certified; its type "
        + "has to conform to BoundedLayer"
    case .specification(let problem), .input(let problem): problem
    case .projections(let what):
      "\(what): random projections estimate ReLU networks in linf and l2 only; leave projections out"
    }
  }
}
