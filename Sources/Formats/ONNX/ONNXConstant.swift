import Tensors

/// A constant of an ONNX graph: an array of numbers of one kind.
///
/// Booleans are the integers 0 and 1. Numbers of float64 keep their precision until a layer takes
/// them, which refuses those that no Float32 holds.
enum ONNXConstant {
  case floats(shape: [Int], [Float])
  case doubles(shape: [Int], [Double])
  case integers(shape: [Int], [Int])

  /// The most scalars that computing on fewer may make.
  static let scalarLimit = 1 << 22

  var shape: [Int] {
    switch self {
    case .floats(let shape, _), .doubles(let shape, _), .integers(let shape, _): shape
    }
  }

  var count: Int {
    switch self {
    case .floats(_, let scalars): scalars.count
    case .doubles(_, let scalars): scalars.count
    case .integers(_, let scalars): scalars.count
    }
  }

  var integers: [Int]? { if case .integers(_, let scalars) = self { scalars } else { nil } }

  /// The numbers as Float32, without loss; nil for integers, and where a number is lost.
  var floats: [Float]? {
    switch self {
    case .floats(_, let scalars): scalars
    case .doubles(_, let scalars): firstLost == nil ? scalars.map { Float($0) } : nil
    case .integers: nil
    }
  }

  /// The numbers as float64; nil for integers.
  var doubles: [Double]? {
    switch self {
    case .floats(_, let scalars): scalars.map(Double.init)
    case .doubles(_, let scalars): scalars
    case .integers: nil
    }
  }

  /// The first number of float64 that no Float32 holds.
  var firstLost: Double? {
    guard case .doubles(_, let scalars) = self else { return nil }
    return scalars.first { Double(Float($0)) != $0 && !$0.isNaN }
  }

  /// The same scalars under another shape.
  func shaped(_ shape: [Int]) -> ONNXConstant {
    switch self {
    case .floats(_, let scalars): .floats(shape: shape, scalars)
    case .doubles(_, let scalars): .doubles(shape: shape, scalars)
    case .integers(_, let scalars): .integers(shape: shape, scalars)
    }
  }

  /// The scalars at the given places.
  func taking(_ places: [Int], shape: [Int]) -> ONNXConstant {
    switch self {
    case .floats(_, let scalars): .floats(shape: shape, places.map { scalars[$0] })
    case .doubles(_, let scalars): .doubles(shape: shape, places.map { scalars[$0] })
    case .integers(_, let scalars): .integers(shape: shape, places.map { scalars[$0] })
    }
  }

  /// Functions of each scalar, by its kind; nil where an integer has no value.
  func mapped(_ real: (Double) -> Double, _ integer: (Int) -> Int?) -> ONNXConstant? {
    switch self {
    case .floats(let shape, let scalars):
      return .floats(shape: shape, scalars.map { Float(real(Double($0))) })
    case .doubles(let shape, let scalars): return .doubles(shape: shape, scalars.map(real))
    case .integers(let shape, let scalars):
      let values = scalars.compactMap(integer)
      return values.count == scalars.count ? .integers(shape: shape, values) : nil
    }
  }

  /// Arrays of the same kind: the widest of those given; nil where integers meet other numbers.
  static func unified(_ constants: [ONNXConstant]) -> [ONNXConstant]? {
    let kinds = constants.map {
      if case .integers = $0 { 0 } else if case .floats = $0 { 1 } else { 2 }
    }
    guard kinds.contains(0) else {
      guard kinds.contains(2) else { return constants }
      return constants.map { .doubles(shape: $0.shape, $0.doubles!) }
    }
    return kinds.allSatisfy { $0 == 0 } ? constants : nil
  }
}

/// Shapes that are spread over each other by NumPy's rule: aligned at their ends, an extent of 1
/// or a missing axis repeats.
enum Broadcast {
  /// The common shape; nil where there is none.
  static func shape(_ shapes: [Int]...) -> [Int]? {
    var result: [Int] = []
    for shape in shapes {
      let missing = max(0, shape.count - result.count)
      result = [Int](repeating: 1, count: missing) + result
      let offset = result.count - shape.count
      for (axis, extent) in shape.enumerated() where extent != result[offset + axis] {
        guard extent == 1 || result[offset + axis] == 1 else { return nil }
        result[offset + axis] = extent == 1 ? result[offset + axis] : extent
      }
    }
    return result
  }

  /// For each place of `target` the place of `shape`, which spreads over it.
  static func places(of shape: [Int], in target: [Int]) -> [Int] {
    if shape == target { return Array(0..<target.reduce(1, *)) }
    let offset = target.count - shape.count
    var places = [0]
    for (axis, extent) in target.enumerated() {
      let own = axis < offset ? 1 : shape[axis - offset]
      places = places.flatMap { place in
        (0..<extent).map { place * own + (own == 1 ? 0 : $0) }
      }
    }
    return places
  }
}
