import Networks
import Tensors

/// A network that bounds can be computed for.
///
/// Making one is the only place that can refuse a layer; what is then computed with it does not
/// throw.
///
/// ```swift
/// let bounded = try BoundedNetwork(network)
/// var bounding = bounded.bounding(over: set.region(around: images))
/// let margins = Specification.margins(of: labels, classes: network.classes)
/// let lower = bounding.lowerBounds(of: margins, by: .crownIBP())
/// ```
public struct BoundedNetwork: Sendable {
  package let network: Network
  package let plan: BoundPlan

  /// - Throws: ``BoundsError/unsupportedLayer(path:kind:)`` for a layer without bound rules.
  public init(_ network: Network) throws(BoundsError) {
    if let node = network.nodes.first(where: { !($0.layer is any BoundedLayer) }) {
      throw .unsupportedLayer(path: node.path, kind: type(of: node.layer).kind)
    }
    self.init(known: network)
  }

  /// - Precondition: Every layer has bound rules.
  private init(known network: Network) {
    self.network = network
    var shapes = [network.inputShape]
    plan = BoundPlan(
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

  /// The same for a network that was made from this one, with other numbers or with layers folded.
  ///
  /// - Precondition: Every layer has bound rules, as those of this network do.
  package func renewed(_ network: Network) -> BoundedNetwork { BoundedNetwork(known: network) }

  /// Bounds of all values on a batch of regions, by intervals.
  ///
  /// - Precondition: The regions are of the network's input shape.
  public func bounding(over region: Region) -> Bounding {
    let shape = Array(region.center.shape.dropFirst())
    precondition(
      shape == network.inputShape, "regions of \(shape) for a network on \(network.inputShape)")
    return Bounding(plan, over: region)
  }
}
