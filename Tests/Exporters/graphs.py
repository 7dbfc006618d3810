"""Graphs as tf2onnx and Keras write them: channels last, flat inputs, "same" windows.

    python graphs.py FOLDER

writes NAME.onnx, NAME.input (two examples, or one where the file fixes that) and NAME.output, what
ONNX Runtime answers; graphs.json lists them.
"""

import json
import sys
from pathlib import Path

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

rng = numpy.random.default_rng(0)


class Graph:
    """A chain of nodes: each call adds one and makes its output the current value."""

    def __init__(self, shape, opset=13, batch="batch", elements=TensorProto.FLOAT):
        self.shape, self.opset, self.batch, self.elements = shape, opset, batch, elements
        self.nodes, self.constants, self.value = [], [], "input"

    def constant(self, array, kind=numpy.float32):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.asarray(array, kind), name))
        return name

    def weights(self, *shape):
        return self.constant(rng.normal(size=shape) / numpy.sqrt(max(1, shape[-1])))

    def add(self, operation, *others, first=None, **attributes):
        name = f"v{len(self.nodes)}"
        inputs = [self.value if first is None else first, *others]
        self.nodes.append(helper.make_node(operation, inputs, [name], **attributes))
        self.value = name
        return name

    def model(self, rank):
        axes = ([self.batch] if self.batch else []) + list(self.shape)
        x = helper.make_tensor_value_info("input", self.elements, axes)
        y = helper.make_tensor_value_info(self.value, self.elements, [None] * rank)
        inputs = [x]
        if self.opset < 9:  # where constants are inputs with a default
            inputs += [helper.make_tensor_value_info(c.name, c.data_type, c.dims) for c in self.constants]
        graph = helper.make_graph(self.nodes, "graph", inputs, [y], self.constants)
        opset = helper.make_opsetid("", self.opset)
        return helper.make_model(graph, opset_imports=[opset], ir_version=8 if self.opset > 8 else 3)


def cnn():
    g = Graph((6, 6, 3))
    g.add("Transpose", perm=[0, 3, 1, 2])
    g.add("Conv", g.weights(4, 3, 3, 3), g.weights(4), auto_pad="SAME_UPPER", strides=[2, 2])
    g.add("Relu")
    g.add("MaxPool", kernel_shape=[2, 2], strides=[2, 2], auto_pad="SAME_UPPER")
    g.add("Transpose", perm=[0, 2, 3, 1])
    g.add("Reshape", g.constant([-1, 16], numpy.int64))
    g.add("MatMul", g.weights(16, 5))
    g.add("Add", g.weights(5))
    g.add("Softmax", axis=1)
    return g, 2


def same_pool():
    g = Graph((7, 7, 2))
    g.add("Transpose", perm=[0, 3, 1, 2])
    g.add("MaxPool", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])
    g.add("AveragePool", kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_LOWER")
    g.add("Transpose", perm=[0, 2, 3, 1])
    return g, 4


def global_mean():
    g = Graph((4, 5, 3))
    g.add("Transpose", perm=[0, 3, 1, 2])
    g.add("Conv", g.weights(6, 3, 3, 3), g.weights(6), pads=[0, 1, 1, 0])
    g.add("LeakyRelu", alpha=0.3)
    g.add("Transpose", perm=[0, 2, 3, 1])
    g.add("ReduceMean", axes=[1, 2], keepdims=0)
    g.add("Gemm", g.weights(6, 4), g.weights(4))
    return g, 2


def flat_input():
    g = Graph((48,))
    g.add("Reshape", g.constant([-1, 4, 4, 3], numpy.int64))
    g.add("Transpose", perm=[0, 3, 1, 2])
    g.add("Conv", g.weights(4, 3, 2, 2), g.weights(4), strides=[2, 1])
    g.add("HardSigmoid", alpha=0.2, beta=0.5)
    g.add("Flatten")
    g.add("Gemm", g.weights(24, 4), transB=0)
    return g, 2


def batch_norm():
    g = Graph((4, 4, 3))
    for _ in range(2):
        g.add("Mul", g.weights(3))
        g.add("Add", g.weights(1, 1, 1, 3))
        g.add("Clip", g.constant(0), g.constant(6))
    g.add("Pad", g.constant([0, 1, 0, 0, 0, 1, 2, 0], numpy.int64))
    g.add("MatMul", g.weights(3, 4))
    g.add("Add", g.weights(4))
    return g, 4


def depthwise():
    g = Graph((6, 6, 4))
    g.add("Transpose", perm=[0, 3, 1, 2])
    g.add("Conv", g.weights(4, 1, 3, 3), group=4, auto_pad="SAME_UPPER")
    x = g.value
    g.add("Sigmoid")
    g.add("Mul", x)
    g.add("Conv", g.weights(3, 4, 1, 1), g.weights(3))
    return g, 4


def inception():
    g = Graph((4, 4, 2))
    g.add("Transpose", perm=[0, 3, 1, 2])
    x = g.value
    a = g.add("Conv", g.weights(3, 2, 1, 1), first=x)
    b = g.add("Conv", g.weights(2, 2, 3, 3), first=x, pads=[1, 1, 1, 1])
    g.add("Concat", b, first=a, axis=1)
    g.add("Transpose", perm=[0, 2, 3, 1])
    joined = g.value
    g.add("Concat", joined, axis=3)
    g.add("Concat", joined, first=joined, axis=2)
    return g, 4


def upsampling():
    g = Graph((3, 4, 2))
    g.add("Transpose", perm=[0, 3, 1, 2])
    g.add(
        "Resize", "", g.constant([1, 1, 2, 2]), mode="nearest", nearest_mode="floor",
        coordinate_transformation_mode="asymmetric")
    g.add(
        "Resize", "", g.constant([1, 1, 1.5, 2]), mode="linear",
        coordinate_transformation_mode="half_pixel")
    g.add("ConvTranspose", g.weights(2, 3, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
    return g, 4


def sequence():
    g = Graph((8, 3))
    g.add("Transpose", perm=[0, 2, 1])
    g.add("Unsqueeze", g.constant([2], numpy.int64))
    g.add("Conv", g.weights(4, 3, 1, 3), g.weights(4), pads=[0, 1, 0, 1])
    g.add("Squeeze", g.constant([2], numpy.int64))
    g.add("Elu")
    g.add("Transpose", perm=[0, 2, 1])
    g.add("MatMul", g.weights(4, 2))
    g.add("ReduceMax", axes=[1], keepdims=0)
    return g, 2


def gelu():
    g = Graph((6,))
    x = g.value
    g.add("Pow", g.constant(3.0))
    g.add("Mul", g.constant(0.044715))
    g.add("Add", x)
    g.add("Mul", g.constant(0.7978845608))
    g.add("Tanh")
    g.add("Add", g.constant(1.0))
    g.add("Mul", g.constant(0.5))
    g.add("Mul", first=x, *[g.value])
    return g, 2


def hard_swish():
    g = Graph((6,))
    x = g.value
    g.add("Add", g.constant(3.0))
    g.add("Clip", g.constant(0.0), g.constant(6.0))
    g.add("Mul", x)
    g.add("Div", g.constant(6.0))
    return g, 2


def extremes():
    g = Graph((6,))
    a = g.add("Gemm", g.weights(6, 4), first="input")
    b = g.add("Gemm", g.weights(6, 4), first="input")
    g.add("Max", b, g.constant(0.1), first=a)
    g.add("Min", a, g.constant([0.5, 0.4, 0.3, 0.2]))
    g.add("Abs")
    return g, 2


def dueling():
    g = Graph((6,))
    value = g.add("Gemm", g.weights(6, 1), first="input")
    advantage = g.add("Gemm", g.weights(6, 4), first="input")
    mean = g.add("ReduceMean", axes=[1], keepdims=1)
    g.add("Sub", mean, first=advantage)
    g.add("Add", value)
    return g, 2


def one_example():
    g = Graph((3, 4, 4), batch=1, opset=9)
    g.add("Conv", g.weights(4, 3, 2, 2), strides=[2, 2])
    g.add("Reshape", g.constant([16], numpy.int64))
    g.add("Relu")
    g.add("MatMul", g.weights(16, 3))
    return g, 1


def no_batch():
    g = Graph((5,), batch=None, opset=8)
    g.add("MatMul", g.weights(5, 6))
    g.add("Add", g.weights(6))
    g.add("Relu")
    g.add("MatMul", g.weights(6, 3))
    return g, 1


def columns():
    g = Graph((5, 1), batch=None, opset=12)
    a = g.weights(6, 5)
    g.add("MatMul", g.value, first=a)
    g.add("Add", g.weights(6, 1))
    g.add("Relu")
    b = g.weights(3, 6)
    g.add("MatMul", g.value, first=b)
    return g, 2


def double():
    g = Graph((4,), elements=TensorProto.DOUBLE)
    g.add("Gemm", g.constant([[1, 0.5], [2, -1], [0.25, 3], [-2, 1]], numpy.float64))
    g.add("Relu")
    return g, 2


GRAPHS = [
    cnn, same_pool, global_mean, flat_input, batch_norm, depthwise, inception, upsampling, sequence,
    gelu, hard_swish, extremes, dueling, one_example, no_batch, columns, double,
]


def main(folder):
    listed = []
    for build in GRAPHS:
        g, rank = build()
        model = g.model(rank)
        onnx.checker.check_model(model)
        name = build.__name__
        onnx.save(model, folder / f"{name}.onnx")
        count = 2 if g.batch == "batch" else 1
        lead = [count] if g.batch else []
        x = rng.normal(size=lead + list(g.shape)).astype(numpy.float32)
        kind = numpy.float64 if g.elements == TensorProto.DOUBLE else numpy.float32
        session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"))
        answer = session.run(None, {"input": x.astype(kind)})[0]
        x.tofile(folder / f"{name}.input")
        answer.astype(numpy.float32).tofile(folder / f"{name}.output")
        listed.append({"name": name, "file": name, "input": list(g.shape), "count": count})
    (folder / "graphs.json").write_text(json.dumps(listed, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
