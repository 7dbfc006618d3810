"""The PyTorch systems that Crownwork is measured against, doing the same work.

- CROWN-IBP: the code of the paper, github.com/huanzhang12/CROWN-IBP.
- auto_LiRPA: github.com/Verified-Intelligence/auto_LiRPA, with loss fusion.

Each is used as its own training script uses it. A step is: zero gradients, bounds, loss, backward,
Adam; on random images of MNIST's shape, eps 0.3 within [0, 1], mixing factor beta = 1/2.
"""

import logging
import sys
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

import torch
import torch.nn.functional as F
from torch import nn

EPSILON = 0.3
CLASSES = 10


def add_checkouts(crown_ibp, auto_lirpa):
    sys.path[:0] = [p for p in (crown_ibp, auto_lirpa) if p]


def layers(*convolutions, hidden, size=28, channels=1):
    """A network of convolutions (out, kernel, stride, padding) and hidden layers, ReLU between."""
    modules = []
    for out, kernel, stride, padding in convolutions:
        modules += [nn.Conv2d(channels, out, kernel, stride=stride, padding=padding), nn.ReLU()]
        channels, size = out, (size + 2 * padding - kernel) // stride + 1
    width = channels * size * size
    modules.append(nn.Flatten())
    for units in hidden:
        modules += [nn.Linear(width, units), nn.ReLU()]
        width = units
    return nn.Sequential(*modules, nn.Linear(width, CLASSES))


MODELS = {
    "cnn-2layer-w1": lambda: layers((4, 4, 2, 1), (8, 4, 2, 1), hidden=[128]),
    "dm-small": lambda: layers((16, 4, 2, 0), (32, 4, 1, 0), hidden=[100]),
    "cnn-4layer-w2-512": lambda: layers(
        (8, 3, 1, 1), (8, 4, 2, 1), (16, 3, 1, 1), (16, 4, 2, 1), hidden=[512, 512]),
    "cnn-3layer-k5-w2": lambda: layers((8, 5, 1, 1), (16, 5, 1, 1), (16, 4, 4, 0), hidden=[128]),
    "dm-large": lambda: layers(
        (64, 3, 1, 1), (64, 3, 1, 1), (128, 3, 2, 1), (128, 3, 1, 1), (128, 3, 1, 1), hidden=[512]),
}


def box(x):
    return (x - EPSILON).clamp(min=0), (x + EPSILON).clamp(max=1)


def margin_rows(y):
    """Rows e_y - e_j for every other class j: [batch, 9, 10]."""
    unit = torch.eye(CLASSES)
    rows = unit[y].unsqueeze(1) - unit.unsqueeze(0)
    others = torch.arange(CLASSES).unsqueeze(0) != y.unsqueeze(1)
    return rows[others].view(len(y), CLASSES - 1, CLASSES)


class CrownIBP:
    """Bounds by the paper's code."""

    name = "CROWN-IBP"
    steps = ("natural", "ibp", "crown-ibp")
    certify = ("ibp", "crown-ibp")

    def __init__(self, network):
        import bound_layers
        import model_defs

        def converted(layer):  # its converter knows only its own Flatten
            return model_defs.Flatten() if isinstance(layer, nn.Flatten) else layer

        network = nn.Sequential(*[converted(layer) for layer in network])
        self.model = bound_layers.BoundSequential.convert(network, {})
        self.has_shapes = False

    def bounds(self, x, y, method, beta=None):
        if not self.has_shapes:  # its backward pass uses shapes that a clean pass leaves behind
            self.model(x, method_opt="forward")
            self.has_shapes = True
        lower, upper = box(x)
        request = dict(norm=float("inf"), x_U=upper, x_L=lower, eps=EPSILON, C=margin_rows(y))
        _, margins, *_ = self.model(method_opt="interval_range", **request)
        if method == "ibp":
            return margins
        _, _, linear, _ = self.model(method_opt="backward_range", **request)
        return linear if beta is None else beta * linear + (1 - beta) * margins

    def loss(self, x, y, method):
        logits = self.model(x, method_opt="forward")  # its training always looks at clean errors
        if method == "natural":
            return F.cross_entropy(logits, y)
        margins = self.bounds(x, y, method, beta=0.5)
        padded = torch.cat([torch.zeros(len(y), 1), margins], 1)
        return F.cross_entropy(-padded, torch.zeros(len(y), dtype=torch.long))


class SumOfExponentials(nn.Module):
    """The sum over classes of exp(z_j - z_y), whose upper bound is the fused loss."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x, rows):
        margins = torch.matmul(rows, self.network(x).unsqueeze(-1)).squeeze(-1)
        return torch.exp(margins).sum(-1, keepdim=True)


class AutoLiRPA:
    """Bounds by auto_LiRPA, training by loss fusion."""

    name = "auto_LiRPA"
    steps = ("ibp-fused", "crown-ibp-fused")
    certify = ("ibp", "crown-ibp", "crown")

    def __init__(self, network):
        self.model, self.fused, self.plain, self.batch = network, None, None, None

    def set_around(self, x):
        from auto_LiRPA import BoundedTensor, PerturbationLpNorm

        lower, upper = box(x)
        return BoundedTensor(x, PerturbationLpNorm(norm=float("inf"), x_L=lower, x_U=upper))

    def loss(self, x, y, method):
        from auto_LiRPA import BoundedModule

        unit = torch.eye(CLASSES)
        rows = (unit.unsqueeze(0) - unit[y].unsqueeze(1)).contiguous()
        if self.fused is None:
            self.fused = BoundedModule(
                SumOfExponentials(self.model), (x, rows),
                bound_opts={"loss_fusion": True, "conv_mode": "patches"})
        request = (self.set_around(x), rows)
        _, upper = self.fused.compute_bounds(x=request, IBP=True, C=None, method=None)
        if method == "crown-ibp-fused":
            _, linear = self.fused.compute_bounds(
                IBP=False, C=None, method="backward", bound_lower=False)
            upper = 0.5 * linear + 0.5 * upper
        return torch.log(upper).mean()

    def bounds(self, x, y, method):
        from auto_LiRPA import BoundedModule

        if self.batch != len(x):
            self.batch = len(x)
            self.plain = BoundedModule(self.model, x, bound_opts={"conv_mode": "patches"})
        names = {"ibp": "IBP", "crown-ibp": "CROWN-IBP", "crown": "CROWN"}
        margins, _ = self.plain.compute_bounds(
            x=(self.set_around(x),), C=margin_rows(y), method=names[method], bound_upper=False)
        return margins


SYSTEMS = {"crown-ibp": CrownIBP, "auto-lirpa": AutoLiRPA}


def training_step(system, network, method, batch):
    """A function that does one step."""
    torch.manual_seed(0)
    bounded = SYSTEMS[system](network)
    optimizer = torch.optim.Adam(bounded.model.parameters(), 5e-4)
    x, y = torch.rand(batch, 1, 28, 28), torch.randint(0, CLASSES, (batch,))

    def step():
        optimizer.zero_grad()
        bounded.loss(x, y, method).backward()
        optimizer.step()

    return step
