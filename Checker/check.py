#!/usr/bin/env python3
"""Checks the certificates in a folder that `crownwork certify --certificates` wrote.

    python3 check.py FOLDER [--model MODEL.onnx] [--images IDX --labels IDX] [--examples A:B]

Documentation/certificates.md says what is in the folder and what a checker computes, and
Documentation/soundness.md has the lemmas. This file shares no code with Crownwork and needs only
Python's standard library. It computes in integers times powers of two and has no floats.

The network's values have numbers: 0 is its input, and the i-th node makes value i. A vector is a
list of integers with one exponent e; they stand for integer * 2^e.
"""

import argparse
import base64
import contextlib
import gzip
import hashlib
import json
import math
import multiprocessing
import re
import struct
import sys
import zlib
from fractions import Fraction
from operator import mul, neg
from pathlib import Path

GRID = 60  # Intervals and coefficients are rounded to 60 bits (two of CPython's digits).
UNIT = -256  # The constant of a linear form is an integer times 2^-256.
SLOPE = 48  # Slopes of lines are integers times 2^-48, or finer.
QUOTIENT = 150  # Quotients and roots in weights are rounded to multiples of 2^-150.
FACTOR = 90  # The factors of noise are rounded upwards to multiples of 2^-90.
BYTES = 10 ** 9  # More are not read of a file.
SCALARS = 2 ** 22  # A value has no more, and a layer reads no more than 16 times as many places.


class Refused(Exception):
    """A file is not what certificates.md says."""


class Missing(Exception):
    """A file cannot be opened."""


class Usage(Exception):
    """An option does not fit the folder."""


@contextlib.contextmanager
def at(place):
    """Puts a place in front of the message."""
    try:
        yield
    except Refused as error:
        raise Refused(f"{place}: {error}") from None


def require(condition, message):
    if not condition:
        raise Refused(message)


# ---- Numbers ---------------------------------------------------------------------------------


def down(x, exponent, unit):
    """The largest n with n * 2^unit <= x * 2^exponent."""
    return x << exponent - unit if exponent >= unit else x >> unit - exponent


def up(x, exponent, unit):
    """The least n with n * 2^unit >= x * 2^exponent."""
    return -down(-x, exponent, unit)


def power(exponent):
    return Fraction(2) ** exponent


def near(quotient):
    """A multiple q of 2^-QUOTIENT and an error d with |quotient - q| <= d."""
    q = math.floor(quotient * power(QUOTIENT)) * power(-QUOTIENT)
    return q, (power(-QUOTIENT) if q != quotient else Fraction(0))


def inverse_root(weight, radicand):
    """A multiple s of 2^-QUOTIENT and an error d with |weight/sqrt(radicand) - s| <= d.

    Since isqrt(floor(x)) = floor(sqrt(x)), t <= |weight|/sqrt(radicand) * 2^QUOTIENT < t + 1.
    """
    t = math.isqrt(math.floor(weight * weight * power(2 * QUOTIENT) / radicand))
    return (-t if weight < 0 else t) * power(-QUOTIENT), power(-QUOTIENT)


def integers_of(fractions):
    """Fractions whose denominators are powers of two, as integers with one exponent."""
    bits = max((f.denominator.bit_length() - 1 for f in fractions), default=0)
    return [f.numerator << bits + 1 - f.denominator.bit_length() for f in fractions], -bits


def decoded(words):
    """Float32 numbers, given as 32-bit words, as integers with the least exponent of them."""
    require(all(w >> 23 & 255 < 255 for w in words), "a number is NaN or infinite")
    exponents = [max(w >> 23 & 255, 1) - 150 for w in words]
    sizes = [w & 0x7FFFFF | (0x800000 if w >> 23 & 255 else 0) for w in words]
    least = min((e for e, m in zip(exponents, sizes) if m), default=0)
    return [(-m if w >> 31 else m) << e - least if m else 0
            for w, e, m in zip(words, exponents, sizes)], least


def fractions(words):
    integers, exponent = decoded(words)
    return [x * power(exponent) for x in integers]


class Value:
    """The intervals [low, high] of a value's scalars, rounded outwards to GRID bits.

    size has the larger of |low| and |high| of each scalar, and total is the sum of the sizes.
    """

    def __init__(self, low, high, exponent):
        bits = max(max(high), -min(low)).bit_length()
        require(bits + exponent <= 100, "a value reaches 2^100")
        self.exponent = exponent + bits - GRID
        self.low = [down(x, exponent, self.exponent) for x in low]
        self.high = [up(x, exponent, self.exponent) for x in high]
        self.measure()

    def measure(self):
        self.size = list(map(max, self.high, map(neg, self.low)))
        self.total = sum(self.size)

    def least(self, form):
        """The least value of a form over the intervals."""
        return sum(x * (self.low[i] if x > 0 else self.high[i]) for i, x in form.items())


# ---- Affine layers ---------------------------------------------------------------------------


class Affine:
    """y = Wx + b, in blocks (outputs, inputs, a row of weights for each of the outputs).

    Rows are integers times 2^exponent. weight_error bounds what a weight differs from the
    network's by, and bias_error what an offset does; magnitude bounds all that makes up the
    offset (fractions). products is the largest number of products of an output, and 0 for a
    move, which has no noise.
    """

    def __init__(self, size, blocks, exponent=0, products=0, bias=None, magnitude=None,
                 weight_error=Fraction(0), bias_error=None, light=False):
        require(products <= 2 ** 20, "it has a sum of more than 2^20 products")
        bias = bias or [Fraction(0)] * size
        parts = bias + (magnitude or list(map(abs, bias))) + (bias_error or [Fraction(0)] * size)
        parts, self.bias_exponent = integers_of(parts)
        self.bias, self.magnitude = parts[:size], parts[size:2 * size]
        self.bias_error, self.weight_error = parts[2 * size:], up(
            weight_error.numerator, 1 - weight_error.denominator.bit_length(), exponent)
        self.size, self.exponent, self.products = size, exponent, products
        self.blocks, self.place, absolute = [], [None] * size, {}
        for outputs, inputs, rows in blocks:
            if id(rows) not in absolute:
                absolute[id(rows)] = [list(map(abs, row)) for row in rows]
            for k, output in enumerate(outputs):
                self.place[output] = len(self.blocks), k
            self.blocks.append((outputs, inputs, rows, absolute[id(rows)]))
        self.largest = max((max(map(max, a)) for a in absolute.values() if a[0]), default=0)
        count = sum(len(outputs) * len(inputs) for outputs, inputs, _ in blocks)
        reads = len({i for _, inputs, _ in blocks for i in inputs})
        self.light = light or products == 0 or count <= reads
        self.factor = 0  # g(k) in units of 2^-FACTOR, or 0 for the guarantee `exact`.

    def map(self, vector, magnitudes=False):
        """W times a vector, or |W| times it."""
        result = [0] * self.size
        for outputs, inputs, rows, absolute in self.blocks:
            part = [vector[i] for i in inputs]
            for output, row in zip(outputs, absolute if magnitudes else rows):
                result[output] = sum(map(mul, row, part))
        return result

    def transposed(self, form):
        """A form times W. A form is a dictionary of the coefficients that are not 0."""
        chosen, result = {}, {}
        for output in form:
            block, k = self.place[output]
            chosen.setdefault(block, []).append((output, k))
        for block, pairs in chosen.items():
            _, inputs, rows, _ = self.blocks[block]
            coefficients = [form[output] for output, _ in pairs]
            for i, column in zip(inputs, zip(*[rows[k] for _, k in pairs])):
                result[i] = result.get(i, 0) + sum(map(mul, coefficients, column))
        return result

    def forward(self, values):
        """The output's intervals and D, from c' = Wc + b and r' = |W|r + D.

        E = |W - W'|a + |b - b'| and D = g*(V + E) + E with V = |W|a + |b|. A deployed layer also
        has 2^-126 * (n + 1) * (1 + the largest weight + the largest a).
        """
        e = min(value.exponent for value in values)
        low, high, size = ([x << v.exponent - e for v in values for x in getattr(v, name)]
                           for name in ("low", "high", "size"))
        unit = min(self.exponent + e - 1, self.bias_exponent, -128)
        shift, bias_shift = self.exponent + e - unit, self.bias_exponent - unit
        noise = [b << bias_shift for b in self.bias_error]
        if self.weight_error:
            for outputs, inputs, _, _ in self.blocks:
                for output in outputs:
                    noise[output] += sum(size[i] for i in inputs) * self.weight_error << shift
        if self.factor and self.products:
            tiny = 1 + up(self.largest, self.exponent, 0) + up(max(size), e, 0)
            tiny = up((self.products + 1) * tiny, -126, unit)
            noise = [d + tiny + up(self.factor * ((v << shift) + (b << bias_shift) + d), -FACTOR, 0)
                     for d, v, b in zip(noise, self.map(size, True), self.magnitude)]
        twice_centre, twice_radius = map(int.__add__, low, high), map(int.__sub__, high, low)
        centre = [(x << shift - 1) + (b << bias_shift)
                  for x, b in zip(self.map(list(twice_centre)), self.bias)]
        radius = [(x << shift - 1) + d
                  for x, d in zip(self.map(list(twice_radius), True), noise)]
        cut = max(max(noise).bit_length() - GRID, 0)
        return Value(list(map(int.__sub__, centre, radius)), list(map(int.__add__, centre, radius)),
                     unit), ([up(d, 0, cut) for d in noise], unit + cut)

    def backward(self, form, exponent, memory):
        """form * y >= (form W) * x + constant, with the constant form * b - |form| * D."""
        noise, noise_exponent = memory
        offset = sum(x * self.bias[i] for i, x in form.items())
        loss = sum(abs(x) * noise[i] for i, x in form.items())
        return self.transposed(form), exponent + self.exponent, down(
            offset, exponent + self.bias_exponent, UNIT) - up(loss, exponent + noise_exponent, UNIT)


# ---- Layers that are not affine --------------------------------------------------------------


class Relaxed:
    """A layer that a line (j, s, t, k, S, T) bounds: s*x_j + t <= y <= S*x_k + T for an output.

    Its memory of an example: the lines, the bits of slopes (units of 2^-bits), the exponent of
    intercepts and noise, the noise of each output or None, and a function that makes a line.
    """

    def backward(self, form, exponent, memory):
        """The lower line where a coefficient is positive, the upper line where it is negative."""
        lines, bits, line_exponent, noise, _ = memory
        result, constant = {}, 0
        for i, x in form.items():
            j, slope, intercept = lines[i][:3] if x > 0 else lines[i][3:]
            result[j] = result.get(j, 0) + x * slope
            constant += x * intercept - (abs(x) * noise[i] if noise else 0)
        return result, exponent - bits, down(constant, exponent + line_exponent, UNIT)


class Piecewise(Relaxed):
    """Relu (alpha = 0), LeakyRelu and Clip (bounds): a piecewise linear f with bends.

    For any slope s, with p = low, high and the bends between them:
    s*h + min(f(p) - s*p) <= f(h) <= s*h + max(f(p) - s*p).
    """

    def __init__(self, size, alpha=Fraction(0), bounds=None, noisy=False):
        self.size, self.bounds, self.noisy = size, bounds, noisy
        self.bits = max(SLOPE, alpha.denominator.bit_length() - 1)
        self.alpha, self.one = int(alpha * 2 ** self.bits), 1 << self.bits
        self.bends, self.bend_exponent = integers_of(bounds or [Fraction(0)])

    def slopes(self, low, high, bends, chord, chosen):
        """The slopes of both lines of a neuron with a bend between low and high."""
        first, second = (None if s is None else int(s * self.one) for s in chosen)
        if self.bounds:
            return chord if first is None else first, chord if second is None else second
        if first is None:
            first = self.one if high > -low else self.alpha
        return (first, chord) if self.alpha <= self.one else (chord, first)

    def forward(self, value, slopes):
        """The output's intervals, and the memory. slopes[i] are (lower, upper) or None."""
        e = min(value.exponent, self.bend_exponent) if self.bounds else value.exponent
        bends = [b << self.bend_exponent - e if b else 0 for b in self.bends]
        ends = [(a << value.exponent - e, b << value.exponent - e)
                for a, b in zip(value.low, value.high)]

        def f(p):
            if self.bounds:
                return min(max(p, bends[0]), bends[1]) << self.bits
            return p << self.bits if p > 0 else p * self.alpha

        def line(i, chosen):
            low, high = ends[i]
            points = [low, *(p for p in bends if low < p < high), high]
            images = [f(p) for p in points]
            if len(points) > 2:
                chord = (images[-1] - images[0]) // (high - low)
                first, last = self.slopes(low, high, bends, chord, chosen)
            elif self.bounds:
                first = last = self.one if bends[0] <= low and high <= bends[1] else 0
            else:
                first = last = self.one if low >= 0 else self.alpha
            return (i, first, min(y - first * p for y, p in zip(images, points)),
                    i, last, max(y - last * p for y, p in zip(images, points)),
                    min(images), max(images))

        lines = [line(i, slopes.get(i, (None, None))) for i in range(self.size)]
        noise = [0] * self.size
        if self.noisy:  # D = 2^-24 * |alpha| * max(-low, 0) + 2^-126.
            tiny = up(1, -126, e - self.bits)
            noise = [up(abs(self.alpha) * max(-low, 0), -24, 0) + tiny for low, _ in ends]
        result = Value([x[6] - d for x, d in zip(lines, noise)],
                       [x[7] + d for x, d in zip(lines, noise)], e - self.bits)
        return result, ([x[:6] for x in lines], self.bits, e - self.bits, noise, line)


class MaxPool(Relaxed):
    """The largest of each window, which is a list of places."""

    def __init__(self, windows):
        self.windows, self.size = windows, len(windows)

    def forward(self, value, _):
        """Below, x_j with the largest low end. Above, with v the largest end but that of x_k:

        x_k if v <= low_k, else s*x_k + max(v - s*low_k, high_k - s*high_k) with s in [0, 1].
        """
        low, high, one, lines = value.low, value.high, 1 << SLOPE, []
        for window in self.windows:
            j, k = max(window, key=low.__getitem__), max(window, key=high.__getitem__)
            v = max((high[i] for i in window if i != k), default=low[k])
            slope, intercept = one, 0
            if v > low[k]:
                slope = (high[k] - v << SLOPE) // (high[k] - low[k])
                intercept = max((v << SLOPE) - slope * low[k], high[k] * (one - slope))
            lines.append((j, one, 0, k, slope, intercept))
        result = Value([low[x[0]] for x in lines], [high[x[3]] for x in lines], value.exponent)
        return result, (lines, SLOPE, value.exponent - SLOPE, None, None)


# ---- The ONNX file ---------------------------------------------------------------------------


def fields_of(text):
    """Fields of a protobuf message: i a number, f a Float32, b bytes, capitals for repeated ones.

    Those without a name are read over, and all others are refused.
    """
    return {int(number): (kind, name) for number, kind, name in
            re.findall(r"(\d+)([ibfIBF]?)(\w*)", text)}


MODEL = fields_of("1 2 3 4 5 6 7bgraph 8Bopsets 14")
OPSET = fields_of("1bdomain 2iversion")
GRAPH = fields_of("1Bnodes 2 5Bconstants 10 11Binputs 12Boutputs 13 16")
NODE = fields_of("1Binputs 2Boutputs 3bname 4boperator 5Battributes 6 7bdomain 9")
ATTRIBUTE = fields_of("1bname 2ffloat 3iint 4btext 8Iints 13 20itype")
TENSOR = fields_of("1Idims 2itype 4Ffloats 7Iints 8bname 9braw 12 14ilocation")
VALUE = fields_of("1bname 2btype 3 4")
TYPE = fields_of("1btensor 6")
TENSOR_TYPE = fields_of("1itype 2bshape")
SHAPE = fields_of("1Bdims")
DIMENSION = fields_of("1ivalue 2 3")


def varint(data, start):
    """A number of 64 bits with a sign, in bytes of seven bits, and where it ends."""
    value = 0
    for k in range(start, start + 10):
        require(k < len(data), "it ends within a number")
        value |= (data[k] & 127) << 7 * (k - start)
        if data[k] < 128:
            require(value < 2 ** 64, "a number has more than 64 bits")
            return value - (value >> 63 << 64), k + 1
    raise Refused("a number has more than 64 bits")


def message(data, fields):
    """The fields of a protobuf message by name."""
    data, place = memoryview(data or b""), 0
    result = {name: [] if kind in "IBF" else None for kind, name in fields.values() if name}
    while place < len(data):
        key, place = varint(data, place)
        number, wire = key >> 3, key & 7
        require(wire in (0, 1, 2, 5), f"field {number} has the wire type {wire}")
        if wire == 0:
            value, place = varint(data, place)
        else:
            length, place = varint(data, place) if wire == 2 else (8 if wire == 1 else 4, place)
            require(0 <= length <= len(data) - place, f"it ends within field {number}")
            value, place = data[place:place + length], place + length
        require(number in fields, f"field {number} is not one that certificates have")
        kind, name = fields[number]
        if not kind:
            continue
        require(wire in {"i": (0,), "f": (5,), "I": (0, 2), "F": (5, 2)}.get(kind, (2,)),
                f"{name} has the wire type {wire}")
        if kind in "IF" and wire == 2 or kind in "fF":
            value = numbers(value, kind)
        if kind in "IF":
            result[name] += value if isinstance(value, list) else [value]
        elif kind == "B":
            result[name].append(value)
        else:
            require(result[name] is None, f"it has two fields {name}")
            result[name] = value[0] if kind == "f" else value
    return result


def numbers(data, kind):
    """The numbers of a packed field: Float32 as 32-bit words, or varints."""
    if kind in "fF":
        require(len(data) % 4 == 0, "its bytes are no multiple of four")
        return list(struct.unpack(f"<{len(data) // 4}I", data))
    place, result = 0, []
    while place < len(data):
        value, place = varint(data, place)
        result.append(value)
    return result


def text(data):
    try:
        return bytes(data or b"").decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("a name is not UTF-8") from None


def tensor(data):
    """A constant: its name, its type (1 Float32, 7 int64), dimensions and numbers."""
    item = message(data, TENSOR)
    with at(f"constant {text(item['name'])!r}"):
        kind, dims, raw = item["type"], item["dims"], item["raw"]
        require(not item["location"], "its numbers are in another file")
        require(kind in (1, 7), f"its data type is {kind}, neither Float32 nor int64")
        data = item["floats"] if kind == 1 else item["ints"]
        if raw is not None:
            width, code = (4, "I") if kind == 1 else (8, "q")
            require(not data and len(raw) % width == 0, f"it has {len(raw)} bytes")
            data = list(struct.unpack(f"<{len(raw) // width}{code}", raw))
        require(all(0 < d <= len(data) for d in dims) and math.prod(dims) == len(data),
                f"its shape {dims} does not have {len(data)} numbers")
    return text(item["name"]), (kind, dims, data)


# Attributes that nothing is computed from, with the one value that they may have.
NEUTRAL = {"auto_pad": "NOTSET", "ceil_mode": 0, "storage_order": 0, "training_mode": 0,
           "transA": 0, "alpha": Fraction(1), "beta": Fraction(1), "allowzero": 0,
           "mode": "constant"}


class Node:
    """A node: names of inputs, the values among them with their shapes, and attributes."""

    def __init__(self, data, values, shapes, constants):
        item = message(data, NODE)
        self.name, self.operator = text(item["name"]), text(item["operator"])
        self.names, self.constants = list(map(text, item["inputs"])), constants
        self.data, self.domain, outputs = item["attributes"], item["domain"], item["outputs"]
        self.output = text(outputs[0]) if len(outputs) == 1 else ""
        self.values = [values[n] for n in self.names if n in values]
        self.shapes = [shapes[v] for v in self.values]
        self.shape = self.shapes[0] if self.shapes else ()

    def build(self):
        """The layer and the shape of its output."""
        require(self.operator in OPERATORS and not self.domain,
                f"the operator {self.operator} has no rule")
        require(self.output, "it has not one output")
        require(self.shape and self.names[0] not in self.constants, "its first input is no value")
        self.attributes = {}
        for data in self.data:
            item = message(data, ATTRIBUTE)
            name, kind = text(item["name"]), {1: "float", 2: "int", 3: "text", 7: "ints"}.get(
                item["type"])
            require(kind and item[kind] is not None and name not in self.attributes,
                    f"the attribute {name} comes twice, or has no type that is known")
            value = item[kind]
            self.attributes[name] = text(value) if kind == "text" else \
                fractions([value])[0] if kind == "float" else value
        layer, shape = OPERATORS[self.operator](self)
        for name, value in self.attributes.items():
            require(name in NEUTRAL and value == NEUTRAL[name],
                    f"the attribute {name} is not supported")
        require(len(shape) in (1, 3) and 0 < math.prod(shape) <= SCALARS,
                f"its output has the shape {shape}")
        return layer, tuple(shape)

    def take(self, name, default=None, count=None, low=0):
        """An attribute that the operator knows: an integer, or a list of so many."""
        value = self.attributes.pop(name, default)
        items = value if isinstance(value, list) else [value]
        require(isinstance(value, list) == (count is not None) and len(items) == (count or 1)
                and all(type(x) is int and low <= x < 2 ** 20 for x in items),
                f"the attribute {name} is {value}")
        return value

    def inputs(self, values, constants, optional=0):
        """Requires so many values and then so many constants, or fewer by the optional ones."""
        require(len(self.values) == values and all(n in self.constants for n in self.names[values:])
                and 0 <= values + constants - len(self.names) <= optional,
                f"its inputs are {self.names}")

    def constant(self, i, dims=None, kind=1):
        """The numbers of input i, which has these dimensions."""
        found, shape, data = self.constants[self.names[i]]
        require(found == kind and (dims is None or shape == list(dims)),
                f"the constant {self.names[i]} has the type {found} and the shape {shape}")
        return data

    def offset(self, i, size):
        """A bias for each channel, or zeros."""
        return fractions(self.constant(i, [size])) if i < len(self.names) else [Fraction(0)] * size

    def axes(self, count):
        require(len(self.shape) == count, f"its input has the shape {self.shape}")
        return self.shape

    def windows(self, channels, kernel, dilations=(1, 1)):
        """The output's height and width, and for each place of it (tap, place in the plane)."""
        strides, pads = self.take("strides", [1, 1], 2, 1), self.take("pads", [0] * 4, 4)
        lines = []
        for n, k, s, d, before, after in zip(self.shape[1:], kernel, strides, dilations, pads,
                                             pads[2:]):
            extent = d * (k - 1) + 1
            require(max(before, after) < extent <= n + before + after, "its pads or kernel are "
                    "too large")
            count = (n + before + after - extent) // s + 1
            require(count * k <= SCALARS, "it is too large for this checker")
            lines.append([[(t, o * s - before + t * d) for t in range(k)
                           if 0 <= o * s - before + t * d < n] for o in range(count)])
        rows, columns = lines
        require(len(rows) * len(columns) * math.prod(kernel) * channels <= 16 * SCALARS,
                "it is too large for this checker")
        places = [[(t * kernel[1] + q, y * self.shape[2] + x) for t, y in row for q, x in column]
                  for row in rows for column in columns]
        require(all(places), "a window has only padding")
        return len(rows), len(columns), places


def conv(node):
    """A block for each place and group, whose outputs are the channels of the group."""
    node.inputs(1, 2, optional=1)
    channels, height, width = node.axes(3)
    dims = node.constants[node.names[1]][1]
    out, inner, *kernel = dims if len(dims) == 4 else [0] * 4
    groups = node.take("group", 1, low=1)
    require(out and inner * groups == channels and out % groups == 0
            and node.take("kernel_shape", kernel, 2, 1) == kernel,
            f"its weight has the shape {dims}")
    rows, columns, places = node.windows(
        channels, kernel, node.take("dilations", [1, 1], 2, 1))
    weights, exponent = decoded(node.constant(1))
    plane, taps, share, blocks, matrices = rows * columns, math.prod(kernel), out // groups, [], {}
    for p, pairs in enumerate(places):
        used = tuple(t for t, _ in pairs)
        for g in range(groups):
            if (g, used) not in matrices:
                matrices[g, used] = [[weights[(o * inner + c) * taps + t] for c in range(inner)
                                      for t in used] for o in range(g * share, (g + 1) * share)]
            inputs = [(g * inner + c) * height * width + x for c in range(inner) for _, x in pairs]
            outputs = range(g * share * plane + p, (g + 1) * share * plane, plane)
            blocks.append((outputs, inputs, matrices[g, used]))
    bias = [b for b in node.offset(2, out) for _ in range(plane)]
    return Affine(out * plane, blocks, exponent, inner * taps, bias), (out, rows, columns)


def gemm(node):
    node.inputs(1, 2, optional=1)
    (size,), dims = node.axes(1), node.constants[node.names[1]][1]
    require(node.take("transB", 0) == 1, "transB is not 1")
    require(len(dims) == 2 and dims[1] == size, f"its weight has the shape {dims}")
    weights, exponent = decoded(node.constant(1))
    rows = [weights[k:k + size] for k in range(0, len(weights), size)]
    return Affine(len(rows), [(range(len(rows)), range(size), rows)], exponent, size,
                  node.offset(2, len(rows))), (len(rows),)


def channel_map(shape, weights, bias, magnitude=None, weight_error=Fraction(0), bias_error=None):
    """y = w*x + b with a weight and an offset for each channel, all of them fractions."""
    plane = math.prod(shape[1:])
    (*integers, _), exponent = integers_of([*weights, weight_error])
    matrices = [[[w]] for w in integers]
    bias, magnitude, bias_error = ([x for x in part for _ in range(plane)] if part else None
                                   for part in (bias, magnitude, bias_error))
    return Affine(len(bias), [((i,), (i,), matrices[i // plane]) for i in range(len(bias))],
                  exponent, 1, bias, magnitude, weight_error, bias_error, light=True), shape


def batch_norm(node):
    """y = s*x + (beta - mean*s), where s = w/sqrt(v + epsilon)."""
    node.inputs(1, 4)
    weights, betas, means, variances = (fractions(node.constant(i, node.shape[:1]))
                                        for i in range(1, 5))
    epsilon = node.attributes.pop("epsilon", fractions([0x3727C5AC])[0])  # 1e-5
    node.attributes.pop("momentum", None)
    require(isinstance(epsilon, Fraction), "epsilon is no number")
    require(all(v + epsilon > 0 for v in variances), "a variance with epsilon is not positive")
    scales, errors = zip(*(inverse_root(w, v + epsilon) for w, v in zip(weights, variances)))
    return channel_map(node.shape, scales, [b - m * s for b, m, s in zip(betas, means, scales)],
                       [abs(b) + abs(m * s) for b, m, s in zip(betas, means, scales)],
                       max(errors), [abs(m) * e for m, e in zip(means, errors)])


def arithmetic(node):
    """Add, Sub, Mul and Div by a constant for each channel, and Add of two values."""
    shape, operator, size = node.shape, node.operator, math.prod(node.shape)
    if operator == "Add" and len(node.values) == 2:
        node.inputs(2, 0)
        require(node.shapes[1] == shape, f"its inputs have the shapes {node.shapes}")
        rows = [[1, 1]]
        return Affine(size, [((i,), (i, size + i), rows) for i in range(size)], products=2,
                      light=True), shape
    node.inputs(1, 1)
    numbers = fractions(node.constant(1, shape if len(shape) == 1 else (shape[0], 1, 1)))
    zeros, ones = [Fraction(0)] * shape[0], [Fraction(1)] * shape[0]
    if operator in ("Add", "Sub"):
        return channel_map(shape, ones, [-x if operator == "Sub" else x for x in numbers])
    if operator == "Mul":
        return channel_map(shape, numbers, zeros)
    require(all(numbers), "it divides by 0")
    quotients, errors = zip(*(near(1 / x) for x in numbers))
    return channel_map(shape, quotients, zeros, weight_error=max(errors))


def pool(node):
    """AveragePool and MaxPool."""
    node.inputs(1, 0)
    channels, height, width = node.axes(3)
    kernel = node.take("kernel_shape", None, 2, 1)
    rows, columns, places = node.windows(channels, kernel)
    shape = channels, rows, columns
    windows = [[c * height * width + x for _, x in pairs]
               for c in range(channels) for pairs in places]
    if node.operator == "MaxPool":
        return MaxPool(windows), shape
    whole = node.take("count_include_pad", 0)
    counts = [math.prod(kernel) if whole else len(window) for window in windows]
    table = {n: near(Fraction(1, n)) for n in counts}
    error = max(e for _, e in table.values())
    (*integers, _), exponent = integers_of([*(q for q, _ in table.values()), error])
    weights = dict(zip(table, integers))
    matrices = {(n, len(w)): [[weights[n]] * len(w)] for n, w in zip(counts, windows)}
    blocks = [((i,), w, matrices[n, len(w)]) for i, (n, w) in enumerate(zip(counts, windows))]
    return Affine(len(blocks), blocks, exponent, math.prod(kernel), weight_error=error), shape


def piecewise(node):
    size = math.prod(node.shape)
    if node.operator == "Clip":
        node.inputs(1, 2)
        bounds = [fractions(node.constant(i, []))[0] for i in (1, 2)]
        require(bounds[0] <= bounds[1], "its lower bound is above its upper one")
        return Piecewise(size, bounds=bounds), node.shape
    node.inputs(1, 0)
    if node.operator == "Relu":
        return Piecewise(size), node.shape
    alpha = node.attributes.pop("alpha", fractions([0x3C23D70A])[0])  # 0.01
    require(isinstance(alpha, Fraction), "alpha is no number")
    return Piecewise(size, alpha, noisy=True), node.shape


def selection(sources, bias=None):
    """A move: output i is the input at sources[i], or a constant where that is None."""
    one, none = [[1]], [[]]
    return Affine(len(sources), [((i,), () if s is None else (s,), none if s is None else one)
                                 for i, s in enumerate(sources)], bias=bias)


def move(node):
    """Identity, Flatten and Reshape keep the order of the scalars."""
    shape, size = node.shape, math.prod(node.shape)
    node.inputs(1, 1 if node.operator == "Reshape" else 0)
    if node.operator == "Flatten":
        require(node.take("axis", 1) == 1, "axis is not 1")
        shape = (size,)
    if node.operator == "Reshape":
        dims = node.constant(1, kind=7)
        require(len(dims) in (2, 4) and dims[0] in (0, -1) and dims.count(-1) <= 1,
                f"its new shape is {dims}")
        shape = [shape[i] if d == 0 and i < len(shape) else d for i, d in enumerate(dims[1:])]
        known = math.prod(d for d in shape if d != -1)
        require(known > 0 and min(shape) != 0, f"its new shape is {dims}")
        shape = [size // known if d == -1 else d for d in shape]
        require(min(shape) > 0 and math.prod(shape) == size, f"its new shape is {dims}")
    return selection(range(size)), shape


def concat(node):
    node.inputs(len(node.names), 0)
    require(node.take("axis") == 1, "axis is not 1")
    require(all(s[1:] == node.shape[1:] and len(s) == len(node.shape) for s in node.shapes),
            f"its inputs have the shapes {node.shapes}")
    size = sum(map(math.prod, node.shapes))
    require(size <= SCALARS, "it is too large for this checker")
    return selection(range(size)), (sum(s[0] for s in node.shapes), *node.shape[1:])


def gather(node):
    node.inputs(1, 1)
    (size,), places = node.axes(1), node.constant(1, kind=7)
    require(node.take("axis", 0) == 1 and len(node.constants[node.names[1]][1]) == 1,
            "it takes no list of places along axis 1")
    require(all(0 <= i < size for i in places), "a place is not one of its input")
    return selection(places), (len(places),)


def pad(node):
    node.inputs(1, 2, optional=1)
    (size,) = node.axes(1)
    require(node.constant(1, [4], 7) == [0, 0, 0, 1], "it does not add one number behind a vector")
    constant = fractions(node.constant(2, [])) if len(node.names) == 3 else [Fraction(0)]
    return selection([*range(size), None], [Fraction(0)] * size + constant), (size + 1,)


def softmax(node):
    """A softmax keeps the order of the logits, so that it has no layer."""
    node.inputs(1, 0)
    node.axes(1)
    require(node.attributes.pop("axis", -1) in (1, -1), "axis is not 1")
    return None, node.shape


OPERATORS = {
    "Conv": conv, "Gemm": gemm, "BatchNormalization": batch_norm, "Add": arithmetic,
    "Sub": arithmetic, "Mul": arithmetic, "Div": arithmetic, "AveragePool": pool, "MaxPool": pool,
    "Relu": piecewise, "LeakyRelu": piecewise, "Clip": piecewise, "Flatten": move,
    "Reshape": move, "Identity": move, "Gather": gather, "Pad": pad, "Concat": concat,
    "Softmax": softmax, "LogSoftmax": softmax,
}


class Network:
    """The network of an ONNX file: layers[v] makes value v of the values reads[v]."""

    def __init__(self, data):
        model = message(data, MODEL)
        opsets = [message(d, OPSET) for d in model["opsets"]]
        require(model["graph"] is not None, "it has no graph")
        require([(text(o["domain"]), o["version"]) for o in opsets] == [("", 17)],
                "its opset is not 17")
        self.graph = bytes(model["graph"])

    def read(self, run):
        """Builds the layers."""
        graph, constants = message(self.graph, GRAPH), {}
        self.layers, self.reads, self.names, self.shapes = [None], [[]], {}, [input_shape(graph)]
        values, self.softmax, output = {"input": 0}, False, "input"
        for name, constant in map(tensor, graph["constants"]):
            require(name and name not in constants and name not in values,
                    f"the constant {name!r} has no name, or comes twice")
            constants[name] = constant
        for data in graph["nodes"]:
            node = Node(data, values, self.shapes, constants)
            with at(f"layer {node.name!r} ({node.operator})"):
                require(not self.softmax or node.operator == "Identity",
                        "it comes behind the softmax")
                require(all(n in values or n in constants for n in node.names),
                        f"it reads what no node before has made: {node.names}")
                layer, shape = node.build()
                output, self.softmax = node.output, self.softmax or layer is None
                require(output not in values and output not in constants,
                        f"its output {output!r} exists already")
                if self.softmax:
                    values[output] = node.values[0]
                    continue
                values[output] = len(self.layers)
                if isinstance(layer, Relaxed):
                    require(node.name and node.name not in self.names, "its name is not its own")
                    self.names[node.name] = len(self.layers)
                self.layers.append(layer)
                self.reads.append(node.values)
                self.shapes.append(shape)
        outputs = [text(message(d, VALUE)["name"]) for d in graph["outputs"]]
        require(outputs == ["output"] and "output" in values, "it has not one output 'output'")
        require(not self.softmax or output == "output", "its softmax is not the output")
        self.logits = values["output"]
        require(len(self.shapes[self.logits]) == 1, "its output is no vector")
        (self.classes,) = self.shapes[self.logits]
        self.last = max(self.names.values(), default=0)
        self.deploy(run)

    def deploy(self, run):
        """Sets the factor g(k) of each layer; k has the roundings of all layers of its group.

        Two affine layers, one of which reads the other, are in one group if one is light, and
        groups that share a layer are one group.
        """
        deployed = run["guarantee"] == "deployed"
        group = list(range(len(self.layers)))
        affine = [isinstance(layer, Affine) for layer in self.layers]
        for v, reads in enumerate(self.reads):
            for w in reads:
                if affine[v] and affine[w] and (self.layers[v].light or self.layers[w].light):
                    group = [group[w] if g == group[v] else g for g in group]
        roundings = [0] * len(group)
        for v, layer in enumerate(self.layers):
            if affine[v] and layer.products:
                roundings[group[v]] += layer.products + 6
        require(max(roundings) < 2 ** 22, "a group of layers has more than 2^22 roundings")
        e = {"float32": Fraction(0), "tf32": power(-10), "bfloat16": power(-7)}[run["products"]]
        for v, layer in enumerate(self.layers):
            if affine[v] and deployed:
                k = roundings[group[v]] * power(-24)
                gain = e * (2 + e) + (1 + e * (2 + e)) * k / (1 - k)
                layer.factor = math.ceil(gain * 2 ** FACTOR)
            elif isinstance(layer, Piecewise):
                layer.noisy = layer.noisy and deployed

    def layer(self, name):
        """The number of a layer that is not affine."""
        require(type(name) is str and name in self.names, f"there is no layer {name!r} with lines")
        return self.names[name]


def input_shape(graph):
    """The shape of the input without the batch."""
    inputs = [message(d, VALUE) for d in graph["inputs"]]
    require([text(i["name"]) for i in inputs] == ["input"], "it has not one input 'input'")
    kind = message(message(inputs[0]["type"], TYPE)["tensor"], TENSOR_TYPE)
    require(kind["type"] == 1, "its input is not of Float32")
    dims = [message(d, DIMENSION)["value"] for d in message(kind["shape"], SHAPE)["dims"]]
    require(len(dims) in (2, 4) and all(d is not None and d > 0 for d in dims[1:])
            and math.prod(dims[1:]) <= SCALARS, f"its input has the shape {dims}")
    return tuple(dims[1:])


# ---- The text files --------------------------------------------------------------------------


def parsed(data):
    """The JSON value of a line: keys ascend, so that none comes twice, and numbers are integers."""

    def pairs(items):
        names = [name for name, _ in items]
        require(all(a < b for a, b in zip(names, names[1:])), "keys are doubled or out of order")
        return dict(items)

    def number(token):
        require(re.fullmatch("-?[0-9]{1,18}", token), f"{token[:30]} is no integer in range")
        return int(token)

    try:
        line = data.decode("utf-8")
        require(not re.search(r"\s", re.sub(r'"[^"\\]*(?:\\.[^"\\]*)*"', "", line)),
                "there are spaces between tokens")
        return json.loads(line, object_pairs_hook=pairs, parse_int=number, parse_float=number,
                          parse_constant=number)
    except RecursionError:
        raise Refused("it is nested too deeply") from None
    except ValueError as error:
        raise Refused(f"it is no JSON: {error}") from None


def known(item, keys):
    """Requires an object with these keys; those behind a question mark may be missing."""
    needed, _, optional = keys.partition("?")
    require(type(item) is dict, f"it has no object with {needed}")
    for key in item:
        require(key in keys.replace("?", " ").split(), f"the key {key!r} is unknown")
    for key in needed.split():
        require(key in item, f"the key {key} is missing")


def choice(item, key, *choices):
    require(type(item[key]) is str and item[key] in choices, f"{key} is none of {choices}")
    return item[key]


def integer(item, key, low, high):
    require(type(item[key]) is int and low <= item[key] <= high, f"{key} is no integer in range")
    return item[key]


def integers(item, key, low, high, count=None):
    """A list of so many integers, or of ascending ones."""
    value = item[key]
    require(type(value) is list and all(type(x) is int and low <= x <= high for x in value),
            f"{key} is no list of integers in range")
    require(len(value) == count if count is not None else
            all(a < b for a, b in zip(value, value[1:])), f"{key} is too long, short or unordered")
    return value


def by_layer(items, network, keys, clip=""):
    """The objects of a list by layer: one for each, in the order of the nodes."""
    require(type(items) is list and items, "a list is empty, or no list")
    result, last = {}, 0
    for item in items:
        require(type(item) is dict and "layer" in item, "the key layer is missing")
        v = network.layer(item["layer"])
        known(item, keys + (clip if getattr(network.layers[v], "bounds", None) else ""))
        require(v > last, "layers come twice or out of order")
        result[v], last = item, v
    return result


def read_run(data):
    """What run.json says, with epsilon as a fraction under `radius`."""
    require(data.endswith(b"\n"), "it does not end with a line feed")
    run = parsed(data[:-1])
    known(run, "certified certificates data domain epsilon format guarantee methods network norm "
               "products seal version")
    sealed = data[:-1].replace(b',"seal":"%s"' % str(run["seal"]).encode(), b"", 1)
    require(hashlib.sha256(sealed).hexdigest() == run["seal"],
            "it was changed: its seal is not the digest of the rest")
    known(run["data"], "count first name sha256")
    choice(run, "format", "crownwork certificates 1")
    choice(run, "guarantee", "exact", "deployed")
    choice(run, "norm", "linf", "l2", "l1")
    choice(run, "products", "float32", "tf32", "bfloat16")
    integer(run["data"], "first", 0, 2 ** 48)
    integer(run, "certified", 0, integer(run["data"], "count", 0, 2 ** 48))
    require(run["domain"] is None or integers(run, "domain", 0, 1, 2) == [0, 1],
            "domain is neither [0,1] nor null")
    require(type(run["methods"]) is list and all(type(m) is str for m in run["methods"]),
            "methods is no list of texts")
    decimal = r"(?=.{1,40}$)[0-9]+(\.[0-9]+)?(e-?[0-9]{1,2})?|[0-9]{1,40}/0*[1-9][0-9]{0,38}"
    for item, key, form in (
            (run, "certificates", "[0-9a-f]{64}"), (run, "network", "[0-9a-f]{64}"),
            (run["data"], "sha256", "[0-9a-f]{64}"), (run, "version", "(?s).*"),
            (run["data"], "name", "(?s).*"), (run, "epsilon", decimal)):
        require(type(item[key]) is str and re.fullmatch(form, item[key]), f"{key} is not as it "
                "should be")
    return {**run, "radius": Fraction(run["epsilon"])}


class Certificate:
    """A line of examples.jsonl. Layers are numbers of values here, and slopes are fractions."""

    def __init__(self, data, run, network):
        item, first, self.own = parsed(data), run["data"]["first"], {}
        known(item, "index label margins pixels ? own refined slopes")
        self.index = integer(item, "index", first, first + run["data"]["count"] - 1)
        self.label = integer(item, "label", 0, network.classes - 1)
        self.intervals = choice(item, "margins", "intervals", "input") == "intervals"
        self.pixels = pixels(item["pixels"], math.prod(network.shapes[0]))
        self.slopes = self.read_slopes(item["slopes"], network) if "slopes" in item else {}
        refined = by_layer(item["refined"], network, "layer neurons") if "refined" in item else {}
        self.refined = {v: integers(entry, "neurons", 0, math.prod(
            network.shapes[network.reads[v][0]]) - 1) for v, entry in refined.items()}
        if "own" in item:
            self.read_own(item["own"], network)

    def read_slopes(self, items, network):
        """{layer: {neuron: (lower, upper or None)}}"""
        result = {}
        for v, entry in by_layer(items, network, "layer lower neurons", " upper").items():
            require(isinstance(network.layers[v], Piecewise), f"{entry['layer']!r} has no slopes")
            neurons = integers(entry, "neurons", 0, network.layers[v].size - 1)
            lower, upper = (
                [Fraction(s, 2 ** 24)
                 for s in integers(entry, key, -2 ** 26, 2 ** 26, len(neurons))]
                if key in entry else [None] * len(neurons) for key in ("lower", "upper"))
            result[v] = dict(zip(neurons, zip(lower, upper)))
        return result

    def read_own(self, items, network):
        """own[pass] = {layer: {neuron: (lower, upper or None)}}, with passes that sort in order."""
        require(type(items) is list and items, "own is empty, or no list")
        last = ()
        for item in items:
            if type(item) is dict and "class" in item:
                known(item, "class slopes")
                key = 0, integer(item, "class", 0, network.classes - 1)
                require(key[1] != self.label, "own has the label's class")
            else:
                known(item, "layer neuron sign slopes")
                key = (1, network.layer(item["layer"]), integer(item, "neuron", 0, SCALARS),
                       -integer(item, "sign", -1, 1))
                require(key[3] and key[2] in self.refined.get(key[1], ()),
                        "own names a pass that there is not")
            require(key > last, "the passes of own come twice or out of order")
            last, self.own[key] = key, {}
            for v, entry in by_layer(item["slopes"], network, "layer lower").items():
                require(v in self.slopes, f"{entry['layer']!r} is not in slopes")
                old = self.slopes[v]
                own = integers(entry, "lower", -2 ** 26, 2 ** 26, len(old))
                self.own[key][v] = {i: (Fraction(s, 2 ** 8), upper)
                                    for (i, (_, upper)), s in zip(old.items(), own)}


def pixels(value, size):
    """So many bytes in base64."""
    try:
        data = base64.b64decode(value.encode("ascii"), validate=True)
        require(len(data) == size and base64.b64encode(data).decode() == value,
                f"pixels has not {size} bytes")
        return data
    except (AttributeError, ValueError):
        raise Refused("pixels is no base64") from None


# ---- The proof -------------------------------------------------------------------------------


class Inputs:
    """The inputs around an image. With s = 2^-22 * (k/255 + epsilon) the set is

    linf: the boxes [k/255 - epsilon - s, k/255 + epsilon + s], cut to the domain;
    l2, l1: the ball around k/255, and a box of radius s around each of its points.
    """

    def __init__(self, run):
        self.norm, self.radius, self.domain = run["norm"], run["radius"], run["domain"]
        self.table = {}

    def pixel(self, k):
        """Both ends, k/255 and s in units of 2^-GRID, rounded to the side that proves less."""
        if k not in self.table:
            x = Fraction(k, 255)
            s = (x + self.radius) / 2 ** 22
            low, high = x - self.radius - s, x + self.radius + s
            if self.norm == "linf" and self.domain:
                low, high = max(low, 0), min(high, 1)
            self.table[k] = (math.floor(low * 2 ** GRID), math.ceil(high * 2 ** GRID),
                             math.floor(x * 2 ** GRID), math.ceil(s * 2 ** GRID) + 1)
        return self.table[k]

    def place(self, data, shape):
        """The interval of an image, whose pixels change from [row, column, channel] to ONNX's."""
        if len(shape) == 3:
            data = b"".join(data[c::shape[0]] for c in range(shape[0]))
        low, high, self.centre, self.s = zip(*map(self.pixel, data))
        return Value(low, high, -GRID)

    def least(self, form, exponent, value):
        """The least value of a form, in units of 2^UNIT."""
        if self.norm == "linf":
            return down(value.least(form), exponent + value.exponent, UNIT)
        if self.norm == "l2":
            norm = math.isqrt(sum(x * x for x in form.values())) + 1
        else:
            norm = max(map(abs, form.values()), default=0)
        near_by = sum(x * self.centre[i] - abs(x) * self.s[i] for i, x in form.items())
        return down(near_by - math.ceil(self.radius * norm * 2 ** GRID), exponent - GRID, UNIT)


class Proof:
    """The intervals of an example's values, and what its layers remember for backward passes."""

    def __init__(self, network, inputs, certificate):
        self.network, self.inputs, self.certificate = network, inputs, certificate
        self.values = [inputs.place(certificate.pixels, network.shapes[0])]
        self.memories = [None]
        affine = [True]  # Whether a value depends on the input through affine layers alone.
        for v, layer in enumerate(network.layers[1:], 1):
            reads = network.reads[v]
            sources = [self.values[w] for w in reads]
            affine.append(isinstance(layer, Affine) and all(affine[w] for w in reads))
            if isinstance(layer, Affine):
                value, memory = layer.forward(sources)
            else:
                every = affine[reads[0]] and inputs.norm != "linf"
                self.refine(v, reads[0], range(len(sources[0].low)) if every else
                            certificate.refined.get(v, ()))
                value, memory = layer.forward(sources[0], certificate.slopes.get(v, {}))
            self.values.append(value)
            self.memories.append(memory)

    def refine(self, v, source, neurons):
        """Bounds neurons in front of layer v from both sides, and shrinks their intervals."""
        value, own = self.values[source], self.certificate.own
        for i in neurons:
            low = self.least(source, {i: 1}, own.get((1, v, i, -1), {}))
            high = -self.least(source, {i: -1}, own.get((1, v, i, 1), {}))
            value.low[i] = max(value.low[i], down(low, UNIT, value.exponent))
            value.high[i] = min(value.high[i], up(high, UNIT, value.exponent))
            require(value.low[i] <= value.high[i], "the bounds of a neuron contradict each other")
        value.measure()

    def least(self, start, form, own, end=0):
        """A backward pass: a lower bound of a form over a value, in units of 2^UNIT.

        It goes through the layers behind value `end` and takes the least value over the intervals
        of what is left then, or over the set of inputs. Rounding a coefficient changes it by half
        a unit at most, and costs this times the value's size.
        """
        forms, constant, network = {start: (form, 0)}, 0, self.network
        for v in range(start, -1, -1):
            if v not in forms:
                continue
            (form, exponent), value = forms.pop(v), self.values[v]
            cut = max(map(abs, form.values()), default=0).bit_length() - GRID
            if cut > 0:
                half = 1 << cut - 1
                constant -= up(half * value.total, exponent + value.exponent, UNIT)
                form, exponent = {i: x + half >> cut for i, x in form.items()}, exponent + cut
            form = {i: x for i, x in form.items() if x}
            if v == 0:
                constant += self.inputs.least(form, exponent, value)
            elif v <= end:
                constant += down(value.least(form), exponent + value.exponent, UNIT)
            else:
                memory = self.memories[v]
                if v in own:
                    lines = list(memory[0])
                    for i, chosen in own[v].items():
                        lines[i] = memory[4](i, chosen)[:6]
                    memory = lines, *memory[1:]
                form, exponent, gain = network.layers[v].backward(form, exponent, memory)
                constant += gain
                self.spread(forms, form, exponent, network.reads[v])
        return constant

    def spread(self, forms, form, exponent, reads):
        """Adds a form over the inputs of a layer, one behind the other, to those of the values."""
        first = 0
        for w in reads:
            size = len(self.values[w].low)
            part = form if len(reads) == 1 else {
                i - first: x for i, x in form.items() if first <= i < first + size}
            first += size
            if w in forms:
                old, e = forms[w]
                least = min(e, exponent)
                part = {i: (old.get(i, 0) << e - least) + (part.get(i, 0) << exponent - least)
                        for i in {**old, **part}}
                forms[w] = part, least
            else:
                forms[w] = part, exponent

    def failure(self, bar):
        """What does not hold, or None if each margin is above the bar, in units of 2^UNIT."""
        label, own = self.certificate.label, self.certificate.own
        end = self.network.last if self.certificate.intervals else 0
        for j in range(self.network.classes):
            if j != label:
                form = {label: 1, j: -1}
                margin = self.least(self.network.logits, form, own.get((0, j), {}), end)
                if margin <= bar:
                    whole, part = divmod(abs(down(margin * 10 ** 6, UNIT, 0)), 10 ** 6)
                    return (f"the margin over class {j} is only proved to be "
                            f"{'-' if margin < 0 else ''}{whole}.{part:06}")
        return None


# ---- The command -----------------------------------------------------------------------------


def read(path):
    """The bytes of a file, unpacked if its name ends with .gz."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as file:
            data = file.read(BYTES + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise Refused(f"{path.name}: {error}") from None
    except (OSError, ValueError) as error:
        raise Missing(f"{path}: {getattr(error, 'strerror', None) or error}") from None
    require(len(data) <= BYTES, f"{path.name}: it has more than {BYTES} bytes")
    return data


def read_idx(path, axes):
    """The extents of an IDX file of bytes, and its bytes."""
    data, start = read(path), 4 + 4 * axes
    with at(path.name):
        require(data[:4] == bytes([0, 0, 8, axes]) and len(data) >= start,
                f"it is no IDX file of bytes with {axes} axes")
        extents = struct.unpack(f">{axes}I", data[4:start])
        require(len(data) == start + math.prod(extents), f"its size does not fit {extents}")
    return extents, data[start:]


def compare_data(images, labels, run, network, certificates):
    """Compares the digest of the examples, and the pixels and label of each certificate."""
    (total, height, width), all_pixels = read_idx(images, 3)
    (label_total,), all_labels = read_idx(labels, 1)
    first, count, size = run["data"]["first"], run["data"]["count"], height * width
    with at(images.name):
        require(total == label_total, f"there are {total} images and {label_total} labels")
        require(first + count <= total, f"there are only {total} images")
        require(network.shapes[0] in ((1, height, width), (size,)), "images have another size")
        data = struct.pack("<5q", count, height, width, 1, network.classes)
        data += all_pixels[first * size:(first + count) * size] + all_labels[first:first + count]
        require(hashlib.sha256(data).hexdigest() == run["data"]["sha256"],
                "the digest of the examples is not that of run.json")
    for line, certificate in enumerate(certificates, 1):
        i = certificate.index
        require(certificate.pixels == all_pixels[i * size:(i + 1) * size]
                and certificate.label == all_labels[i],
                f"examples.jsonl line {line}: its pixels or label are not those of {images.name}")


class Folder:
    """The three files of a folder, read and compared with each other."""

    def __init__(self, path):
        run, network, examples = (read(path / name) for name in
                                  ("run.json", "network.onnx", "examples.jsonl"))
        with at("run.json"):
            self.run = read_run(run)
        with at("network.onnx"):
            self.network = Network(network)
            require(hashlib.sha256(self.network.graph).hexdigest() == self.run["network"],
                    "the digest of its graph is not that of run.json")
            self.network.read(self.run)
        with at("examples.jsonl"):
            require(hashlib.sha256(examples).hexdigest() == self.run["certificates"],
                    "its digest is not that of run.json")
            *self.lines, rest = examples.split(b"\n")
            require(not rest, "it does not end with a line feed")
            require(len(self.lines) == self.run["certified"],
                    f"it has {len(self.lines)} lines, not {self.run['certified']}")
        self.inputs, self.bar = Inputs(self.run), 0
        if self.run["guarantee"] == "deployed":  # A runtime may take numbers to 2^-126 for 0.
            self.bar = up(1, -17 if self.network.softmax else -125, UNIT)

    def certificates(self):
        """Reads all lines, whose examples ascend."""
        last = -1
        for number, line in enumerate(self.lines, 1):
            with at(f"examples.jsonl line {number}"):
                certificate = Certificate(line, self.run, self.network)
                require(certificate.index > last, "the examples do not ascend")
            last = certificate.index
            yield certificate

    def check(self, number):
        """The example of a line, and what does not hold or None."""
        with at(f"examples.jsonl line {number}"):
            certificate = Certificate(self.lines[number - 1], self.run, self.network)
            proof = Proof(self.network, self.inputs, certificate)
            return certificate.index, proof.failure(self.bar)


def work(number):
    """Checks a line in a process of its own, which has the folder from the first process."""
    return work.folder.check(number)


def results(folder, lines, jobs):
    work.folder = folder
    if jobs == 1 or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, lines)
        return
    with multiprocessing.get_context("fork").Pool(jobs) as workers:
        yield from workers.imap(work, lines)


def check(options):
    """Checks a folder, prints what does not hold, and returns the exit code."""
    folder = Folder(options.folder)
    run, network, first = folder.run, folder.network, folder.run["data"]["first"]
    if options.model:
        data = read(options.model)
        with at(options.model.name):
            require(Network(data).graph == network.graph, "its graph is not that of network.onnx")
    if options.images:
        compare_data(options.images, options.labels, run, network, folder.certificates())
    begin, end = options.examples or (0, math.inf)
    begin, end = max(begin, first), min(end, first + run["data"]["count"])
    if options.examples and begin >= end:
        raise Usage(f"only {run['data']['count']} examples from {first} on were tried")
    lines = [n for n, c in enumerate(folder.certificates(), 1) if begin <= c.index < end]
    held = 0
    for index, failure in results(folder, lines, options.jobs):
        held += failure is None
        if failure or options.verbose:
            print(f"example {index}: {failure or 'holds'}", flush=True)
    kind = f"deployed network in {run['products']}" if folder.bar else "exact network"
    print(f"{held} of {len(lines)} certificates hold: {run['data']['name']} examples {begin} to "
          f"{end - 1}, {run['norm']} epsilon {run['epsilon']}, {kind}")
    return 0 if held == len(lines) else 1


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print(f"check.py: {message}", file=sys.stderr)
        sys.exit(64)


def span(value):
    match = re.fullmatch("([0-9]{1,15}):([0-9]{1,15})", value)
    if not match or int(match[1]) >= int(match[2]):
        raise argparse.ArgumentTypeError("examples are A:B, from A to B - 1")
    return int(match[1]), int(match[2])


def main(arguments=None):
    parser = Parser(description="Checks certificates that crownwork certify wrote.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", type=Path, help="an ONNX file that should have the same graph")
    parser.add_argument("--images", type=Path, help="the data set's images, an IDX file")
    parser.add_argument("--labels", type=Path, help="the data set's labels, an IDX file")
    parser.add_argument("--examples", type=span, metavar="A:B", help="only those from A to B - 1")
    parser.add_argument("--jobs", type=int, choices=range(1, 257), default=1, metavar="N",
                        help="the number of processes, 1 if left out")
    parser.add_argument("--verbose", action="store_true", help="a line for each example")
    options = parser.parse_args(arguments)
    if bool(options.images) != bool(options.labels):
        parser.error("--images and --labels go together")
    for stream in (sys.stdout, sys.stderr):  # Names in files may not be text for the terminal.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return check(options)
    except (Refused, Missing, Usage) as error:
        print(" ".join(str(error).split())[:500], file=sys.stderr)
        return {Refused: 65, Missing: 66, Usage: 64}[type(error)]
    except MemoryError:
        print("the files are too large for this machine", file=sys.stderr)
        return 65


if __name__ == "__main__":
    sys.exit(main())
