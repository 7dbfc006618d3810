"""Small modules of torch.nn, exported to ONNX by both of PyTorch's exporters.

    python modules.py FOLDER

writes for each module NAME.default.onnx (the exporter of `torch.onnx.export` as it is),
NAME.old.onnx (`dynamo=False`), NAME.input and NAME.EXPORTER.output: three examples, float32, and
what ONNX Runtime answers. modules.json lists them in order.
"""

import json
import sys
import warnings
from pathlib import Path

import numpy
import onnxruntime
import torch
from torch import nn
from torch.nn import functional as F

VECTOR, LINE, IMAGE = (6,), (4, 8), (4, 6, 6)


class Function(nn.Module):
    """A module of a function."""

    def __init__(self, function, **layers):
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x):
        return self.function(self, x)


def warmed(norm):
    """A BatchNorm with the statistics, weights and biases that training leaves."""
    with torch.no_grad():
        norm.running_mean.uniform_(-1, 1)
        norm.running_var.uniform_(0.5, 2)
        norm.weight.uniform_(0.5, 2)
        norm.bias.uniform_(-1, 1)
    return norm


def modules():
    """(name, module, shape of an example), in the order of the table."""
    return [
        ("Linear", nn.Linear(6, 5), VECTOR),
        ("Linear without bias", nn.Linear(6, 5, bias=False), VECTOR),
        ("Linear on the last of two axes", nn.Linear(8, 5), LINE),
        ("Linear on the last of three axes", nn.Linear(6, 5), IMAGE),
        ("Identity", nn.Sequential(nn.Identity(), nn.Linear(6, 5)), VECTOR),
        ("Flatten", nn.Sequential(nn.Flatten(), nn.Linear(144, 5)), IMAGE),
        ("Unflatten", nn.Sequential(nn.Linear(6, 12), nn.Unflatten(1, (3, 2, 2)), nn.Conv2d(3, 2, 2)), VECTOR),
        ("Conv1d", nn.Conv1d(4, 5, 3), LINE),
        ("Conv1d, stride, padding and dilation", nn.Conv1d(4, 5, 3, 2, 2, 2), LINE),
        ("Conv2d", nn.Conv2d(4, 5, 3), IMAGE),
        ("Conv2d, stride and padding", nn.Conv2d(4, 5, 3, 2, 1), IMAGE),
        ("Conv2d, groups", nn.Conv2d(4, 8, 3, groups=2), IMAGE),
        ("Conv2d, dilation", nn.Conv2d(4, 5, 3, dilation=2), IMAGE),
        ("Conv2d, padding same", nn.Conv2d(4, 5, 4, padding="same"), IMAGE),
        ("Conv2d, uneven kernel, stride and padding", nn.Conv2d(4, 5, (3, 5), (1, 2), (1, 2)), IMAGE),
        ("Conv2d, padding reflected", nn.Conv2d(4, 5, 3, padding=1, padding_mode="reflect"), IMAGE),
        ("Conv2d, padding circular", nn.Conv2d(4, 5, 3, padding=1, padding_mode="circular"), IMAGE),
        ("ConvTranspose1d", nn.ConvTranspose1d(4, 3, 3, 2), LINE),
        ("ConvTranspose2d", nn.ConvTranspose2d(4, 3, 3), IMAGE),
        ("ConvTranspose2d, stride and output padding", nn.ConvTranspose2d(4, 3, 3, 2, 1, 1), IMAGE),
        ("ConvTranspose2d, groups and dilation", nn.ConvTranspose2d(4, 6, 3, 2, groups=2, dilation=2), IMAGE),
        ("MaxPool1d", nn.MaxPool1d(2), LINE),
        ("MaxPool2d", nn.MaxPool2d(2), IMAGE),
        ("MaxPool2d, padding", nn.MaxPool2d(3, 2, 1), IMAGE),
        ("MaxPool2d, ceil mode", nn.MaxPool2d(3, 2, ceil_mode=True), IMAGE),
        ("MaxPool2d, dilation", nn.MaxPool2d(2, 1, dilation=2), IMAGE),
        ("AvgPool1d", nn.AvgPool1d(2), LINE),
        ("AvgPool2d", nn.AvgPool2d(2), IMAGE),
        ("AvgPool2d, padding counted", nn.AvgPool2d(3, 2, 1), IMAGE),
        ("AvgPool2d, padding not counted", nn.AvgPool2d(3, 2, 1, count_include_pad=False), IMAGE),
        ("AvgPool2d, ceil mode", nn.AvgPool2d(3, 2, ceil_mode=True), IMAGE),
        ("AdaptiveAvgPool1d", nn.AdaptiveAvgPool1d(2), LINE),
        ("AdaptiveAvgPool2d to one", nn.AdaptiveAvgPool2d(1), IMAGE),
        ("AdaptiveAvgPool2d to three", nn.AdaptiveAvgPool2d(3), IMAGE),
        ("AdaptiveMaxPool2d", nn.AdaptiveMaxPool2d(2), IMAGE),
        ("ZeroPad2d", nn.ZeroPad2d((1, 2, 0, 1)), IMAGE),
        ("ConstantPad1d", nn.ConstantPad1d((1, 2), 0.5), LINE),
        ("ReflectionPad2d", nn.ReflectionPad2d((1, 2, 2, 1)), IMAGE),
        ("ReplicationPad2d", nn.ReplicationPad2d((1, 2, 2, 1)), IMAGE),
        ("CircularPad2d", nn.CircularPad2d((1, 2, 2, 1)), IMAGE),
        ("ReLU", nn.ReLU(), VECTOR),
        ("ReLU6", nn.ReLU6(), VECTOR),
        ("LeakyReLU", nn.LeakyReLU(0.2), VECTOR),
        ("PReLU", nn.PReLU(init=0.3), VECTOR),
        ("PReLU for each channel", nn.PReLU(4, init=0.3), IMAGE),
        ("ConvTranspose2d, uneven padding", nn.ConvTranspose2d(4, 3, (2, 3), (1, 2), (0, 1)), IMAGE),
        ("ELU", nn.ELU(1.5), VECTOR),
        ("SELU", nn.SELU(), VECTOR),
        ("CELU", nn.CELU(0.7), VECTOR),
        ("GELU", nn.GELU(), VECTOR),
        ("GELU, tanh", nn.GELU(approximate="tanh"), VECTOR),
        ("SiLU", nn.SiLU(), VECTOR),
        ("Mish", nn.Mish(), VECTOR),
        ("Sigmoid", nn.Sigmoid(), VECTOR),
        ("LogSigmoid", nn.LogSigmoid(), VECTOR),
        ("Tanh", nn.Tanh(), VECTOR),
        ("Tanhshrink", nn.Tanhshrink(), VECTOR),
        ("Softplus", nn.Softplus(), VECTOR),
        ("Softplus, beta", nn.Softplus(2), VECTOR),
        ("Softsign", nn.Softsign(), VECTOR),
        ("Softshrink", nn.Softshrink(0.3), VECTOR),
        ("Hardtanh", nn.Hardtanh(-0.5, 0.7), VECTOR),
        ("Hardsigmoid", nn.Hardsigmoid(), VECTOR),
        ("Hardswish", nn.Hardswish(), VECTOR),
        ("Hardshrink", nn.Hardshrink(0.3), VECTOR),
        ("PixelUnshuffle", nn.PixelUnshuffle(2), IMAGE),
        ("Softmax", nn.Sequential(nn.Linear(6, 4), nn.Softmax(1)), VECTOR),
        ("Softmin", nn.Sequential(nn.Linear(6, 4), nn.Softmin(1)), VECTOR),
        ("LogSoftmax", nn.Sequential(nn.Linear(6, 4), nn.LogSoftmax(1)), VECTOR),
        ("BatchNorm1d", warmed(nn.BatchNorm1d(6)), VECTOR),
        ("BatchNorm1d on sequences", warmed(nn.BatchNorm1d(4)), LINE),
        ("BatchNorm2d", warmed(nn.BatchNorm2d(4)), IMAGE),
        ("Dropout2d", nn.Sequential(nn.Conv2d(4, 3, 3), nn.Dropout2d(), nn.ReLU()), IMAGE),
        ("Upsample, nearest", nn.Upsample(scale_factor=2), IMAGE),
        ("Upsample, bilinear", nn.Upsample(scale_factor=2, mode="bilinear"), IMAGE),
        ("Upsample, corners aligned", nn.Upsample(size=(9, 7), mode="bilinear", align_corners=True), IMAGE),
        ("PixelShuffle", nn.PixelShuffle(2), IMAGE),
        ("GLU", nn.GLU(1), VECTOR),
        ("LayerNorm", nn.LayerNorm(6), VECTOR),
        ("Bilinear", Function(lambda own, x: own.layer(x, x), layer=nn.Bilinear(6, 6, 4)), VECTOR),
    ]


def export(module, x, path, **options):
    """Exports with the batch free."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(module, (x,), path, input_names=["input"], output_names=["output"], **options)


def main(folder):
    listed = []
    for name, module, shape in modules():
        torch.manual_seed(len(listed))
        stem = name.replace(",", "").replace(" ", "-")
        x = torch.randn(3, *shape)
        module.eval()
        x.numpy().tofile(folder / f"{stem}.input")
        row = {"name": name, "file": stem, "input": list(shape)}
        exporters = {
            "default": {"dynamic_shapes": ({0: torch.export.Dim("batch")},), "verbose": False},
            "old": {"dynamo": False, "dynamic_axes": {"input": {0: "batch"}, "output": {0: "batch"}}},
        }
        for exporter, options in exporters.items():
            path = folder / f"{stem}.{exporter}.onnx"
            try:
                export(module, x, path, **options)
                session = onnxruntime.InferenceSession(str(path))
                answer = session.run(None, {"input": x.numpy()})[0]
                answer.astype(numpy.float32).tofile(folder / f"{stem}.{exporter}.output")
            except Exception as error:
                row[exporter] = str(error).strip().splitlines()[0]
        listed.append(row)
    (folder / "modules.json").write_text(json.dumps(listed, indent=1))


if __name__ == "__main__":
    sys.stdout = sys.stderr
    main(Path(sys.argv[1]))
