import Networks
import Tensors

/// A network that bounds can be computed for: every layer has bound rules, and the order in which
/// bounds walk the layers is laid out.
///
/// Making one is the only place that can refuse a layer; nothing that is computed with it later
/// fails because of a layer. A layer without rules is refused by name and never skipped, since a
/// certificate that leaves out a layer speaks of another network.
///
/// The value holds no bounds and no inputs, so a training run, a certification or a verification
/// makes one and uses it for all batches, on any number of threads. ``bounding(over:)`` makes what
/// is known on one batch of regions; ``lowerBounds(of:around:within:by:budget:)`` does that and
/// runs one method in a single call.
///
/// ```swift
/// let bounded = try BoundedNetwork(network)
/// var bounding = bounded.bounding(over: set.region(around: images))
/// let margins = Specification.margins(of: labels, classes: network.classes)
/// let lower = bounding.lowerBounds(of: margins, by: .crownIBP())
/// ```
public struct BoundedNetwork: Sendable {
  /// The network that bounds speak of, as it was given.
  package let network: Network
  /// The network's layers with their shapes and rules, in the order in which bounds walk them.
  package let plan: BoundPlan

  /// Which arithmetic bounds hold in.
  public let arithmetic: Arithmetic

  /// Prepares a network for bounds.
  ///
  /// - Parameters:
  ///   - network: Its weights are read once in outward arithmetic, and not at all in real.
  ///   - arithmetic: Whether bounds account for rounding, as certificates do.
  /// - Throws: ``BoundsError/unsupportedLayer(path:kind:)`` for the first layer whose type does not
  ///   conform to ``BoundedLayer``, and ``BoundsError/unknownRounding(path:kind:)`` for one that
  ///   does not say how it rounds where the arithmetic is outward.
  public init(
    _ network: Network, arithmetic: Arithmetic = .certified
  ) throws(BoundsError) {
    if let node = network.nodes.first(where: { !($0.layer is any BoundedLayer) }) {
      throw .unsupportedLayer(path: node.path, kind: type(of: node.layer).kind)
    }
    let plan = Self.plan(of: network)
    self.network = network
    self.arithmetic = arithmetic
    guard case .outward(let guarantee, let products) = arithmetic else {
      self.plan = plan
      return
    }
    self.plan = try OutwardPlan(
      plan, RoundingModel(guarantee: guarantee, products: products)
    ).prepared()
  }

  /// Lays out the layers without a question to the user, for real arithmetic.
  ///
  /// - Precondition: Every layer has bound rules.
  private init(known network: Network) {
    self.network = network
    arithmetic = .real
    plan = Self.plan(of: network)
  }

  /// Lays out layers that have bound rules.
  private static func plan(of network: Network) -> BoundPlan {
    var shapes = [network.inputShape]
    return BoundPlan(
      network.nodes.map { node in
        guard let layer = node.layer as? any BoundedLayer else {
          preconditionFailure("layer \(node.path) has no bound rule")
        }
        defer { shapes.append(node.outputShape) }
        return BoundPlan.Step(
          path: node.path, layer: layer, inputs: node.inputs,
          inputShapes: node.inputs.map { shapes[$0] }, outputShape: node.outputShape)
      })
  }

  /// Prepares a network that was made from this one: with other weights after a step of training,
  /// with a batch's statistics in its BatchNorm layers, with layers folded into others, or without
  /// the softmax at its end.
  ///
  /// It does not throw, so that a step of training needs no `try`: such a network has no layer of a
  /// kind that this one does not have.
  ///
  /// - Precondition: Every layer has bound rules, as those of this network do, and the arithmetic is
  ///   real.
  package func renewed(_ network: Network) -> BoundedNetwork {
    precondition(arithmetic == .real, "outward arithmetic is prepared from the weights")
    return BoundedNetwork(known: network)
  }

  /// Begins to bound the network on a batch of regions: propagates intervals (IBP, Gowal et al.
  /// 2018) from the input to the last layer that is not affine.
  ///
  /// - Parameter region: Sets of inputs, one for each example, with the centre [batch, …input
  ///   shape].
  /// - Returns: What intervals give. Methods refine it (``Bounding/lowerBounds(of:by:budget:)``).
  /// - Precondition: The regions are of the network's input shape.
  /// - Complexity: The time of about two forward passes of the batch, one for the centres and one
  ///   for the radii.
  public func bounding(over region: Region) -> Bounding {
    let shape = Array(region.center.shape.dropFirst())
    precondition(
      shape == network.inputShape, "regions of \(shape) for a network on \(network.inputShape)")
    return Bounding(plan, over: region)
  }
}
