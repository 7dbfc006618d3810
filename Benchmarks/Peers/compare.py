#!/usr/bin/env python3
"""Times Crownwork and the PyTorch systems on the same work, in turn, and prints the ratios.

    pip install torch safetensors packaging appdirs pyyaml tqdm ninja graphviz sortedcontainers
    swift build -c release --product crownwork
    Benchmarks/Peers/compare.py --crown-ibp DIR --auto-lirpa DIR [--json FILE]
    Benchmarks/Peers/compare.py ... --what certification --run runs/mnist-dm-small --mnist DIR
    Benchmarks/Peers/compare.py ... --what memory

DIR are checkouts of the two systems (systems.py names them). Rounds go through all systems in turn;
a figure is the median of its rounds, a ratio the median of the ratios within rounds.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Crownwork's objectives and the peers' on the same loss.
PAIRS = [
    ("ibp", "crown-ibp", "ibp"), ("ibp", "auto-lirpa", "ibp-fused"),
    ("crown-ibp-fused", "auto-lirpa", "crown-ibp-fused"), ("crown-ibp", "crown-ibp", "crown-ibp"),
]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--crown-ibp", required=True, help="checkout of CROWN-IBP")
    parser.add_argument("--auto-lirpa", required=True, help="checkout of auto_LiRPA")
    parser.add_argument("--crownwork", default=str(ROOT / ".build/release/crownwork"))
    parser.add_argument("--what", default="steps", choices=["steps", "certification", "memory"])
    parser.add_argument(
        "--models", default="cnn-2layer-w1,dm-small,cnn-4layer-w2-512,cnn-3layer-k5-w2")
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--run", help="a run of dm-small on MNIST, for certification")
    parser.add_argument("--mnist", help="folder with MNIST's files, for certification")
    parser.add_argument("--json", help="write the figures to this file")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def crownwork(args, *options):
    command = [args.crownwork, "bench", "--json", "--alone", *options]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return [json.loads(line) for line in output.splitlines()]


def seconds(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Figures:
    """Values by row and system, a list of rounds each."""

    def __init__(self):
        self.values = {}

    def add(self, row, system, value):
        self.values.setdefault(row, {}).setdefault(system, []).append(value)

    def ratio(self, row, system):
        """How many times the peer's value ours is below, pair by pair."""
        ours, theirs = self.values[row]["Crownwork"], self.values[row][system]
        return statistics.median(b / a for a, b in zip(ours, theirs))

    def table(self, unit):
        print(f"| {unit} | Crownwork | peer | ratio |\n|---|---|---|---|")
        for row, systems in self.values.items():
            ours = statistics.median(systems["Crownwork"])
            for system, values in systems.items():
                if system != "Crownwork":
                    print(f"| {row} | {ours:.1f} | {system} {statistics.median(values):.1f} "
                          f"| {self.ratio(row, system):.1f} |")


def compare_steps(args):
    from systems import MODELS, training_step

    figures = Figures()
    for model in args.models.split(","):
        steps = {(s, m): training_step(s, MODELS[model](), m, args.batch) for _, s, m in PAIRS}
        for step in steps.values():
            step()
        for _ in range(args.rounds):
            for record in crownwork(args, "--parts", "steps", "--models", model, "--methods",
                                    "ibp,crown-ibp-fused,crown-ibp", "--steps", "5", "--batch",
                                    str(args.batch)):
                figures.add(f"{model}, {record['method']}", "Crownwork", record["milliseconds"])
            for ours, system, method in PAIRS:
                step = steps[system, method]
                times = [seconds(step) * 1e3 for _ in range(3)]
                figures.add(f"{model}, {ours}", system, statistics.median(times))
    return figures, "ms per step"


def mnist(folder, count):
    import torch

    def read(name, header):
        return gzip.open(Path(folder) / name).read()[header:]

    images = torch.frombuffer(bytearray(read("t10k-images-idx3-ubyte.gz", 16)), dtype=torch.uint8)
    labels = torch.frombuffer(bytearray(read("t10k-labels-idx1-ubyte.gz", 8)), dtype=torch.uint8)
    return images.view(-1, 1, 28, 28)[:count].float() / 255, labels[:count].long()


def compare_certification(args):
    import torch
    from safetensors.torch import load_file
    from systems import MODELS, SYSTEMS

    weights = Path(args.run) / "model.safetensors"
    network = MODELS["dm-small"]()
    network.load_state_dict(load_file(weights))
    figures = Figures()
    counts = {"ibp": 10000, "crown-ibp": 10000, "crown": 64}
    for _ in range(args.rounds):
        for method, count in counts.items():
            row = f"{method}, {count} images"
            record = crownwork(args, "--parts", "certification", "--certify", args.run, "--by",
                               method, "--examples", str(count), "--data", args.mnist)[0]
            figures.add(row, "Crownwork", count / record["imagesPerSecond"])
            x, y = mnist(args.mnist, count)
            chunk = 16 if method == "crown" else 250
            for system in ("crown-ibp", "auto-lirpa"):
                if method not in SYSTEMS[system].certify:
                    continue
                bounded = SYSTEMS[system](network)

                def work():
                    with torch.no_grad():
                        for start in range(0, count, chunk):
                            part = slice(start, start + chunk)
                            bounded.bounds(x[part], y[part], method)

                with torch.no_grad():
                    bounded.bounds(x[:chunk], y[:chunk], method)
                figures.add(row, system, seconds(work))
    return figures, "s, dm-small on MNIST"


def peak_of(command):
    """The peak resident memory of a process, in MB."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"compare: {' '.join(command)} failed")
    return usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def compare_memory(args):
    figures = Figures()
    this = [sys.executable, __file__, "--crown-ibp", args.crown_ibp, "--auto-lirpa",
            args.auto_lirpa, "--batch", "64", "--models", "dm-large", "--child"]
    for ours, system, method in PAIRS:
        row = f"dm-large batch 64, {ours}"
        if "Crownwork" not in figures.values.get(row, {}):
            figures.add(row, "Crownwork", peak_of(
                [args.crownwork, "bench", "--parts", "steps", "--models", "dm-large", "--methods",
                 ours, "--batch", "64", "--steps", "1", "--alone"]))
        figures.add(row, system, peak_of(this + [system, method]))
    return figures, "peak MB of the process"


def main():
    args = arguments()
    from systems import MODELS, add_checkouts, training_step

    add_checkouts(args.crown_ibp, args.auto_lirpa)
    if args.child:
        step = training_step(args.child[0], MODELS[args.models](), args.child[1], args.batch)
        step()
        step()
        return
    compare = {"steps": compare_steps, "certification": compare_certification,
               "memory": compare_memory}[args.what]
    figures, unit = compare(args)
    figures.table(unit)
    if args.json:
        Path(args.json).write_text(json.dumps(figures.values, indent=2) + "\n")


main()
