import Networks
import Tensors

/// A layer that bounds can be propagated through, forwards by regions and backwards by linear
/// forms.
///
/// Both steps are inequalities that hold in real arithmetic. Forwards, ``propagate(_:)`` maps
/// regions of the inputs to a region that holds every output. Backwards, ``pullBack(_:through:)``
/// turns a lower bound that is affine in the output into one that is affine in the inputs. All
/// methods are made of these two steps, so a layer with correct rules is bounded correctly by every
/// method.
///
/// A layer conforms by what kind it is of: an ``AffineRule`` states its linear maps, a
/// ``RelaxedRule`` its box and its lines. A layer of neither kind implements both steps itself. All
/// layers of the module Networks conform, in the files of this folder; a custom layer can conform
/// as well. ``BoundedNetwork`` refuses a layer that does not.
public protocol BoundedLayer: Layer {
  /// Whether a scalar of its output depends on several scalars of its input. Intervals behind a
  /// second such layer are not exact, since they forget how the scalars between depend on each
  /// other.
  ///
  /// The default is true, which costs a backward pass at worst.
  var mixesScalars: Bool { get }

  /// Whether its relaxation is exact on neurons whose pre-activation interval does not hold 0
  /// inside, so that only the others profit from tighter intervals. It holds for affine layers and
  /// for piecewise linear activations with their only bend at 0. CROWN refines all neurons in front
  /// of other layers.
  var isExactOnceDecided: Bool { get }

  /// Whether each scalar of its output is a function of the same scalar of its only input. Branch and
  /// bound divides the intervals of such scalars.
  ///
  /// The default is false, which costs nothing but that.
  var isScalarwise: Bool { get }

  /// The interval step: a region that holds the layer's output wherever each input lies in its
  /// region.
  ///
  /// - Parameter regions: The region of each input, in the order of the inputs. They are taken for
  ///   independent.
  func propagate(_ regions: [Region]) -> Region

  /// The backward step: a form over the layer's output as coefficients over each of its inputs and
  /// a constant.
  ///
  /// - Parameters:
  ///   - form: Coefficients [batch or 1, S, n] over the output's scalars in memory order.
  ///   - place: Shapes, the interval of the input, and how lines are chosen.
  /// - Returns: Coefficients [batch or 1, S, nᵢ] for each input in order, and the constant, [batch
  ///   or 1, S].
  /// - Postcondition: The result is nowhere above the given form composed with the layer, for
  ///   inputs within the intervals of `place`.
  func pullBack(
    _ form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor)

  /// Where α-CROWN starts from, [batch, n] in [0, 1], if the layer's lines have slopes to choose
  /// (``LayerPlace/alpha``); nil if they have none. Every number in [0, 1] gives lines that hold,
  /// so this choice decides only where the optimisation begins.
  func startingAlpha(through place: LayerPlace) -> Tensor?
}

extension BoundedLayer {
  public var mixesScalars: Bool { true }
  public var isExactOnceDecided: Bool { false }
  public var isScalarwise: Bool { false }
  public func startingAlpha(through place: LayerPlace) -> Tensor? { nil }
}
