"""Makes the safetensors files here: python make_fixtures.py, with torch and safetensors."""

from pathlib import Path

import torch
from safetensors.torch import save_file

HERE = Path(__file__).parent

# Only Float32, one metadata entry: written again, it must give the same bytes.
network = {
    "0.weight": torch.arange(12, dtype=torch.float32).reshape(2, 1, 2, 3) / 7 - 0.5,
    "0.bias": torch.tensor([0.25, -1e-30]),
    "3.weight": torch.tensor([[float("inf"), -0.0], [1e38, 1e-45]]),
    "scale": torch.tensor(3.5),
    "empty": torch.zeros(3, 0),
}
save_file(network, HERE / "float32.safetensors", {"architecture": 'cnn "é" \n 1'})

# Every other type that can be read, at its edges.
mixed = {
    "half": torch.tensor([1.0, -2.5, 65504.0, 6e-8, 6.1e-5, -0.0, float("inf")]).half(),
    "bfloat": torch.tensor([1.0, -2.5, 3.39e38, 1e-40]).bfloat16(),
    "double": torch.tensor([0.5, -3.0], dtype=torch.float64),
    "tenth": torch.tensor([0.1], dtype=torch.float64),
    "steps": torch.tensor(16777216, dtype=torch.int64),
    "int": torch.tensor([-2147483648, 16777215], dtype=torch.int32),
    "short": torch.tensor([-32768, 32767], dtype=torch.int16),
    "signed": torch.tensor([-128, 127], dtype=torch.int8),
    "byte": torch.tensor([0, 255], dtype=torch.uint8),
    "mask": torch.tensor([[True, False], [False, True]]),
}
save_file(mixed, HERE / "mixed.safetensors")
