/// The reasons for which operators are not read, where more can be said than that an operator is
/// not supported.
///
/// Most refusals have one of four causes. Operators that multiply or divide computed values
/// (normalisation over an example, attention, gates) have no bound rule yet. Functions that jump,
/// such as rounding, have no lines that bound them closely around the jump. Random operators have
/// no single output to certify. Control flow has no fixed graph; exporters that trace the model
/// with fixed shapes remove it.
enum ONNXRefusals {
  /// The reason for operators that multiply or divide computed values.
  private static let products =
    "multiplies or divides computed values, for which there is no bound rule yet"
  /// The reason for each operator, as a phrase that follows "it".
  private static let reasons: [String: String] = [
    "LayerNormalization": products, "GroupNormalization": products,
    "InstanceNormalization": products, "RMSNormalization": products,
    "LpNormalization": products, "LRN": products, "Attention": products, "Einsum": products,
    "MultiHeadAttention": products, "LpPool": products, "GlobalLpPool": products,
    "ReduceL2": products, "ReduceSumSquare": products, "ReduceProd": products,
    "Reciprocal": products, "Sqrt": "is not bounded yet",
    "LSTM": "multiplies computed values (its gates)",
    "GRU": "multiplies computed values (its gates)",
    "RNN": "is recurrent, which is not supported",
    "ThresholdedRelu": jumps, "Shrink": jumps, "Floor": jumps, "Ceil": jumps, "Round": jumps,
    "Mod": jumps, "Hardmax": jumps, "ArgMax": jumps, "ArgMin": jumps, "TopK": jumps,
    "Bernoulli": random, "RandomNormal": random, "RandomUniform": random,
    "RandomNormalLike": random, "RandomUniformLike": random, "Multinomial": random,
    "QuantizeLinear": "rounds values, which makes the function jump",
    "DynamicQuantizeLinear": "rounds values, which makes the function jump",
    "QLinearConv": "computes with integers, not with real numbers",
    "QLinearMatMul": "computes with integers, not with real numbers",
    "ConvInteger": "computes with integers, not with real numbers",
    "MatMulInteger": "computes with integers, not with real numbers",
    "If": controlFlow, "Loop": controlFlow, "Scan": controlFlow,
  ]
  /// The reason for discontinuous functions.
  private static let jumps = "is a function that jumps, for which there are no lines that bound it"
  /// The reason for random operators.
  private static let random = "is random: the same input has many outputs"
  /// The reason for operators that hold graphs of their own.
  private static let controlFlow = "is control flow: export the model by tracing, with fixed shapes"

  /// Returns the error for a node whose operator is not read: that its domain is another one than
  /// ONNX's, the reason, or the list of what is supported.
  static func error(for node: ONNXNode) -> any Error {
    let domain = node.proto.domain
    guard domain.isEmpty || domain == "ai.onnx" else {
      return node.bad("the operator is not supported: domain \"\(domain)\" is not ONNX's own")
    }
    let reason = reasons[node.operation].map { "the operator is not supported: it \($0)" }
    return node.bad(
      reason ?? "the operator is not supported; supported are \(ONNXOperators.names)")
  }
}
