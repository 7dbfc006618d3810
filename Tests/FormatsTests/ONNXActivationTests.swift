import Formats
import Foundation
import Networks
import Tensors
import Testing
import _TestSupport

/// Activations of ONNX files are what ONNX Runtime takes them for.
@Suite struct ONNXActivationTests {
  /// One model for each operator on images [2, 3, 4] or vectors [6], with the outputs of ONNX Runtime
  /// on a batch of three; where it has no kernel, those of the operator's definition.
  private static let program = """
    import sys, numpy, onnx, onnxruntime
    from onnx import helper, TensorProto
    folder = sys.argv[1]
    slopes = numpy.array([-0.5, 1.75], numpy.float32)
    random = numpy.random.default_rng(1)

    def write(name, operation, opset=17, constants=(), shape=(2, 3, 4), flat=False, **attributes):
        x = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", *shape])
        y = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
        names = [f"c{i}" for i in range(len(constants))]
        source = "flat" if flat else "x"
        nodes = [helper.make_node("Flatten", ["x"], ["flat"])] if flat else []
        nodes.append(helper.make_node(operation, [source] + names, ["y"], **attributes))
        initializers = [
            helper.make_tensor(n, TensorProto.FLOAT, c.shape, c.flatten())
            for n, c in zip(names, constants)]
        graph = helper.make_graph(nodes, name, [x], [y], initializers)
        model = helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)
        onnx.save(model, f"{folder}/{name}.onnx")
        data = (random.standard_normal((3, *shape)) * 3).astype(numpy.float32)
        try:
            session = onnxruntime.InferenceSession(model.SerializeToString())
            out = session.run(None, {"x": data})[0]
        except Exception:
            from onnx.reference import ReferenceEvaluator
            out = ReferenceEvaluator(model).run(None, {"x": data})[0]
        data.tofile(f"{folder}/{name}.input")
        out.astype(numpy.float32).tofile(f"{folder}/{name}.output")

    for name in ["HardSwish", "Softsign", "Selu", "Celu", "HardSigmoid", "Elu", "LeakyRelu", "Abs"]:
        write(name, name)
    write("Mish", "Mish", opset=18)
    write("GeluTanh", "Gelu", opset=20, approximate="tanh")
    write("EluSteep", "Elu", alpha=2.5)
    write("SeluSet", "Selu", alpha=0.8, gamma=2.0)
    write("CeluSet", "Celu", alpha=0.7)
    write("HardSigmoidSet", "HardSigmoid", alpha=0.3, beta=0.25)
    write("LeakyReluFalling", "LeakyRelu", alpha=-0.5)
    write("LeakyReluSteep", "LeakyRelu", alpha=1.7)
    write("PReluOne", "PRelu", constants=[slopes[:1]])
    write("PReluChannels", "PRelu", constants=[slopes.reshape(2, 1, 1)])
    write("PReluBatch", "PRelu", constants=[slopes.reshape(1, 2, 1, 1)])
    write("PReluSame", "PRelu", constants=[numpy.full((2, 3, 4), 0.3, numpy.float32)])
    many = numpy.linspace(-1, 2, 24).astype(numpy.float32)
    write("PReluFlat", "PRelu", flat=True, constants=[many])
    for opset in [11, 13, 17]:
        write(f"Softmax{opset}", "Softmax", opset=opset, shape=(6,))
        write(f"LogSoftmax{opset}", "LogSoftmax", opset=opset, shape=(6,))
    write("SoftmaxFlat", "Softmax", flat=True, axis=1)
    """

  @Test(.enabled(if: Python.withONNXRuntime != nil, Python.needsONNXRuntime))
  func areThoseOfONNXRuntime() throws {
    let python = try #require(Python.withONNXRuntime)
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let run = try python.run(Self.program, [folder.path])
    try #require(run.status == 0, "\(run.output)")
    let models = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil
    ).filter { $0.pathExtension == "onnx" }
    #expect(models.count == 28)
    for model in models {
      let network = try ONNXModel.network(contentsOf: model)
      let base = model.deletingPathExtension()
      let (x, y) = (try Self.floats(base, "input"), try Self.floats(base, "output"))
      let ours = network(Self.batch(x, network.inputShape))
      let theirs = Self.batch(y, network.outputShape)
      expectClose(ours, theirs, relative: 1e-5, absolute: 2e-6, base.lastPathComponent)
    }
  }

  private static func floats(_ base: URL, _ suffix: String) throws -> [Float] {
    let data = try Data(contentsOf: base.appendingPathExtension(suffix))
    return data.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
  }

  /// Three values of a shape of ours, from scalars that have channels first.
  private static func batch(_ scalars: [Float], _ shape: [Int]) -> Tensor {
    guard shape.count == 3 else { return Tensor(shape: [3] + shape, scalars) }
    let plain = Tensor(shape: [3, shape[2], shape[0], shape[1]], scalars)
    return Rearrangement.transpose([shape[2], shape[0], shape[1]], order: [1, 2, 0]).forward(plain)
  }
}
