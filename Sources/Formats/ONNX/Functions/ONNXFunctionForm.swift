import Relaxations

/// How a function stands in ONNX files: what it is read from, and what it is written as.
protocol ONNXFunctionForm: Sendable {
  /// The operators that are the function, or are made of it, by name.
  static var operators: [String: ONNXOperators.Conversion] { get }

  /// The function, where exporters write it as a product or quotient of two values; nil if this is
  /// another. A product is asked in both orders.
  static func joined(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value?

  /// Adds nodes that compute the function of a value, and returns the result's name.
  func write(_ x: String, to graph: inout ONNXGraphWriter) -> String
}

extension ONNXFunctionForm {
  static func joined(
    _ a: ONNXGraph.Value, _ b: ONNXGraph.Value, _ node: ONNXNode, _ graph: inout ONNXGraph
  ) throws -> ONNXGraph.Value? { nil }

  /// The operator without attributes that a function is.
  static func plain(_ function: ActivationFunction) -> ONNXOperators.Conversion {
    { node, graph in
      let x = try graph.value(0, of: node)
      graph.alias(try graph.apply(function, to: x, for: node), for: node)
    }
  }
}

extension ActivationFunction {
  /// The function's form, in the file of its name.
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
  private static let all: [any ONNXFunctionForm.Type] = ActivationFunction.Kind.allCases
    .compactMap { kind in
      ActivationFunction.samples.first { $0.kind == kind }.map { type(of: $0.onnxForm) }
    }

  static let operators = all.reduce(into: [String: ONNXOperators.Conversion]()) { all, form in
    all.merge(form.operators) { _, _ in preconditionFailure("\(form) reads another's operator") }
  }

  /// The known function that a product or quotient is; nil if there is none.
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
