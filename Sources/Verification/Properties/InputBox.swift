import Bounds
import Formats
import Networks
import Tensors

/// The box of inputs of a property's case, as a network sees it.
///
/// A property has its ends in Double and numbers the pixels of an image [channels, height, width];
/// the network reads Float32 in the order [height, width, channels]. This is the one place where
/// the two meet: bounds take the box's ``region``, searches its ``ends``, and what they find goes
/// back by ``inputs(at:)``.
struct InputBox {
  /// The least value of each input, in the property's order.
  private let lower: [Double]
  /// The largest value of each input, in the property's order.
  private let upper: [Double]
  /// The least value of each input that is sure to lie in the box, in the property's order.
  private let insideLower: [Double]
  /// The largest such value.
  private let insideUpper: [Double]
  /// The network's input shape.
  private let shape: [Int]
  /// The shape of an image, whose scalars have another order in the property; nil for other inputs.
  private var image: [Int]? { shape.count == 3 ? shape : nil }

  /// The box of a case.
  ///
  /// - Parameter network: A network with as many inputs as the property.
  init(of part: VNNLIBProperty.Case, for network: Network) {
    (lower, upper, shape) = (part.lower, part.upper, network.inputShape)
    (insideLower, insideUpper) = (part.box.insideLower, part.box.insideUpper)
  }

  /// A region that holds the box and what Float32 rounds its points to, [1, …shape]. Its ends are
  /// Float32 numbers rounded outwards.
  ///
  /// - Postcondition: center − radius ≤ lower and upper ≤ center + radius, exactly and as computed
  ///   in Float32.
  var region: Region {
    var (centers, radii) = ([Float](), [Float]())
    for (low, high) in zip(lower, upper) {
      let (l, u) = (Float(roundedDown: low), Float(roundedUp: high))
      // Any centre between the ends will do: the radius is the larger distance to them, rounded up.
      let center = min(max(Float((Double(l) + Double(u)) / 2), l), u)
      centers.append(center)
      radii.append(max(center.distanceRoundedUp(to: l), u.distanceRoundedUp(to: center)))
    }
    return .box(Interval(center: tensor(centers), radius: tensor(radii)))
  }

  /// The ends of the box rounded to the nearest Float32, each [1, …shape]: a network reads a point
  /// of the box as one between them.
  var ends: (lower: Tensor, upper: Tensor) {
    (tensor(insideLower.map { Float($0) }), tensor(insideUpper.map { Float($0) }))
  }

  /// Returns a point [1, …shape] between the ``ends`` as inputs X of the property: in the box, and
  /// rounded to Float32 the point itself.
  func inputs(at point: Tensor) -> [Double] {
    let scalars = point.flattenedMatrix.permutingColumns(of: image, toPyTorch: true).scalars
    return scalars.indices.map { min(max(Double(scalars[$0]), insideLower[$0]), insideUpper[$0]) }
  }

  /// Scalars in the property's order as an input of the network, [1, …shape].
  private func tensor(_ scalars: [Float]) -> Tensor {
    Tensor(shape: [1, scalars.count], scalars).permutingColumns(of: image, toPyTorch: false)
      .reshaped([1] + shape)
  }
}

extension Tensor {
  /// The tensor [batch, …] as [batch, n].
  fileprivate var flattenedMatrix: Tensor { reshaped([shape[0], shape.dropFirst().reduce(1, *)]) }
}

extension Float {
  /// self − other, which is not negative, rounded up: the error of the rounded difference is known
  /// exactly (Knuth's two-sum).
  fileprivate func distanceRoundedUp(to other: Float) -> Float {
    let difference = self - other
    let part = difference - self
    let error = (self - (difference - part)) - (other + part)
    return error > 0 ? difference.nextUp : difference
  }
}
