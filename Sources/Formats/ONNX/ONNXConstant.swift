import Tensors

/// A constant of an ONNX graph: an array of numbers of one kind, row-major, in ONNX's order.
///
/// Constants come from initializers and Constant nodes, and from folding (``ONNXFolding``). The
/// many element types of ONNX are three here. Float16 and bfloat16 are Float32; booleans are the
/// integers 0 and 1; integers of all widths are `Int`. Numbers of float64 keep their precision
/// until a layer takes them. A layer computes in Float32, so it refuses an array with a number that
/// no Float32 holds, instead of rounding it.
///
/// The product of the shape is the number of scalars. Only the arrays that a fold chains, and takes
/// scalars from at once, have no meaningful shape.
enum ONNXConstant {
  /// Numbers of float, float16 or bfloat16.
  case floats(shape: [Int], [Float])
  /// Numbers of double.
  case doubles(shape: [Int], [Double])
  /// Integers of any width, and booleans as 0 and 1.
  case integers(shape: [Int], [Int])

  /// The most scalars that an operator on constants may make where its inputs have fewer. Weights
  /// of a file may be larger; what is computed from small arrays may not.
  static let scalarLimit = 1 << 22

  /// The extents; an empty list for a single number.
  var shape: [Int] {
    switch self {
    case .floats(let shape, _), .doubles(let shape, _), .integers(let shape, _): shape
    }
  }

  /// The number of scalars.
  var count: Int {
    switch self {
    case .floats(_, let scalars): scalars.count
    case .doubles(_, let scalars): scalars.count
    case .integers(_, let scalars): scalars.count
    }
  }

  /// The scalars of integers or booleans; nil for floating-point numbers.
  var integers: [Int]? { if case .integers(_, let scalars) = self { scalars } else { nil } }

  /// The numbers as Float32, without loss; nil for integers, and where some number of float64 is no
  /// Float32.
  var floats: [Float]? {
    switch self {
    case .floats(_, let scalars): scalars
    case .doubles(_, let scalars): firstLost == nil ? scalars.map { Float($0) } : nil
    case .integers: nil
    }
  }

  /// The numbers as float64, which holds every Float32 exactly; nil for integers.
  var doubles: [Double]? {
    switch self {
    case .floats(_, let scalars): scalars.map(Double.init)
    case .doubles(_, let scalars): scalars
    case .integers: nil
    }
  }

  /// The first number of float64 that no Float32 holds, for an error; nil if there is none. A NaN
  /// counts as held: it is refused later, with the tensor that it is in.
  var firstLost: Double? {
    guard case .doubles(_, let scalars) = self else { return nil }
    return scalars.first { Double(Float($0)) != $0 && !$0.isNaN }
  }

  /// Returns the same scalars under another shape.
  ///
  /// - Precondition: The product of `shape` is ``count``, which callers check.
  func shaped(_ shape: [Int]) -> ONNXConstant {
    switch self {
    case .floats(_, let scalars): .floats(shape: shape, scalars)
    case .doubles(_, let scalars): .doubles(shape: shape, scalars)
    case .integers(_, let scalars): .integers(shape: shape, scalars)
    }
  }

  /// Returns the scalars at given places, which may repeat, as an array of a new shape.
  ///
  /// - Parameters:
  ///   - places: For each scalar of the result its place among the scalars here.
  ///   - shape: The result's shape, whose product is the number of places.
  func taking(_ places: [Int], shape: [Int]) -> ONNXConstant {
    switch self {
    case .floats(_, let scalars): .floats(shape: shape, places.map { scalars[$0] })
    case .doubles(_, let scalars): .doubles(shape: shape, places.map { scalars[$0] })
    case .integers(_, let scalars): .integers(shape: shape, places.map { scalars[$0] })
    }
  }

  /// Returns a function of each scalar.
  ///
  /// - Parameters:
  ///   - real: The function of floating-point numbers. For Float32 it is computed in Double and the
  ///     result rounded once.
  ///   - integer: The function of integers; nil where there is no value that is an integer.
  /// - Returns: nil if the scalars are integers and one has no value.
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

  /// Returns arrays as arrays of the same kind.
  ///
  /// ONNX demands operands of one type. Where a file mixes float and double all the same, the
  /// floats are widened, which loses nothing.
  ///
  /// - Returns: nil where integers meet floating-point numbers.
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

/// Broadcasting of shapes by NumPy's rule, which ONNX uses for Add, Mul and their kin from opset 7
/// on, and for Sum, Mean, Max and Min from opset 8 on.
///
/// Two shapes are aligned at their last axes. Where their extents differ, one of them must be 1,
/// and its array repeats along that axis; a missing leading axis counts as 1. For example [3, 1]
/// and [4] make [3, 4].
enum Broadcast {
  /// Returns the common shape that all the given shapes spread over, or nil where there is none.
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

  /// Returns, for each place of an array of shape `target`, the place in an array of shape `shape`
  /// that spreads over it.
  ///
  /// - Precondition: `shape` spreads over `target`: `Broadcast.shape(shape, target)` is `target`.
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
