import Relaxations

/// How an activation stands in ONNX files: what it is read from, and what it is written as.
///
/// Each function of ``ActivationFunction`` has a form, in the file of its name in this folder. A
/// form has three sides. Some operators are the function (`Elu`), or are made of it (`Selu`, a
/// multiple of it); ``operators`` reads these. Some exporters write the function as a product or
/// quotient of two values, since ONNX had no operator for it (SiLU as x · σ(x));
/// ``joined(_:_:_:_:)`` recognises this. Finally ``write(_:to:)`` writes the function for opset 17.
///
/// A form's value holds the function's settings, such as the slope of a leaky ReLU, and is made by
/// ``ActivationFunction/onnxForm``. To add a function, add its form there; everything else finds it
/// through ``ONNXFunctionForms``.
protocol ONNXFunctionForm: Sendable {
  /// The operators that are the function, or are made of it, by name. No two forms may read the
  /// same operator.
  static var operators: [String: ONNXOperators.Conversion] { get }

  /// Adds the function, where a node is a product or quotient of two values that makes it.
  ///
  /// - Parameters:
  ///   - a: The first operand of the node. A product is offered in both orders, so that a form need
  ///     look for one of them only.
  ///   - b: The second operand.
  ///   - node: The node, whose operation is "Mul" or "Div".
  /// - Returns: The function's value, or nil if the node is something else.
  /// - Throws: ``FormatError`` where the layers become too large.
  static func joined(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value?

  /// Adds nodes that compute the function of a value, and returns the name of the result.
  ///
  /// - Parameter x: The name of the value in the file.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String
}

/// What most forms have.
extension ONNXFunctionForm {
  /// Recognises nothing: most functions are written as operators only.
  static func joined(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? { nil }

  /// Returns the conversion of an operator without attributes that is the given function.
  static func plain(_ function: ActivationFunction) -> ONNXOperators.Conversion {
    { node, graph in
      let x = try graph.value(0, of: node)
      graph.alias(try graph.apply(function, to: x, for: node), for: node)
    }
  }
}

extension ActivationFunction {
  /// The function's form with its settings, in the file of its name. This is the only switch over
  /// all functions in this module, and the compiler demands a line for a new one.
  var onnxForm: any ONNXFunctionForm {
    switch self {
    case .leakyReLU(let slope): LeakyReLUForm(slope: slope)
    case .sigmoid: SigmoidForm()
    case .tanh: TanhForm()
    case .softplus: SoftplusForm()
    case .elu(let alpha): ELUForm(alpha: alpha)
    case .gelu: GELUForm()
    case .clip(let lower, let upper): ClipForm(lower: lower, upper: upper)
    case .hardSwish: HardSwishForm()
    case .silu: SiLUForm()
    case .mish: MishForm()
    case .softsign: SoftsignForm()
    case .geluTanh: TanhGELUForm()
    }
  }
}

/// The forms of all functions.
enum ONNXFunctionForms {
  /// The types of all forms, taken from a sample of each kind of function.
  private static let all: [any ONNXFunctionForm.Type] = ActivationFunction.Kind.allCases
    .compactMap { kind in
      ActivationFunction.samples.first { $0.kind == kind }.map { type(of: $0.onnxForm) }
    }

  /// The operators of all forms by name; ``ONNXOperators/all`` adds them to its own.
  ///
  /// - Precondition: No two forms read the same operator.
  static let operators = all.reduce(into: [String: ONNXOperators.Conversion]()) { all, form in
    all.merge(form.operators) { _, _ in preconditionFailure("\(form) reads another's operator") }
  }

  /// Returns the known function that a product or quotient of two values is, or nil if no form
  /// knows it.
  ///
  /// The first form that knows it wins. Both orders of a product are tried, one of a quotient.
  static func joined(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? {
    for (a, b) in node.operation == "Mul" ? [(a, b), (b, a)] : [(a, b)] {
      for form in all {
        if let known = try form.joined(a, b, node, &graph) { return known }
      }
    }
    return nil
  }
}
