import Bounds
import Networks

extension Network {
  /// Refuses a network with a layer that no checker of certificates knows, and another domain than
  /// that of pixels.
  ///
  /// - Throws: ``BoundsError/input(_:)``, which names the first such layer.
  func requireCertifiable(in set: Perturbation) throws(BoundsError) {
    guard set.domain == nil || set.domain == 0...1 else {
      throw .input("certificates know the domain 0...1 only")
    }
    for node in logits.nodes where !node.layer.isCertifiable {
      throw .input(
        "layer \(node.path) (\(type(of: node.layer).kind)) has no certificates: they know ReLU, "
          + "leaky ReLU, clip and max pooling beside affine layers")
    }
  }
}

extension Layer {
  /// Whether checkers know the layer.
  fileprivate var isCertifiable: Bool {
    switch self {
    case is Convolution, is Linear, is BatchNorm, is Normalization, is ChannelAffine, is ReLU,
      is AveragePool, is MaxPool, is Flatten, is Addition, is Concatenation, is Rearrangement:
      return true
    case let layer as Activation:
      switch layer.function {
      case .leakyReLU, .clip: return true
      default: return false
      }
    default: return false
    }
  }
}
