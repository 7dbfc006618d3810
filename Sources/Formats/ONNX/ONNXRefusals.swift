/// Why an operator is not read, where more can be said than that it is not supported.
enum ONNXRefusals {
  private static let products =
    "multiplies or divides computed values, for which there is no bound rule yet"
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
  private static let jumps = "is a function that jumps, for which there are no lines that bound it"
  private static let random = "is random: the same input has many outputs"
  private static let controlFlow = "is control flow: export the model by tracing, with fixed shapes"

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
