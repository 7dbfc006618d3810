import Networks
import Tensors

extension Junction {
  /// The box of a junction that is linear with no negative weight: it maps centres and radii alike.
  fileprivate func joinedBoxes(_ regions: [Region]) -> Region {
    guard regions.count > 1 else { return regions[0] }
    let boxes = regions.map(\.box)
    return .box(
      Interval(
        center: forward(all: boxes.map(\.center)), radius: forward(all: boxes.map(\.radius))))
  }
}

/// Addition: boxes add up; a form passes unchanged to every input.
///
/// The sum of the inputs' boxes forgets what the inputs have in common; backward forms don't, since
/// the coefficients of a value that is read twice add up.
extension Addition: BoundedLayer {
  public var isAffine: Bool { true }

  public func propagate(_ region: Region) -> Region { region }

  public func propagate(all regions: [Region]) -> Region {
    joinedBoxes(regions)
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
    joinedBoxes(regions)
  }

  public func pullBack(_ form: LinearForm, through place: LayerPlace) -> LinearForm { form }

  public func pullBack(
    toAll form: LinearForm, through place: LayerPlace
  ) -> (coefficients: [Tensor], constant: Tensor) {
    let channels = form.coefficients.reshaped([form.batch, form.rows] + place.outputShape)
    let parts = splitChannels(channels, into: place.inputShapes.map { $0.last! })
    return (
      zip(parts, place.inputShapes).map { part, shape in
        part.reshaped([form.batch, form.rows, shape.reduce(1, *)])
      }, form.constant
    )
  }
}
