"""Makes the PyTorch files here: python make_pytorch.py, with torch."""

import collections
from pathlib import Path

import torch
from torch import nn

HERE = Path(__file__).parent
torch.manual_seed(0)


def numbers(*shape):
    """Thirds of whole numbers, each tensor with others."""
    count = 1
    for length in shape:
        count *= length
    return (torch.arange(count, dtype=torch.float32) - count).reshape(shape) / 3


# A network as most people save it.
net = nn.Sequential(
    nn.Conv2d(1, 2, 2), nn.BatchNorm2d(2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 3)
)
for parameter in net.parameters():
    parameter.data = numbers(*parameter.shape)
net[1].running_mean += 0.5
net[1].num_batches_tracked += 16777217  # No Float32 is this number.
torch.save(net.state_dict(), HERE / "network.pt")
torch.save(net.state_dict(), HERE / "network-old.pt", _use_new_zipfile_serialization=False)
torch.save(net.state_dict(), HERE / "network-protocol-4.pt", pickle_protocol=4)

# A checkpoint of a compiled, distributed network.
wrapped = collections.OrderedDict(
    ("module._orig_mod." + name, value) for name, value in net.state_dict().items()
)
optimizer = torch.optim.Adam(net.parameters())
optimizer.zero_grad()
torch.save(
    {
        "epoch": 7,
        "optimizer": optimizer.state_dict(),
        "model_state_dict": wrapped,
        "path": Path("runs"),
        "history": [0.5, {"loss": float("inf")}, None, True, (1, -2, 1 << 40)],
    },
    HERE / "checkpoint.pt",
)

# Views of one storage, and every type.
base = torch.arange(24, dtype=torch.float32)
views = {
    "plain": base.reshape(4, 6),
    "transposed": base.reshape(4, 6).t(),
    "part": base[5:12],
    "every-second": base[1::2],
    "expanded": base[3:5].reshape(2, 1).expand(2, 3),
    "permuted": base.reshape(2, 3, 4).permute(2, 0, 1),
    "channels-last": base.reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
    "number": torch.tensor(3.5),
    "empty": torch.zeros(3, 0),
    "parameter": nn.Parameter(base[:2].clone()),
    "half": torch.tensor([1.0, -2.5, 65504.0], dtype=torch.float16),
    "bfloat": torch.tensor([1.0, -2.5], dtype=torch.bfloat16),
    "double": torch.tensor([0.5, -3.0], dtype=torch.float64),
    "long": torch.tensor([-1, 16777216]),
    "int": torch.tensor([7], dtype=torch.int32),
    "short": torch.tensor([-7], dtype=torch.int16),
    "signed": torch.tensor([-128], dtype=torch.int8),
    "byte": torch.tensor([255], dtype=torch.uint8),
    "bool": torch.tensor([True, False]),
    "unsigned": torch.tensor([65535], dtype=torch.uint16),
}
torch.save(views, HERE / "views.pt")

# What is refused.
torch.save(net, HERE / "module.pt")
torch.save({"0.weight": torch.tensor([0.5, 0.1], dtype=torch.float64)}, HERE / "double.pt")
torch.save({"0.weight": torch.eye(2).to_sparse()}, HERE / "sparse.pt")
torch.jit.script(nn.Linear(1, 1)).save(HERE / "script.pt")
