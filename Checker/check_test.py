"""Tests of check.py: `python3 -m unittest check_test` in this folder, with no dependency."""

import base64
import contextlib
import gzip
import hashlib
import io
import itertools
import json
import math
import random
import struct
import tempfile
import unittest
from fractions import Fraction
from pathlib import Path

import check


def f32(x):
    """The nearest Float32 of a number, as a fraction."""
    return Fraction(struct.unpack("<f", struct.pack("<f", float(x)))[0])


# ---- A writer of ONNX files ------------------------------------------------------------------


def varint(n):
    n, out = n % 2 ** 64, []
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    return bytes([*out, n])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def tensor(name, dims, numbers, integers=False):
    raw = b"".join(struct.pack("<q" if integers else "<f", int(x) if integers else float(x))
                   for x in numbers)
    return b"".join(field(1, d) for d in dims) + field(2, 7 if integers else 1) + \
        field(8, name) + field(9, raw)


def attribute(name, value):
    if isinstance(value, Fraction):
        body = varint(2 << 3 | 5) + struct.pack("<f", float(value)) + field(20, 1)
    elif isinstance(value, int):
        body = field(3, value) + field(20, 2)
    elif isinstance(value, str):
        body = field(4, value) + field(20, 3)
    else:
        body = b"".join(field(8, v) for v in value) + field(20, 7)
    return field(1, name) + body


def info(name, shape):
    dims = field(1, field(2, "batch")) + b"".join(field(1, field(1, d)) for d in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, dims)))


class Net:
    """A network that is written as an ONNX file and evaluated by naive loops."""

    def __init__(self, *shape):
        self.shapes, self.nodes, self.constants = {"input": shape}, [], {}
        self.top = "input"

    def add(self, operator, *constants, reads=None, **attributes):
        """Adds a node that reads the last one, or the values of `reads`, and then constants."""
        output = f"v{len(self.nodes)}"
        names = []
        for k, (dims, numbers, *integers) in enumerate(constants):
            names.append(f"{output}.{k}")
            self.constants[names[-1]] = (list(dims), list(numbers), bool(integers))
        node = (operator, reads or [self.top], names, attributes, output)
        self.nodes.append(node)
        zeros = {n: [Fraction(0)] * math.prod(s) for n, s in self.shapes.items()}
        self.shapes[output] = Exact().node(self, node, zeros)[0]
        self.top = output
        return output

    def graph(self):
        out = b""
        for operator, reads, names, attributes, output in self.nodes:
            name = "output" if output == self.top else output
            out += field(1, b"".join(field(1, n) for n in [*reads, *names]) + field(2, name)
                         + field(3, "/" + output) + field(4, operator)
                         + b"".join(field(5, attribute(k, v)) for k, v in attributes.items()))
        out += field(2, "g")
        for name, (dims, numbers, integers) in self.constants.items():
            out += field(5, tensor(name, dims, numbers, integers))
        return out + field(11, info("input", self.shapes["input"])) + \
            field(12, info("output", self.shapes[self.top]))

    def model(self):
        return field(1, 8) + field(8, field(1, "") + field(2, 17)) + field(7, self.graph())


class Exact:
    """Evaluation in fractions."""

    def total(self, products, bias):
        return sum((w * x for w, x in products), bias)

    def affine(self, w, x, b):
        return w * x + b

    def scale(self, w, v, epsilon):
        """w/sqrt(v + epsilon) to 60 digits or so."""
        scale = 2 ** 400
        return w * Fraction(2 ** 200, math.isqrt(math.floor((v + epsilon) * scale)))

    def divide(self, x, c):
        return x / c

    def leaky(self, x, alpha):
        return x if x > 0 else alpha * x

    def run(self, net, x):
        """All values of the network, by name."""
        values = {"input": x}
        for node in net.nodes:
            values[node[4]] = self.node(net, node, values)[1]
        return values

    def node(self, net, node, values):
        operator, reads, names, attributes, _ = node
        shape, x = net.shapes[reads[0]], values[reads[0]]
        constants = [net.constants[n] for n in names]
        channel = [i // math.prod(shape[1:]) for i in range(math.prod(shape))]
        if operator in ("Conv", "MaxPool", "AveragePool"):
            return self.windows(operator, shape, x, constants, attributes)
        if operator == "Gemm":
            (out, _), w = constants[0][:2]
            bias = constants[1][1] if len(constants) > 1 else [Fraction(0)] * out
            return (out,), [self.total(list(zip(w[o * len(x):(o + 1) * len(x)], x)), bias[o])
                            for o in range(out)]
        if operator == "BatchNormalization":
            w, b, m, v = (c[1] for c in constants)
            s = [self.scale(p, q, attributes.get("epsilon", f32(1e-5))) for p, q in zip(w, v)]
            return shape, [self.affine(s[c], self.affine(1, y, -m[c]), b[c])
                           for c, y in zip(channel, x)]
        if operator == "Add" and len(reads) == 2:
            return shape, [self.affine(1, a, b) for a, b in zip(x, values[reads[1]])]
        if operator in ("Add", "Sub", "Mul", "Div"):
            k = [constants[0][1][c] for c in channel]
            rule = {"Add": lambda y, c: self.affine(1, y, c), "Div": self.divide,
                    "Mul": lambda y, c: self.affine(c, y, 0),
                    "Sub": lambda y, c: self.affine(1, y, -c)}[operator]
            return shape, list(map(rule, x, k))
        if operator == "Relu":
            return shape, [max(y, 0) for y in x]
        if operator == "LeakyRelu":
            return shape, [self.leaky(y, attributes["alpha"]) for y in x]
        if operator == "Clip":
            return shape, [min(max(y, constants[0][1][0]), constants[1][1][0]) for y in x]
        if operator == "Flatten":
            return (len(x),), x
        if operator == "Reshape":
            dims = constants[0][1][1:]
            return (len(x),) if len(dims) == 1 else tuple(map(int, dims)), x
        if operator == "Gather":
            return (len(constants[0][1]),), [x[int(i)] for i in constants[0][1]]
        if operator == "Pad":
            return (len(x) + 1,), [*x, constants[1][1][0]]
        if operator == "Concat":
            joined = [y for r in reads for y in values[r]]
            return (sum(net.shapes[r][0] for r in reads), *shape[1:]), joined
        assert operator in ("Identity", "Softmax", "LogSoftmax"), operator
        return shape, x

    def windows(self, operator, shape, x, constants, attributes):
        channels, height, width = shape
        if operator == "Conv":
            (out, inner, *kernel), weight = constants[0][:2]
        else:
            out, inner, kernel = channels, 1, attributes["kernel_shape"]
        strides, dilations = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
        pads, groups = attributes.get("pads", [0] * 4), attributes.get("group", 1)
        size = [(n + pads[a] + pads[a + 2] - dilations[a] * (kernel[a] - 1) - 1) // strides[a] + 1
                for a, n in enumerate((height, width))]
        result = []
        for o, i, j in itertools.product(range(out), *map(range, size)):
            terms = []
            for c, p, q in itertools.product(range(inner), *map(range, kernel)):
                y = i * strides[0] - pads[0] + p * dilations[0]
                z = j * strides[1] - pads[1] + q * dilations[1]
                place = c + o // (out // groups) * inner if operator == "Conv" else o
                if 0 <= y < height and 0 <= z < width:
                    w = weight[((o * inner + c) * kernel[0] + p) * kernel[1] + q] \
                        if operator == "Conv" else Fraction(1)
                    terms.append((w, x[(place * height + y) * width + z]))
            if operator == "MaxPool":
                result.append(max(y for _, y in terms))
            elif operator == "AveragePool":
                whole = attributes.get("count_include_pad", 0)
                count = kernel[0] * kernel[1] if whole else len(terms)
                result.append(self.divide(self.total(terms, Fraction(0)), Fraction(count)))
            else:
                result.append(self.total(terms, constants[1][1][o] if len(constants) > 1
                                         else Fraction(0)))
        return (out, *size), result


class Rounded(Exact):
    """Evaluation in Float32, in random orders, fused or not; products of coarser numbers."""

    def __init__(self, rng, bits=24):
        self.rng, self.bits = rng, bits

    def coarse(self, x):
        """x with so many bits, rounded towards 0: no hardware is worse."""
        if self.bits == 24 or x == 0:
            return x
        _, e = math.frexp(float(x))
        unit = Fraction(2) ** (e - self.bits)
        return int(x / unit) * unit

    def total(self, products, bias):
        terms = list(products)
        self.rng.shuffle(terms)
        sums = [f32(bias)] if self.rng.random() < 0.5 else [Fraction(0), f32(bias)]
        for w, x in terms:
            k = self.rng.randrange(len(sums))
            product = self.coarse(w) * self.coarse(x)
            sums[k] = f32(sums[k] + (product if self.rng.random() < 0.5 else f32(product)))
        return sums[0] if len(sums) == 1 else f32(sums[0] + sums[1])

    def affine(self, w, x, b):
        product = self.coarse(w) * self.coarse(x) if w != 1 else x
        return f32((product if self.rng.random() < 0.5 else f32(product)) + b)

    def scale(self, w, v, epsilon):
        root = f32(math.sqrt(float(f32(v + epsilon))))
        return f32(w / root) if self.rng.random() < 0.5 else f32(w * f32(1 / root))

    def divide(self, x, c):
        return f32(x / c) if self.rng.random() < 0.5 else f32(x * f32(1 / c))

    def leaky(self, x, alpha):
        return x if x > 0 else f32(alpha * x)


# ---- Random networks -------------------------------------------------------------------------


class Random:
    """Numbers of a random network."""

    def __init__(self, seed):
        self.rng = random.Random(seed)

    def floats(self, *dims, scale=1.0):
        return dims, [f32(self.rng.gauss(0, scale)) for _ in range(math.prod(dims))]

    def norm(self, channels):
        return [self.floats(channels), self.floats(channels), self.floats(channels),
                ((channels,), [f32(self.rng.uniform(0.001, 3)) for _ in range(channels)])]

    def image(self):
        """Images through every operator on images."""
        r, net = self.rng, Net(2, 5, 4)
        net.add("Sub", self.floats(2, 1, 1))
        net.add("Div", ((2, 1, 1), [f32(0.3), f32(-1.7)]))
        net.add("Conv", self.floats(4, 1, 3, 2, scale=0.6), self.floats(4), group=2,
                strides=[1, 2], pads=[1, 0, 1, 1], dilations=[2, 1], kernel_shape=[3, 2])
        branch = net.add("BatchNormalization", *self.norm(4), epsilon=f32(1e-3))
        left = net.add("Relu") if r.random() < 0.3 else net.add(
            "LeakyRelu", alpha=f32(r.choice([0.1, -0.5, 2.5, 1.0, 0.003])))
        right = net.add("Conv", self.floats(4, 4, 1, 1, scale=0.5), reads=[branch])
        net.add("Add", reads=[left, right])
        pool = net.add("AveragePool", kernel_shape=[3, 2], strides=[1, 1], pads=[1, 0, 1, 1],
                       count_include_pad=r.randrange(2))
        other = net.add("MaxPool", reads=[pool], kernel_shape=[2, 2], strides=[1, 1],
                        pads=[0, 1, 1, 0])
        net.add("Concat", reads=[pool, other], axis=1)
        net.add("Mul", self.floats(8, 1, 1))
        net.add(*r.choice([("Flatten",), ("Reshape", ((2,), [0, -1], True))]))
        return self.head(net)

    def vector(self):
        net = Net(3)
        net.add("Gemm", self.floats(6, 3), self.floats(6), transB=1)
        net.add("BatchNormalization", *self.norm(6))
        return self.head(net)

    def head(self, net):
        r, size = self.rng, net.shapes[net.top][0]
        net.add("Identity")
        net.add("Pad", ((4,), [0, 0, 0, 1], True), ((), [f32(r.gauss(0, 1))]))
        net.add("Gather", ((5,), [r.randrange(size + 1) for _ in range(5)], True), axis=1)
        net.add("Add", self.floats(5))
        low = f32(r.gauss(0, 1))
        clip = net.add("Clip", ((), [low]), ((), [f32(low + f32(r.random()))]))
        net.add("Gemm", self.floats(5, 5), transB=1)
        relu = net.add("Relu")
        net.add("Add", reads=[relu, clip])
        net.add("Gemm", self.floats(3, 5), self.floats(3), transB=1)
        if r.random() < 0.5:
            net.add(r.choice(["Softmax", "LogSoftmax"]), axis=r.choice([-1, 1]))
        return net

    def certificate(self, net, label):
        """A certificate with random slopes, refined neurons and slopes of passes."""
        r, slopes, refined, own = self.rng, [], [], []
        for operator, reads, _, _, output in net.nodes:
            size = math.prod(net.shapes[reads[0]])
            some = sorted(r.sample(range(size), r.randint(0, min(size, 6))))
            if operator in ("Relu", "LeakyRelu", "Clip") and some:
                entry = {"layer": "/" + output, "neurons": some}
                for key in ("lower", "upper") if operator == "Clip" else ("lower",):
                    entry[key] = [round(r.uniform(-0.5, 1.5) * 2 ** 24) for _ in some]
                slopes.append(entry)
            if operator in ("Relu", "LeakyRelu", "Clip", "MaxPool") and r.random() < 0.7:
                more = sorted(r.sample(range(size), r.randint(1, min(size, 5))))
                refined.append({"layer": "/" + output, "neurons": more})

        def some_slopes():
            chosen = [s for s in slopes if r.random() < 0.7]
            return [{"layer": s["layer"], "lower": [round(r.uniform(-0.5, 1.5) * 2 ** 8)
                                                    for _ in s["neurons"]]} for s in chosen]

        for j in range(3):
            if j != label and some_slopes():
                own.append({"class": j, "slopes": some_slopes() or some_slopes()})
        for entry in refined:
            for n in entry["neurons"]:
                for sign in (1, -1):
                    own.append({"layer": entry["layer"], "neuron": n, "sign": sign,
                                "slopes": some_slopes()})
        own = [o for o in own if o["slopes"]]
        lists = {"slopes": slopes, "refined": refined, "own": own}
        return {k: v for k, v in lists.items() if v}


def compact(item):
    return json.dumps(item, sort_keys=True, separators=(",", ":")).encode()


def sealed(run):
    """run.json of an object, with the digest of the rest as its seal."""
    rest = {key: value for key, value in run.items() if key != "seal"}
    return compact({**rest, "seal": hashlib.sha256(compact(rest)).hexdigest()})


class Folder:
    """A folder of certificates on the disk, for one image or several."""

    def __init__(self, path, net, certificates, norm="linf", epsilon="1/50", guarantee="exact",
                 products="float32", domain=None):
        self.path, self.model, self.lines = Path(path), net.model(), certificates
        self.run = {
            "data": {"count": 10, "first": 0, "name": "tests", "sha256": "0" * 64},
            "domain": domain, "epsilon": epsilon, "format": "crownwork certificates 1",
            "guarantee": guarantee, "methods": ["ibp", "crown"], "norm": norm, "products": products,
            "network": hashlib.sha256(net.graph()).hexdigest(), "version": "1.0"}

    def write(self, run=None, examples=None, model=None):
        if examples is None:
            examples = b"".join(compact(line) + b"\n" for line in self.lines)
        full = {**self.run, "certificates": hashlib.sha256(examples).hexdigest(),
                "certified": len(self.lines)}
        (self.path / "run.json").write_bytes(sealed({**full, **(run or {})}) + b"\n")
        (self.path / "examples.jsonl").write_bytes(examples)
        (self.path / "network.onnx").write_bytes(self.model if model is None else model)

    def check(self, *options):
        """The exit code of the checker, and what it prints."""
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            try:
                code = check.main([str(self.path), *options])
            except SystemExit as error:
                code = error.code
        return code, out.getvalue()


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name)

    def points(self, rng, pixels, epsilon, norm, domain):
        """Points of the set: the image, corners or the ends of the ball, and some between."""
        x = [Fraction(k, 255) for k in pixels]
        yield x
        for _ in range(4):
            d = [Fraction(rng.choice([-1, 1])) if rng.random() < 0.8
                 else Fraction(rng.uniform(-1, 1)) for _ in x]
            if norm == "l2":  # A little less than the length, so that the point is inside.
                d = [y * Fraction(1 - 1e-9) / Fraction(math.sqrt(sum(y * y for y in d))) for y in d]
            if norm == "l1":
                d = [Fraction(0)] * len(x)
                d[rng.randrange(len(x))] = Fraction(rng.choice([-1, 1]))
            p = [a + epsilon * b for a, b in zip(x, d)]
            yield [min(max(y, 0), 1) for y in p] if domain else p

    def compare(self, seed, kind, norm, guarantee, products="float32"):
        """Compares all intervals and margins with exact and rounded values at points."""
        source = Random(seed)
        rng = source.rng
        net = getattr(source, kind)()
        size = math.prod(net.shapes["input"])
        pixels = bytes(rng.randrange(256) for _ in range(size))
        domain = rng.choice([None, [0, 1]]) if norm == "linf" else None
        line = {"index": 3, "label": rng.randrange(3),
                "pixels": base64.b64encode(pixels).decode(),
                "margins": rng.choice(["input", "intervals"])}
        line.update(source.certificate(net, line["label"]))
        epsilon = rng.choice(["0", "0.02", "1/255", "0.3"])
        folder = Folder(self.path, net, [line], norm, epsilon, guarantee, products, domain)
        folder.write()
        code, out = folder.check("--verbose")
        self.assertIn(code, (0, 1), out)
        loaded = check.Folder(self.path)
        certificate = next(loaded.certificates())
        proof = check.Proof(loaded.network, loaded.inputs, certificate)
        end = loaded.network.last if certificate.intervals else 0
        margins = {j: proof.least(loaded.network.logits, {line["label"]: 1, j: -1},
                                  certificate.own.get((0, j), {}), end)
                   for j in range(3) if j != line["label"]}
        channels = net.shapes["input"][0] if len(net.shapes["input"]) == 3 else 1
        order = [k for c in range(channels) for k in pixels[c::channels]]
        evaluators = [Exact()]
        if guarantee == "deployed":
            bits = {"float32": 24, "tf32": 11, "bfloat16": 8}[products]
            evaluators += [Rounded(rng, bits)] * 3
        names = [n[4] for n in net.nodes if "oftmax" not in n[0]]
        for point in self.points(rng, order, Fraction(epsilon), norm, domain):
            for evaluator in evaluators:
                if evaluator is not evaluators[0]:
                    point = [f32(x) for x in point]
                values = evaluator.run(net, point)
                for name, value in zip(["input", *names], proof.values):
                    unit = Fraction(2) ** value.exponent
                    for x, low, high in zip(values[name], value.low, value.high):
                        self.assertTrue(low * unit <= x <= high * unit,
                                        f"{name} seed {seed}: {float(x)}")
                logits = values[names[-1]]
                for j, margin in margins.items():
                    self.assertLessEqual(margin * Fraction(2) ** check.UNIT,
                                         logits[line["label"]] - logits[j], f"seed {seed}")
        return min(margins.values()), code


class Soundness(Case):
    """No interval and no margin is violated, whatever slopes a certificate has."""

    def test_exact(self):
        held = 0
        for seed in range(9):
            for kind in ("image", "vector"):
                norm = ("linf", "l2", "l1")[seed % 3]
                margin, code = self.compare(seed, kind, norm, "exact")
                self.assertEqual(code == 0, margin > 0)
                held += code == 0
        self.assertGreater(held, 3)

    def test_deployed(self):
        for seed in range(100, 109):
            for kind in ("image", "vector"):
                norm = ("linf", "l2", "l1")[seed % 3]
                products = ("float32", "tf32", "bfloat16")[seed // 3 % 3]
                self.compare(seed, kind, norm, "deployed", products)


class Rules(unittest.TestCase):
    """Single layers, at the ends of intervals, at bends and between."""

    def setUp(self):
        self.rng = random.Random(7)

    def value(self, pairs):
        """Intervals from pairs of fractions, which may be wider than these by little."""
        return check.Value([math.floor(a * 2 ** 80) for a, _ in pairs],
                           [math.ceil(b * 2 ** 80) for _, b in pairs], -80)

    def pairs(self, count):
        for _ in range(count):
            a = Fraction(self.rng.gauss(0, 1))
            yield a, a + Fraction(self.rng.choice([0, 2 ** -30, self.rng.random() * 2]))

    def between(self, layer, value, pairs, function):
        """Compares y = function(x) with both lines and the interval of each output."""
        result, (lines, bits, exponent, noise, *_) = layer.forward(value, self.slopes)
        for _ in range(15):
            x = [self.rng.choice([a, b, min(max(Fraction(0), a), b),
                                  a + (b - a) * Fraction(self.rng.random())]) for a, b in pairs]
            for i, y in enumerate(function(x)):
                j, s, t, k, u, v = (Fraction(z) for z in lines[i])
                unit, d = Fraction(2) ** exponent, noise[i] if noise else 0
                below = s * x[int(j)] / 2 ** bits + (t - d) * unit
                above = u * x[int(k)] / 2 ** bits + (v + d) * unit
                self.assertTrue(below <= y <= above, (i, float(below), float(y), float(above)))
                unit = Fraction(2) ** result.exponent
                self.assertTrue(result.low[i] * unit <= y <= result.high[i] * unit)

    def test_piecewise(self):
        for _ in range(60):
            pairs = list(self.pairs(8))
            self.slopes = {i: (Fraction(self.rng.randrange(-2 ** 26, 2 ** 26), 2 ** 24),) * 2
                           for i in range(0, 8, 2)}
            value, alpha = self.value(pairs), f32(self.rng.choice([0.01, 0.3, -2, 5, 1, 1e-30]))
            low = f32(self.rng.gauss(0, 0.5))
            high = low + self.rng.choice([0, 1])
            for layer, f in (
                    (check.Piecewise(8), lambda x: max(x, 0)),
                    (check.Piecewise(8, alpha), lambda x: x if x > 0 else alpha * x),
                    (check.Piecewise(8, bounds=[low, high]), lambda x: min(max(x, low), high))):
                self.between(layer, value, pairs, lambda x, f=f: list(map(f, x)))

    def test_leaky_noise(self):
        self.slopes, alpha = {}, f32(0.3)
        pairs = [(x, x) for x in (f32(self.rng.gauss(0, 1)) for _ in range(200))]
        layer = check.Piecewise(200, alpha, noisy=True)
        self.between(layer, self.value(pairs), pairs,
                     lambda x: [y if y > 0 else f32(alpha * y) for y in x])

    def test_noise_in_forms(self):
        """A form over a layer with noise falls by it: LeakyRelu's, and for numbers near 0."""
        unit = Fraction(2) ** check.UNIT
        value = self.value([(Fraction(-3), Fraction(-2))])
        layer = check.Piecewise(1, f32(0.3), noisy=True)
        for x in (1, -1):
            _, _, constant = layer.backward({0: x}, 0, layer.forward(value, {})[1])
            self.assertLessEqual(constant * unit, -3 * f32(0.3) / 2 ** 24)
        layer, _ = check.channel_map((1,), [Fraction(1)], [Fraction(0)])
        layer.factor = 1
        value = self.value([(Fraction(0), Fraction(1, 2 ** 75))])
        _, _, constant = layer.backward({0: 1}, 0, layer.forward([value])[1])
        self.assertLessEqual(constant * unit, -4 * Fraction(2) ** -126)

    def test_max_pool(self):
        self.slopes = {}
        for _ in range(200):
            pairs = list(self.pairs(6))
            windows = [self.rng.sample(range(6), n) for n in (1, 2, 3, 4)]
            self.between(check.MaxPool(windows), self.value(pairs), pairs,
                         lambda x, w=windows: [max(x[i] for i in window) for window in w])

    def test_usual_slopes(self):
        """The lines of a neuron that a certificate does not list."""
        for alpha, low, high, lower, upper in (
                (0, -1, 2, 1, Fraction(2, 3)), (0, -2, 1, 0, Fraction(1, 3)),
                (0, -1, 1, 0, Fraction(1, 2)), (Fraction(1, 4), -2, 1, Fraction(1, 4),
                                                Fraction(1, 2)),
                (3, -1, 2, Fraction(5, 3), 1), (3, -2, 1, Fraction(7, 3), 3)):
            layer = check.Piecewise(1, Fraction(alpha))
            _, (lines, bits, *_) = layer.forward(
                self.value([(Fraction(low), Fraction(high))]), {})
            for slope, expected in ((lines[0][1], lower), (lines[0][4], upper)):
                self.assertLess(abs(Fraction(slope, 2 ** bits) - expected), Fraction(1, 2 ** 40))

    def test_error_of_a_quotient(self):
        layer, _ = check.channel_map((1,), [check.near(Fraction(1, 3))[0]], [Fraction(0)],
                                     weight_error=check.near(Fraction(1, 3))[1])
        _, ((noise,), exponent) = layer.forward([self.value([(Fraction(1), Fraction(7))])])
        error = Fraction(1, 3) - layer.blocks[0][2][0][0] * Fraction(2) ** layer.exponent
        self.assertGreater(error, 0)
        self.assertGreaterEqual(noise * Fraction(2) ** exponent, 7 * error)

    def test_offset_that_cancels(self):
        """BatchNorm's beta - mean*scale may be computed with the rounding of both."""
        net = Net(1)
        net.add("BatchNormalization", ((1,), [f32(1)]), ((1,), [f32(1000.1)]),
                ((1,), [f32(1000.1)]), ((1,), [f32(1)]), epsilon=f32(0))
        network = check.Network(net.model())
        network.read({"guarantee": "deployed", "products": "float32"})
        _, ((noise,), exponent) = network.layers[1].forward(
            [self.value([(Fraction(0), Fraction(1, 1000))])])
        self.assertGreater(noise * Fraction(2) ** exponent, 2000 * Fraction(2) ** -24)

    def test_groups(self):
        """k adds up in a group, and g is that of k roundings."""
        net = Net(2)
        net.add("Sub", ((2,), [f32(1)] * 2))
        net.add("Gemm", ((2, 2), [f32(1)] * 4), transB=1)
        net.add("Identity")
        net.add("Gemm", ((2, 2), [f32(1)] * 4), transB=1)
        net.add("Relu")
        net.add("Gemm", ((2, 2), [f32(1)] * 4), transB=1)
        net.add("Gemm", ((2, 2), [f32(1)] * 4), transB=1)
        network = check.Network(net.model())
        for products, e in (("float32", 0), ("tf32", Fraction(1, 2 ** 10))):
            network.read({"guarantee": "deployed", "products": products})
            for v, k in ((1, 23), (2, 23), (4, 23), (6, 8), (7, 8)):
                gamma = Fraction(k, 2 ** 24 - k)
                g = e * (2 + e) + (1 + e * (2 + e)) * gamma
                self.assertEqual(network.layers[v].factor, math.ceil(g * 2 ** check.FACTOR))


class Answers(Case):
    """What holds by a hair, and what does not."""

    def folder(self, net, label=0, pixel=51, **more):
        line = {"index": 3, "label": label, "margins": "input",
                "pixels": base64.b64encode(bytes([pixel])).decode()}
        return Folder(self.path, net, [line], **more)

    def scores(self, *pairs):
        """A network of one input whose logits are w*x + b."""
        net = Net(1)
        size = len(pairs)
        net.add("Gemm", ((size, 1), [f32(w) for w, _ in pairs]),
                ((size,), [f32(b) for _, b in pairs]), transB=1)
        return net

    def test_margin_of_exactly_zero(self):
        for bias, code in ((0, 1), (2.0 ** -149, 0), (-(2.0 ** -149), 1)):
            folder = self.folder(self.scores((0, bias), (0, 0)), epsilon="0")
            folder.write()
            self.assertEqual(folder.check()[0], code, bias)

    def test_bars_of_deployed_networks(self):
        for softmax, bias, code in ((False, 2.0 ** -100, 0), (True, 2.0 ** -18, 1),
                                    (True, 2.0 ** -16, 0), (False, 2.0 ** -126, 1)):
            net = self.scores((0, bias), (0, 0))
            if softmax:
                net.add("Softmax", axis=-1)
            folder = self.folder(net, epsilon="0", guarantee="deployed")
            folder.write()
            self.assertEqual(folder.check()[0], code, bias)

    def test_radius(self):
        """x = 51/255 = 0.2 within epsilon is below 0.25: epsilon 0.0499 holds, 0.0501 does not."""
        for norm in ("linf", "l2", "l1"):
            for epsilon, code in (("0.0499", 0), ("0.0501", 1), ("499/10000", 0), ("0.05", 1)):
                folder = self.folder(self.scores((-1, 0.25), (0, 0)), norm=norm, epsilon=epsilon)
                folder.write()
                self.assertEqual(folder.check()[0], code, (norm, epsilon))

    def test_balls(self):
        """0.1 - x - y at x = y = 0 has the margin 0.1 - epsilon*sqrt(2) for l2, behind Relu too."""
        net = Net(2)
        net.add("Gemm", ((1, 2), [f32(-1), f32(-1)]), ((1,), [f32(0.1)]), transB=1)
        net.add("Relu")
        net.add("Gemm", ((2, 1), [f32(1), f32(0)]), transB=1)
        for norm, epsilon, code in (("linf", "0.0501", 1), ("l2", "0.0501", 0), ("l1", "0.0501", 0),
                                    ("l2", "0.0708", 1), ("l1", "0.0708", 0), ("l1", "0.1001", 1)):
            for margins in ("intervals", "input"):  # All neurons in front of the Relu are refined.
                line = {"index": 3, "label": 0, "margins": margins,
                        "pixels": base64.b64encode(bytes(2)).decode()}
                folder = Folder(self.path, net, [line], norm=norm, epsilon=epsilon)
                folder.write()
                self.assertEqual(folder.check()[0], code, (norm, epsilon))

    def test_margins_over_intervals(self):
        """relu(x) - relu(x) + 0.01: intervals forget what both have in common, passes do not."""
        net = Net(1)
        first = net.add("Gemm", ((1, 1), [f32(1)]), ((1,), [f32(-0.2)]), transB=1)
        left = net.add("Relu")
        right = net.add("Relu", reads=[first])
        net.add("Concat", reads=[left, right], axis=1)
        net.add("Gemm", ((2, 2), [f32(x) for x in (1, -1, 0, 0)]), ((2,), [f32(0.06), f32(0)]),
                transB=1)
        for margins, code in (("intervals", 1), ("input", 0)):
            line = {"index": 3, "label": 0, "margins": margins,
                    "pixels": base64.b64encode(bytes([51])).decode(),
                    "slopes": [{"layer": "/v1", "lower": [2 ** 23], "neurons": [0]}]}
            folder = Folder(self.path, net, [line], epsilon="0.1")
            folder.write()
            self.assertEqual(folder.check()[0], code, margins)
        net = self.scores((1, -0.19), (0, 0))
        line = {**line, "margins": "intervals"}
        del line["slopes"]
        folder = Folder(self.path, net, [line], epsilon="0.009")
        folder.write()
        self.assertEqual(folder.check()[0], 0)

    def test_totals(self):
        net = self.scores((1, 0), (0, 0.5))
        lines = [{"index": i, "label": 0, "margins": "input",
                  "pixels": base64.b64encode(bytes([100 + 20 * i])).decode()} for i in range(4)]
        folder = Folder(self.path, net, lines, epsilon="0.001", guarantee="deployed")
        folder.write()
        code, out = folder.check()
        self.assertEqual(code, 1)
        self.assertIn("2 of 4 certificates hold: tests examples 0 to 9, linf epsilon 0.001, "
                      "deployed network in float32", out)
        self.assertIn("example 0: the margin over class 1", out)
        code, out = folder.check("--examples", "2:4", "--jobs", "2", "--verbose")
        self.assertEqual(code, 0)
        self.assertIn("example 2: holds\nexample 3: holds\n2 of 2", out)
        self.assertEqual(folder.check("--jobs", "2")[0], 1)

    def test_slopes(self):
        """relu(x) + 0.01 for x in [-0.1, 0.1] is proved with the slope 0, not with 1."""
        net = Net(1)
        net.add("Gemm", ((1, 1), [f32(1)]), ((1,), [f32(-0.2)]), transB=1)
        net.add("Relu")
        net.add("Gemm", ((2, 1), [f32(1), f32(0)]), ((2,), [f32(0.01), f32(0)]), transB=1)
        line = {"index": 3, "label": 0, "margins": "input",
                "pixels": base64.b64encode(bytes([51])).decode()}
        for slope, code in ((0, 0), (2 ** 24, 1)):
            line["slopes"] = [{"layer": "/v1", "lower": [slope], "neurons": [0]}]
            folder = Folder(self.path, net, [line], epsilon="0.1")
            folder.write()
            self.assertEqual(folder.check()[0], code)
        line["own"] = [{"class": 1, "slopes": [{"layer": "/v1", "lower": [0]}]}]
        folder.write()
        self.assertEqual(folder.check()[0], 0)

    def test_own_slopes_of_a_sign(self):
        """relu(x) - x for x in [-0.1, 0.1] is at least (s - 1)*x: the slope 1 is needed."""
        net = Net(1)
        first = net.add("Gemm", ((1, 1), [f32(1)]), ((1,), [f32(-0.2)]), transB=1)
        relu = net.add("Relu")
        other = net.add("Mul", ((1,), [f32(-1)]), reads=[first])
        net.add("Add", reads=[relu, other])
        net.add("Clip", ((), [f32(-9)]), ((), [f32(9)]))
        line = {"index": 3, "label": 0, "margins": "input",
                "slopes": [{"layer": "/v1", "lower": [0], "neurons": [0]}],
                "pixels": base64.b64encode(bytes([51])).decode(),
                "refined": [{"layer": "/v4", "neurons": [0]}]}
        for sign, expected in ((0, -0.1), (1, 0), (-1, -0.1)):
            if sign:
                line["own"] = [{"layer": "/v4", "neuron": 0, "sign": sign,
                                "slopes": [{"layer": "/v1", "lower": [2 ** 8]}]}]
            Folder(self.path, net, [line], epsilon="0.1").write()
            loaded = check.Folder(self.path)
            proof = check.Proof(loaded.network, loaded.inputs, next(loaded.certificates()))
            value = proof.values[4]
            self.assertAlmostEqual(value.low[0] * 2.0 ** value.exponent, expected, 5)
            self.assertAlmostEqual(value.high[0] * 2.0 ** value.exponent, 0.1, 5)


class Refusals(Case):
    """Files that are not as the page says end with 65 and one line."""

    def good(self):
        net = Net(1, 2, 2)
        net.add("Conv", ((2, 1, 1, 1), [f32(1), f32(-1)]), ((2,), [f32(0.1)] * 2))
        net.add("LeakyRelu", alpha=f32(0.25))
        net.add("Clip", ((), [f32(-1)]), ((), [f32(2)]))
        net.add("Reshape", ((2,), [0, -1], True))
        net.add("Gemm", ((3, 8), [f32(k - 12) for k in range(24)]), transB=1)
        net.add("Softmax", axis=-1)
        own = [{"layer": "/v1", "lower": [0, 256]}, {"layer": "/v2", "lower": [1]}]
        line = {"index": 4, "label": 2, "margins": "input",
                "pixels": base64.b64encode(bytes([9, 8, 7, 200])).decode(),
                "slopes": [{"layer": "/v1", "lower": [0, 2 ** 24], "neurons": [1, 3]},
                           {"layer": "/v2", "lower": [0], "neurons": [7], "upper": [2 ** 24]}],
                "refined": [{"layer": "/v2", "neurons": [0, 5]}],
                "own": [{"class": 0, "slopes": own}, {"class": 1, "slopes": own},
                        {"layer": "/v2", "neuron": 5, "sign": 1, "slopes": own[:1]},
                        {"layer": "/v2", "neuron": 5, "sign": -1, "slopes": own[:1]}]}
        folder = Folder(self.path, net, [line], epsilon="0.001", guarantee="deployed")
        folder.write()
        return folder

    def refused(self, folder, what, codes=(65,)):
        code, out = folder.check()
        self.assertIn(code, codes, f"{what}: {out}")
        self.assertNotIn("Traceback", out)
        if code == 65:
            self.assertEqual(out.count("\n"), 1, out)
        return out

    def test_good(self):
        code, out = self.good().check()
        self.assertIn(code, (0, 1), out)

    def mutations(self, item):
        """Copies of a JSON value with one thing changed, everywhere."""
        if isinstance(item, dict):
            for key in item:
                yield {k: v for k, v in item.items() if k != key}, f"without {key}"
                yield {**{k: v for k, v in item.items() if k != key}, key + "x": item[key]}, key
                for value, what in self.mutations(item[key]):
                    yield {**item, key: value}, f"{key} {what}"
            yield {**item, "aaa": 1}, "with aaa"
        elif isinstance(item, list):
            for k, part in enumerate(item):
                for value, what in self.mutations(part):
                    yield [*item[:k], value, *item[k + 1:]], f"{k} {what}"
            yield [*item, *item[-1:]], "with its last item twice"
            yield item[::-1] if len(item) > 1 else None, "reversed"
        for value in (None, True, 1.5, -2 ** 30, 2 ** 70, "?", [], {}, [[]], [None]):
            if value != item:
                yield value, f"as {value}"

    # A text that may be any, and slopes that may have any order or be left out.
    FREE = ("methods as []", "methods 0 as ?", "methods 1 as ?", "methods reversed",
            "methods with its last item twice", "version as ?", "name as ?", "domain as None",
            "reversed",
            "without own", "without slopes", "without refined", "lower")

    def test_mutated_run(self):
        folder = self.good()
        run = json.loads((self.path / "run.json").read_bytes())
        for value, what in self.mutations(run):
            if any(what.endswith(f) for f in self.FREE[:8]):
                continue
            # A change is refused for what it is, not only for the seal.
            text = sealed(value) if isinstance(value, dict) and "seal" in value else compact(value)
            (self.path / "run.json").write_bytes(text + b"\n")
            changes_seal = isinstance(value, dict) and value.get("seal") != run["seal"]
            if text != sealed(run) or not changes_seal:
                self.refused(folder, what)
            if changes_seal:
                (self.path / "run.json").write_bytes(compact(value) + b"\n")
                self.refused(folder, what)
        for bad in (b"", b"{}", b"\xff\n", b"[" * 100000 + b"\n", compact(run),
                    compact(run) + b"\r\n", b"1" * 5000 + b"\n", b"NaN\n",
                    compact(run).replace(b'"norm"', b'"network":0,"norm"') + b"\n",
                    compact(run).replace(b",", b", ") + b"\n"):
            (self.path / "run.json").write_bytes(bad)
            self.refused(folder, bad[:40])
        for epsilon in ("", "-1", "1e333", "1/0", "0x1", ".", "1/2/3", "9" * 50, "1\n", "٣"):
            folder.write(run={"epsilon": epsilon})
            self.refused(folder, epsilon)

    def test_mutated_example(self):
        folder = self.good()
        for value, what in self.mutations(folder.lines[0]):
            folder.write(examples=compact(value) + b"\n")
            free = what.endswith("reversed") and "lower" in what or what in self.FREE
            self.refused(folder, what, (0, 1, 65) if free else (65,))
        line = compact(folder.lines[0])
        for bad in (line, line + b"\n\n", line + b"\n" + line + b"\n", b"", b"\n", b"\xff\n",
                    line.replace(b'"own"', b'"margins":"input","own"') + b"\n",
                    line.replace(b"=", b"") + b"\n", line.replace(b":2,", b":3,", 1) + b"\n",
                    b'{"a":' * 100000 + b"\n", b'"\\ud800"\n', b'{"\\ud800":1}\n'):
            folder.write(examples=bad)
            self.refused(folder, bad[:40])
        folder.write(examples=line + b"\n", run={"certificates": "0" * 64})
        self.refused(folder, "digest")
        folder.write(run={"network": "0" * 64})
        self.refused(folder, "digest")
        folder.write(run={"certified": 2})
        self.refused(folder, "certified")

    def test_truncated_and_changed_network(self):
        folder = self.good()
        for end in range(len(folder.model)):
            folder.write(model=folder.model[:end])
            self.refused(folder, end)
        graph_start = folder.model.index(b"\x3a")
        rng = random.Random(5)
        original = check.hashlib.sha256
        for _ in range(200):  # Changed bytes, whose digest is made to fit.
            changed = bytearray(folder.model)
            for _ in range(rng.choice([1, 1, 2, 5])):
                changed[rng.randrange(graph_start, len(changed))] = rng.randrange(256)
            folder.write(model=bytes(changed))
            try:
                graph = check.Network(bytes(changed)).graph
            except check.Refused:
                graph = b""
            folder.write(model=bytes(changed), run={"network": original(graph).hexdigest()})
            self.refused(folder, changed.hex(), (0, 1, 65))

    def network_refused(self, net, word, model=None):
        line = {"index": 1, "label": 0, "margins": "input", "pixels": base64.b64encode(
            bytes(math.prod(net.shapes["input"]))).decode()}
        folder = Folder(self.path, net, [line])
        folder.write(model=model)
        self.assertIn(word, self.refused(folder, word))

    def test_operators(self):
        net = Net(2)
        net.add("Identity")
        net.nodes[0] = ("Erf", *net.nodes[0][1:])
        self.network_refused(net, "Erf")
        for bad in (math.nan, math.inf):
            net = Net(2)
            net.add("Gemm", ((2, 2), [f32(1)] * 4), transB=1)
            net.constants["v0.0"] = ([2, 2], [1, 2, bad, 3], False)
            self.network_refused(net, "NaN or infinite")
        net = Net(2)
        net.add("Mul", ((2,), [f32(2.0 ** 99)] * 2))
        net.add("Add", ((2,), [f32(2.0 ** 101)] * 2))
        self.network_refused(net, "2^100")
        for name, value in (("transB", 0), ("alpha", f32(2)), ("transA", 1), ("gamma", 1),
                            ("alpha", 0x3F800000), ("beta", f32(0.5))):
            net = Net(2)
            net.add("Gemm", ((2, 2), [f32(1)] * 4), **{"transB": 1, name: value})
            self.network_refused(net, name)
        net = Net(1, 3, 3)
        net.add("Conv", ((2, 1, 1, 1), [f32(1)] * 2))
        net.nodes[0][3]["pads"] = [2 ** 40] * 4
        self.network_refused(net, "pads")
        net = Net(2)
        net.add("Softmax")
        net.add("Relu")
        self.network_refused(net, "behind the softmax")

    def test_huge_claims(self):
        net = Net(2)
        net.add("Gemm", ((2, 2), [f32(1)] * 4), transB=1)
        net.constants["v0.0"][0][:] = [2 ** 50, 2 ** 50]
        self.network_refused(net, "does not have 4 numbers")
        net = Net(2)
        net.add("Identity")
        net.shapes["input"] = (2 ** 31, 2 ** 31, 2 ** 31)
        folder = Folder(self.path, net, [])
        folder.write()
        self.refused(folder, "shape")

    def test_options_and_missing_files(self):
        folder = self.good()
        for options in (["--what"], ["--examples", "10:20"], ["--examples", "3"],
                        ["--examples", "3:3"], ["--jobs", "0"], ["--images", "x"]):
            self.assertEqual(folder.check(*options)[0], 64, options)
        self.assertEqual(folder.check("--model", str(self.path / "none.onnx"))[0], 66)
        self.assertEqual(folder.check("--model", str(self.path / "network.onnx"))[0],
                         folder.check()[0])
        other = Net(2)
        other.add("Identity")
        (self.path / "other.onnx").write_bytes(other.model())
        self.assertEqual(folder.check("--model", str(self.path / "other.onnx"))[0], 65)
        (self.path / "run.json").unlink()
        self.assertEqual(folder.check()[0], 66)

    def test_data(self):
        folder = self.good()
        images = bytearray(7 * 4)
        images[16:20] = bytes([9, 8, 7, 200])
        labels = bytearray(7)
        labels[4] = 2

        def digest(first, count):
            return hashlib.sha256(struct.pack("<5q", count, 2, 2, 1, 3) + bytes(
                images[first * 4:(first + count) * 4]) + bytes(labels[first:first + count]))

        def answer(images=images, labels=labels, first=2, count=5):
            data = {"count": count, "first": first, "name": "n",
                    "sha256": digest(2, 5).hexdigest()}
            folder.write(run={"data": data})
            head = struct.pack(">4I", 0x803, len(labels), 2, 2)
            (self.path / "i.gz").write_bytes(gzip.compress(head + images))
            (self.path / "l").write_bytes(struct.pack(">2I", 0x801, len(labels)) + labels)
            return folder.check("--images", str(self.path / "i.gz"), "--labels",
                                str(self.path / "l"))[0]

        good = folder.check()[0]
        self.assertEqual(answer(), good)
        self.assertEqual(answer(images=images[:-1] + b"x"), 65)
        self.assertEqual(answer(labels=labels[:-1] + b"x"), 65)
        self.assertEqual(answer(count=4), 65)
        self.assertEqual(answer(images=images[:-1]), 65)
        self.assertEqual(answer(count=6), 65)
        (self.path / "i.gz").write_bytes(gzip.compress(b"abc" * 99)[:-9])
        self.assertEqual(folder.check("--images", str(self.path / "i.gz"), "--labels",
                                      str(self.path / "l"))[0], 65)
        images[17] = 0
        self.assertEqual(answer(), 65)


if __name__ == "__main__":
    unittest.main()
