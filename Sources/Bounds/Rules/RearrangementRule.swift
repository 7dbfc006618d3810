import Networks
import Tensors

/// Scalars are rearranged, with constants where there is no source; the coefficients of a form go
/// back to where its values came from, and those of copies of one scalar add up.
///
/// Reshaping, transposing, padding, slicing and gathering are all this one layer, so their rules
/// are written and tested once.
extension Rearrangement: AffineRule {
  /// The fill where there is no source, 0 elsewhere; nil where the fill is 0.
  package var offset: Tensor? {
    guard fill != 0 else { return nil }
    return Tensor(shape: [map.sources.count], map.sources.map { $0 < 0 ? fill : 0 })
  }

  package func linearMap(_ inputs: [Tensor]) -> Tensor {
    rearranged(inputs[0], by: map, to: output, fill: 0)
  }

  package func absoluteMap(_ inputs: [Tensor]) -> Tensor { linearMap(inputs) }

  package func transposedMap(_ rows: Tensor, through place: LayerPlace) -> [Tensor] {
    [transposedRearrangement(rows, by: map)]
  }

  /// Forwards nothing is computed; backwards the coefficients of copies add up.
  package func roundings(through place: LayerPlace) -> AffineRoundings? {
    var copies: [Int32: Int] = [:]
    for source in map.sources where source >= 0 { copies[source, default: 0] += 1 }
    let most = copies.values.max() ?? 0
    return AffineRoundings(products: 0, transposedProducts: most > 1 ? most : 0)
  }

  /// Keeps a ball a ball where its scalars only change places among themselves, and its scale is
  /// the same for all: one number for each channel is not enough where the scalars leave their
  /// channels.
  package func image(of ball: NormBall) -> Region? {
    let scales = ball.scale.scalars
    guard map.isPermutation, scales.allSatisfy({ $0 == scales[0] }) else { return nil }
    var result = ball
    result.center = forward(ball.center)
    result.scale = Tensor(shape: [output.last!], repeating: scales[0])
    return .ball(result)
  }
}
