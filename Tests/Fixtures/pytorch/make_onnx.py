"""Writes the ONNX models of this folder, and a batch with its logits for each.

PyTorch 2.13, onnx and safetensors: python make_onnx.py
"""

import torch
import torch.nn.functional as F
from safetensors.torch import save_file
from torch import nn


class Block(nn.Module):
    def __init__(self, inputs, outputs, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


class Residual(nn.Module):
    """Skips, BatchNorm, max and adaptive pooling, a view by the batch's size."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 7, 2, 3)
        self.bn = nn.BatchNorm2d(8)
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.blocks = nn.Sequential(Block(8, 8), Block(8, 16, 2))
        self.average = nn.AdaptiveAvgPool2d(1)
        self.linear = nn.Linear(16, 10)

    def forward(self, x):
        x = self.average(self.blocks(self.pool(F.relu(self.bn(self.conv(x))))))
        return self.linear(x.view(x.size(0), -1))


class Layers(nn.Module):
    """A constant image, dilation, groups, GELU, clip, pads and slices."""

    def __init__(self):
        super().__init__()
        self.dilated = nn.Conv2d(3, 6, 3, padding=2, dilation=2)
        self.grouped = nn.Conv2d(6, 12, 3, groups=3, padding=1)
        self.hidden = nn.Linear(12 * 16, 20)
        self.linear = nn.Linear(20, 10)
        self.register_buffer("mean", torch.rand(3, 8, 8))

    def forward(self, x):
        x = F.gelu(self.dilated((x - self.mean) / 0.5))
        x = F.avg_pool2d(F.hardtanh(self.grouped(x), -0.7, 0.9), 2)
        x = F.pad(x, (1, 0, 0, 1))[:, :, 1:5, 0:4]
        return 1 - self.linear(F.relu6(self.hidden(torch.flatten(x, 1))))


class Axes(nn.Module):
    """Axes in another order, vectors made images, unequal strides and pads, parts joined."""

    def __init__(self):
        super().__init__()
        self.first = nn.Linear(192, 64)
        self.conv = nn.Conv2d(4, 5, (3, 1), stride=(2, 1), padding=(1, 0))
        self.last = nn.Linear(40, 10, bias=False)

    def forward(self, x):
        x = torch.tanh(self.first(x.permute(0, 2, 3, 1).reshape(x.shape[0], -1)))
        x = F.softplus(self.conv(x.reshape(-1, 4, 4, 4))).flatten(1)
        return self.last(torch.cat([x[:, :20], -x[:, 20:]], 1))


torch.manual_seed(1)
for name, model, size, opset in [
    ("residual", Residual(), 32, 13), ("layers", Layers(), 8, 18), ("axes", Axes(), 8, 18),
]:
    model.train()
    for _ in range(3):
        model(torch.rand(16, 3, size, size))
    model.eval()
    x = torch.rand(2, 3, size, size)
    torch.onnx.export(
        model, (x,), f"{name}.onnx", dynamo=False, input_names=["x"],
        dynamic_axes={"x": {0: "batch"}}, opset_version=opset, do_constant_folding=opset == 13)
    save_file({"x": x, "logits": model(x).detach().contiguous()}, f"{name}.safetensors")
