import Foundation
import Networks
import Tensors

/// Resize and Upsample by nearest neighbours and by lines, which are linear functions of an array.
extension ONNXOperators {
  /// Resize, and Upsample, which it replaced in opset 10: another extent along some axes.
  ///
  /// Each place of the result corresponds to a position between the places of the original
  /// (`coordinate_transformation_mode`). Mode `nearest` takes the scalar of a place beside it, mode
  /// `linear` the point on the line between the two neighbours. Both are linear, and each axis is
  /// resized by itself, one after another: by a ``Rearrangement`` for `nearest`, by a constant
  /// matrix for `linear`. In two dimensions this gives bilinear interpolation.
  ///
  /// Runtimes compute positions in Float32, ONNX defines them for real numbers. Where that decides
  /// which place is the nearest, or how many there are, the node is refused.
  ///
  /// Mode `cubic`, antialiasing, cropping (`tf_crop_and_resize`) and policies that keep the aspect
  /// ratio are refused.
  static let resize: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let plan = try ResizePlan(&node, of: x, graph)
    var result = x
    for axis in x.axes.indices where plan.extents[axis] != x.axes[axis] {
      if plan.isNearest {
        var axes = result.axes
        axes[axis] = plan.extents[axis]
        let sources = try plan.nearest(axis, of: x.axes[axis], node)
        result = try graph.rearrange(result, to: axes, for: node) { index in
          var place = index
          place[axis] = sources[index[axis]]
          return place
        }
      } else {
        let size = ONNXTensorReader.count(of: [plan.extents[axis], x.axes[axis]]) ?? .max
        guard size <= ONNXNode.scalarLimit else {
          throw node.bad("from \(x.axes[axis]) to \(plan.extents[axis]) is too large")
        }
        let weight = plan.lines(axis, of: x.axes[axis])
        result = try graph.along(axis, of: result, for: node) { graph, moved in
          try graph.linear(moved, weight, nil, for: node)
        }
      }
    }
    graph.alias(result, for: node)
  }
}

/// What a Resize does along each axis: the new extents, and where each place of the result comes
/// from.
///
/// The new extents are given as numbers (`sizes`, from opset 11 on) or as factors (`scales`), of
/// which one is to be empty or left out. Scales are an attribute of Upsample up to opset 8 and an
/// input afterwards: the second one up to opset 10, the third one from opset 11 on, behind a region
/// of interest that only cropping uses.
///
/// Opset 11 adds the attributes for coordinates and rounding. Its defaults are `half_pixel` and
/// `round_prefer_floor`. The older operators have `asymmetric` coordinates, which they round down
/// along an axis that grows, and up along one that shrinks. Upsample lets no axis shrink. Opset 18
/// adds `axes`, `antialias` and `keep_aspect_ratio_policy`, opset 19 the coordinates
/// `half_pixel_symmetric`.
private struct ResizePlan {
  /// The new extent of each axis of an example.
  let extents: [Int]
  /// Whether neighbours are copied; else the lines between them are taken.
  let isNearest: Bool
  /// New extent over old one for each axis: as the node gives it, or the quotient of the extents.
  private let scales: [Double]
  /// How a place corresponds to the original; see ``origin(_:_:of:)``.
  private let coordinates: String
  /// Which neighbour a position between two takes; `ceil_if_shrinking`, which is no mode of ONNX,
  /// stands for the rule of opset 10.
  private let rounding: String

  /// Reads the attributes and the sizes of a node.
  ///
  /// The attributes `cubic_coeff_a`, `exclude_outside` and `extrapolation_value` matter only to
  /// modes that are refused, and are passed over.
  ///
  /// - Throws: ``FormatError`` for a mode or a combination that is not supported, and for sizes
  ///   that are empty or too large.
  init(_ node: inout ONNXNode, of x: ONNXGraph.Value, _ graph: ONNXGraph) throws {
    let isUpsample = node.operation == "Upsample"
    let mode = node.text("mode") ?? "nearest"
    let isOld = isUpsample || node.opset == 10
    coordinates =
      node.text("coordinate_transformation_mode") ?? (isOld ? "asymmetric" : "half_pixel")
    let given = node.text("nearest_mode")
    rounding = given ?? (isOld ? "ceil_if_shrinking" : "round_prefer_floor")
    node.ignore("cubic_coeff_a", "extrapolation_value", "exclude_outside")
    let policy = node.text("keep_aspect_ratio_policy") ?? "stretch"
    guard ["nearest", "linear", "bilinear"].contains(mode) else {
      throw node.bad("mode \(mode) is not supported, only nearest and linear")
    }
    guard node.integer("antialias", default: 0) == 0, policy == "stretch",
      [
        "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric",
      ].contains(coordinates),
      given.map(["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].contains) ?? true
    else { throw node.bad("\(coordinates) with antialias or \(policy) is not supported") }
    isNearest = mode == "nearest"
    (extents, scales) = try Self.sizes(&node, of: x, graph)
    guard !isUpsample || scales.allSatisfy({ $0 >= 1 }) else {
      throw node.bad("scales \(scales), of which none may be below 1")
    }
    // ONNX defines other places than those of the original, and runtimes copy it where all axes are
    // so, but not otherwise.
    for (axis, extent) in extents.enumerated() where extent == x.axes[axis] {
      guard scales[axis] == 1 || coordinates == "align_corners" else {
        throw node.bad("by \(Float(scales[axis])) leaves \(extent) places; give sizes instead")
      }
    }
  }

  /// Returns the new extents and the scales of all axes of an example.
  ///
  /// A scale s makes floor(n·s) of n places.
  ///
  /// - Throws: ``FormatError`` where the node gives neither scales nor sizes as constants, not one
  ///   for each axis, or an impossible one; scales have to be positive and below 65536. It is thrown
  ///   too where the new extent is another in Float32.
  private static func sizes(
    _ node: inout ONNXNode, of x: ONNXGraph.Value, _ graph: ONNXGraph
  ) throws -> ([Int], [Double]) {
    let isOld = node.operation == "Upsample" || node.opset == 10
    let attribute = node.floats("scales")
    let axes = node.integers("axes")
    let scaled = try graph.floats(isOld ? 1 : 2, of: node)?.scalars ?? attribute
    let sized = isOld ? nil : try graph.integers(3, of: node)
    let rank = graph.rank(of: x)
    /// Spreads the given numbers over the axes of an example; axes that are not named get `other`.
    /// What is said of the batch is passed over.
    func all<Number>(_ given: [Number], _ other: (Int) -> Number) throws -> [Number] {
      let named = axes ?? Array(0..<rank)
      guard named.count == given.count else { throw node.bad("needs a number for each axis") }
      var result = x.axes.indices.map(other)
      for (number, axis) in zip(given, named) {
        if graph.hasBatch, axis == 0 { continue }
        result[try graph.axis(axis, of: x, node)] = number
      }
      return result
    }
    let extents: [Int]
    let scales: [Double]
    if let sized, !sized.isEmpty {
      extents = try all(sized) { x.axes[$0] }
      scales = zip(extents, x.axes).map { Double($0) / Double($1) }
    } else if let scaled, !scaled.isEmpty {
      scales = try all(scaled.map(Double.init)) { _ in 1 }
      guard scales.allSatisfy({ $0 > 0 && $0 < 65536 }) else { throw node.bad("scales \(scales)") }
      extents = try zip(x.axes, scales).map { extent, scale in
        let (exact, rounded) = (Int(Double(extent) * scale), Int(Float(extent) * Float(scale)))
        guard exact == rounded else {
          throw node.bad(
            "of \(extent) by \(Float(scale)) gives \(exact) or \(rounded), by how a runtime "
              + "rounds; give sizes instead")
        }
        return exact
      }
    } else {
      throw node.bad("needs scales or sizes as constants")
    }
    guard extents.allSatisfy({ $0 > 0 }),
      ONNXTensorReader.count(of: extents) ?? .max <= ONNXNode.scalarLimit
    else { throw node.bad("to \(extents), which is empty or too large") }
    return (extents, scales)
  }

  /// Returns the position in the original that a place of the result corresponds to, along an axis.
  ///
  /// With the place p, the scale s and the extents n before and m after:
  ///
  /// - `half_pixel`: (p + ½)/s − ½, by which the outer edges of both arrays correspond.
  /// - `pytorch_half_pixel`: the same, but 0 where m is 1.
  /// - `half_pixel_symmetric`: the same, shifted so that the centres correspond although m is n·s
  ///   rounded down.
  /// - `align_corners`: p·(n − 1)/(m − 1), by which the outermost scalars correspond, and 0 where m
  ///   is 1.
  /// - `asymmetric`: p/s.
  ///
  /// - Returns: The position in the type that is asked for, in which all steps are computed.
  private func origin<Scalar: BinaryFloatingPoint>(
    _ place: Int, _ axis: Int, of extent: Int
  ) -> Scalar {
    let (p, scale, new) = (Scalar(place), Scalar(scales[axis]), extents[axis])
    switch coordinates {
    case "align_corners":
      return new == 1 ? 0 : p * Scalar(extent - 1) / Scalar(new - 1)
    case "asymmetric": return p / scale
    case "pytorch_half_pixel": return new > 1 ? (p + 0.5) / scale - 0.5 : 0
    case "half_pixel_symmetric":
      let adjustment = Scalar(new) / (scale * Scalar(extent))
      let center = Scalar(extent) / 2
      return center * (1 - adjustment) + (p + 0.5) / scale - 0.5
    default: return (p + 0.5) / scale - 0.5
    }
  }

  /// Returns, for each place of the result, the nearest place of the original, of which the
  /// outermost is repeated outside.
  ///
  /// - Parameter extent: The extent of the axis in the original.
  /// - Throws: ``FormatError`` where another place is the nearest in Float32.
  func nearest(_ axis: Int, of extent: Int, _ node: ONNXNode) throws -> [Int] {
    try (0..<extents[axis]).map { place in
      let exact: Double = rounded(origin(place, axis, of: extent), axis)
      let coarse: Float = rounded(origin(place, axis, of: extent), axis)
      let places = [Int(exact), Int(coarse)].map { min(max($0, 0), extent - 1) }
      guard places[0] == places[1] else {
        throw node.bad(
          "place \(place) of \(extents[axis]) takes place \(places[0]) or \(places[1]) of "
            + "\(extent), by how a runtime rounds; choose other sizes or scales")
      }
      return places[0]
    }
  }

  /// Returns the place that a position takes, which may lie outside.
  private func rounded<Scalar: BinaryFloatingPoint>(_ x: Scalar, _ axis: Int) -> Scalar {
    // ⌊x + ½⌋ takes a position in the middle between two places up, ⌈x − ½⌉ takes it down.
    switch rounding {
    case "floor": x.rounded(.down)
    case "ceil": x.rounded(.up)
    case "ceil_if_shrinking": x.rounded(scales[axis] < 1 ? .up : .down)
    case "round_prefer_ceil": (x + 0.5).rounded(.down)
    default: (x - 0.5).rounded(.up)
    }
  }

  /// Returns the matrix [new, old] of linear interpolation. Each row has the shares of the two
  /// neighbours, which add up to 1 before they are rounded to Float32; outside, the outermost
  /// scalar is repeated.
  func lines(_ axis: Int, of extent: Int) -> Tensor {
    var matrix = [Float](repeating: 0, count: extents[axis] * extent)
    for place in 0..<extents[axis] {
      let position: Double = origin(place, axis, of: extent)
      let x = min(max(position, 0), Double(extent - 1))
      let low = min(Int(x.rounded(.down)), extent - 1)
      // The fraction of a Double is a Double, so that the subtraction is exact. At the last place
      // the share is 0, and the neighbour that is added to may be the place itself.
      let share = x - Double(low)
      matrix[place * extent + low] += Float(1 - share)
      matrix[place * extent + min(low + 1, extent - 1)] += Float(share)
    }
    return Tensor(shape: [extents[axis], extent], matrix)
  }
}
