"""Makes sequential.safetensors: a small PyTorch network, a batch and its logits.

Images are stored NHWC, weights as PyTorch has them. Needs torch and safetensors.
"""
import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(0)
network = nn.Sequential(
    nn.Conv2d(3, 4, 4, stride=2, padding=1), nn.ReLU(),
    nn.Conv2d(4, 8, 4, stride=2, padding=1), nn.ReLU(),
    nn.Flatten(), nn.Linear(8 * 3 * 3, 12), nn.ReLU(), nn.Linear(12, 10))
images = torch.rand(5, 3, 12, 12)
arrays = dict(network.state_dict())
arrays["images"] = images.permute(0, 2, 3, 1).contiguous()
arrays["logits"] = network(images).detach()
save_file(arrays, "sequential.safetensors")
