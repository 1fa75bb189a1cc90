"""Makes two-moons.safetensors: two half circles that reach into each other, with noise.

    python3 sweeps/data/two-moons.py sweeps/data/two-moons.safetensors

Nothing but Python is needed; the file format is eight bytes of header length, a header in JSON, and
the numbers. With numpy and the package safetensors the last function is one call: `save_file`.
"""

import json
import math
import random
import struct
import sys


def moons(count, noise, draw):
    """Points in the plane and the moon that each is of."""
    points, labels = [], []
    for index in range(count):
        label = index % 2
        angle = math.pi * draw.random()
        x, y = math.cos(angle), math.sin(angle)
        if label == 1:
            x, y = 1 - x, 0.5 - y
        points += [x + draw.gauss(0, noise), y + draw.gauss(0, noise)]
        labels.append(label)
    return points, labels


def save(path, tensors):
    """Writes tensors, given as name -> (type, shape, numbers)."""
    header, data = {}, b""
    for name, (kind, shape, numbers) in tensors.items():
        start = len(data)
        data += struct.pack(f"<{len(numbers)}{'f' if kind == 'F32' else 'q'}", *numbers)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, len(data)]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


draw = random.Random(7)
tensors = {}
for prefix, count in (("", 160), ("test.", 240)):
    points, labels = moons(count, 0.25, draw)
    tensors[prefix + "inputs"] = ("F32", [count, 2], points)
    tensors[prefix + "targets"] = ("I64", [count], labels)
# The widest numbers come first, so that all lie at multiples of their size.
save(sys.argv[1], dict(sorted(tensors.items(), key=lambda tensor: tensor[1][0] == "F32")))
