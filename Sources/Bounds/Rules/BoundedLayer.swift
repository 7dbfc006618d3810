import Networks
import Tensors

/// A layer that bounds can be propagated through, forwards by regions and backwards by linear forms.
///
/// A layer conforms by what kind it is of: an ``AffineRule`` states its linear maps, a
/// ``RelaxedRule`` its box and its lines. A layer of neither kind implements both steps itself.
public protocol BoundedLayer: Layer {
  /// Whether a scalar of its output depends on several scalars of its input. Intervals behind a
  /// second such layer are not exact.
  var mixesScalars: Bool { get }

  /// Whether its relaxation is exact on neurons whose pre-activation interval does not hold 0
  /// inside, so that only the others profit from tighter intervals.
  var isExactOnceDecided: Bool { get }

  /// The interval step: a region that holds the layer's output wherever each input lies in its
  /// region.
  func propagate(_ regions: [Region]) -> Region

  /// The backward step: a form over the layer's output as coefficients over each of its inputs and
  /// a constant.
  ///
  /// - Postcondition: The result is nowhere above the given form composed with the layer, for
  ///   inputs within the intervals of `place`.
  func pullBack(
    _ form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor)

  /// Where α-CROWN starts from, [batch, n] in [0, 1], if the layer's lines have slopes to choose
  /// (``LayerPlace/alpha``); nil if they have none.
  func startingAlpha(through place: LayerPlace) -> Tensor?
}

extension BoundedLayer {
  public var mixesScalars: Bool { true }
  public var isExactOnceDecided: Bool { false }
  public func startingAlpha(through place: LayerPlace) -> Tensor? { nil }
}
