import Foundation
import Networks
import Tensors

/// Resize and Upsample of images by nearest neighbours and by lines, which are linear functions.
extension ONNXOperators {
  static let resize: Conversion = { node, graph in
    let x = try graph.value(0, of: node)
    let plan = try ResizePlan(&node, of: x, graph)
    var result = x
    for axis in x.axes.indices where plan.extents[axis] != x.axes[axis] {
      if plan.isNearest {
        var axes = result.axes
        axes[axis] = plan.extents[axis]
        let sources = plan.nearest(axis, of: x.axes[axis])
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

/// New extents, and where each place of them comes from.
private struct ResizePlan {
  let extents: [Int]
  let isNearest: Bool
  private let scales: [Double]
  private let coordinates: String
  private let rounding: String

  init(_ node: inout ONNXNode, of x: ONNXGraph.Value, _ graph: ONNXGraph) throws {
    let isUpsample = node.operation == "Upsample"
    let mode = node.text("mode") ?? "nearest"
    let isOld = isUpsample || node.opset == 10
    coordinates =
      node.text("coordinate_transformation_mode") ?? (isOld ? "asymmetric" : "half_pixel")
    rounding = node.text("nearest_mode") ?? (isOld ? "floor" : "round_prefer_floor")
    node.ignore("cubic_coeff_a", "extrapolation_value", "exclude_outside")
    let policy = node.text("keep_aspect_ratio_policy") ?? "stretch"
    guard ["nearest", "linear", "bilinear"].contains(mode) else {
      throw node.bad("mode \(mode) is not supported, only nearest and linear")
    }
    guard node.integer("antialias", default: 0) == 0, policy == "stretch",
      [
        "half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric", "half_pixel_symmetric",
      ].contains(coordinates),
      ["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"].contains(rounding)
    else { throw node.bad("\(coordinates) with antialias or \(policy) is not supported") }
    isNearest = mode == "nearest"
    (extents, scales) = try Self.sizes(&node, of: x, graph)
  }

  private static func sizes(
    _ node: inout ONNXNode, of x: ONNXGraph.Value, _ graph: ONNXGraph
  ) throws -> ([Int], [Double]) {
    let isOld = node.operation == "Upsample" || node.opset == 10
    let attribute = node.floats("scales")
    let axes = node.integers("axes")
    let scaled = try graph.floats(isOld ? 1 : 2, of: node)?.scalars ?? attribute
    let sized = isOld ? nil : try graph.integers(3, of: node)
    let rank = graph.rank(of: x)
    /// A number for each axis of an example.
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
      extents = zip(x.axes, scales).map { Int((Double($0) * $1).rounded(.down)) }
    } else {
      throw node.bad("needs scales or sizes as constants")
    }
    guard extents.allSatisfy({ $0 > 0 }),
      ONNXTensorReader.count(of: extents) ?? .max <= ONNXNode.scalarLimit
    else { throw node.bad("to \(extents), which is empty or too large") }
    return (extents, scales)
  }

  /// The place of the original that a place of the result corresponds to.
  private func origin(_ place: Int, _ axis: Int, of extent: Int) -> Double {
    let (p, scale, new) = (Double(place), scales[axis], extents[axis])
    switch coordinates {
    case "align_corners":
      return new == 1 ? 0 : p * Double(extent - 1) / Double(new - 1)
    case "asymmetric": return p / scale
    case "pytorch_half_pixel": return new > 1 ? (p + 0.5) / scale - 0.5 : 0
    case "half_pixel_symmetric":
      let adjustment = Double(new) / (scale * Double(extent))
      let center = Double(extent) / 2
      return center * (1 - adjustment) + (p + 0.5) / scale - 0.5
    default: return (p + 0.5) / scale - 0.5
    }
  }

  /// For each place of the result the nearest of the original.
  func nearest(_ axis: Int, of extent: Int) -> [Int] {
    (0..<extents[axis]).map { place in
      let x = origin(place, axis, of: extent)
      let rounded: Double =
        switch rounding {
        case "floor": x.rounded(.down)
        case "ceil": x.rounded(.up)
        case "round_prefer_ceil": (x + 0.5).rounded(.down)
        default: (x - 0.5).rounded(.up)
        }
      return min(max(Int(rounded), 0), extent - 1)
    }
  }

  /// The matrix [new, old] of the lines between neighbours; outside the last one is repeated.
  func lines(_ axis: Int, of extent: Int) -> Tensor {
    var matrix = [Float](repeating: 0, count: extents[axis] * extent)
    for place in 0..<extents[axis] {
      let x = min(max(origin(place, axis, of: extent), 0), Double(extent - 1))
      let low = min(Int(x.rounded(.down)), extent - 1)
      let share = x - Double(low)
      matrix[place * extent + low] += Float(1 - share)
      matrix[place * extent + min(low + 1, extent - 1)] += Float(share)
    }
    return Tensor(shape: [extents[axis], extent], matrix)
  }
}
