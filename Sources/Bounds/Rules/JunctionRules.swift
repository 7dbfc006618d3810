import Networks
import Tensors

/// Addition: boxes add up; a form passes unchanged to every input.
///
/// The sum of the inputs' boxes forgets what the inputs have in common; backward forms don't, since
/// the coefficients of a value that is read twice add up.
extension Addition: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region { region }

  public func propagate(all regions: [Region]) -> Region {
    guard regions.count > 1 else { return regions[0] }
    let boxes = regions.map(\.box)
    return .box(
      Interval(
        center: boxes.dropFirst().reduce(boxes[0].center) { $0 + $1.center },
        radius: boxes.dropFirst().reduce(boxes[0].radius) { $0 + $1.radius }))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm { form }

  public func pullBack(
    toAll form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    (place.inputShapes.map { _ in form.coefficients }, form.constant)
  }
}

/// Concatenation: boxes and coefficients side by side.
extension Concatenation: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region { region }

  public func propagate(all regions: [Region]) -> Region {
    guard regions.count > 1 else { return regions[0] }
    let boxes = regions.map(\.box)
    return .box(
      Interval(
        center: joinedChannels(boxes.map(\.center)), radius: joinedChannels(boxes.map(\.radius))))
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm { form }

  public func pullBack(
    toAll form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    let channels = form.coefficients.reshaped([form.batch, form.rows] + place.outputShape)
    let parts = splitChannels(channels, into: place.inputShapes.map { $0.last! })
    return (
      parts.map { $0.reshaped([form.batch, form.rows, $0.count / form.batch / form.rows]) },
      form.constant
    )
  }
}
