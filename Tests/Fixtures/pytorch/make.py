"""Writes sequential.safetensors: a small PyTorch network, a batch and its logits.

Needs torch and safetensors. Run it in this folder.
"""

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(0)
network = nn.Sequential(
    nn.Conv2d(3, 4, 3, stride=1, padding=1),
    nn.ReLU(),
    nn.Conv2d(4, 5, (3, 4), stride=2, padding=1),
    nn.ReLU(),
    nn.Flatten(),
    nn.Linear(5 * 4 * 3, 12),
    nn.ReLU(),
    nn.Linear(12, 10),
)
batch = torch.rand(4, 3, 7, 6)
with torch.no_grad():
    for parameter in network.parameters():
        parameter.normal_(0, 0.5)
    arrays = {f"param.{name}": value for name, value in network.state_dict().items()}
    arrays |= {"images": batch, "logits": network(batch)}
save_file(arrays, "sequential.safetensors")
print({name: tuple(value.shape) for name, value in arrays.items()})
