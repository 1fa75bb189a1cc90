"""Makes the golden trainings of the study `supervised`.

Needs torch:

    python3 scripts/golden/supervised.py Tests/KernelTests/Golden

Four small networks, each with the file of samples that the study is given (`NAME-data.safetensors`,
single precision) and what PyTorch makes of it in float64 (`NAME.safetensors`): the initial parameters
(`init.*`, single precision), the losses before and after each of 20 steps (`losses`), the
parameters after them (`final.*`), and loss and accuracy on all training samples and on the test
samples (`trainLoss`, `testLoss`, `trainAccuracy`, `testAccuracy`).
"""

import json
import pathlib
import struct
import sys

import torch
import torch.nn.functional as F

STEPS = 20
torch.set_num_threads(1)


TYPES = {torch.float64: "F64", torch.float32: "F32", torch.int64: "I64"}


def save(tensors, path, metadata=None):
    """Writes a safetensors file, the widest numbers first."""
    header, data = ({"__metadata__": metadata} if metadata else {}), b""
    for name, tensor in sorted(tensors.items(), key=lambda t: (-t[1].element_size(), t[0])):
        values = tensor.contiguous().numpy().tobytes()
        header[name] = {
            "dtype": TYPES[tensor.dtype], "shape": list(tensor.shape),
            "data_offsets": [len(data), len(data) + len(values)],
        }
        data += values
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def mlp(p, x):
    for layer in range(2):
        x = torch.tanh(F.linear(x, p[f"layers.{layer}.weight"], p[f"layers.{layer}.bias"]))
    return F.linear(x, p["layers.2.weight"], p["layers.2.bias"])


def cnn(p, x):
    for layer in (1, 2):
        x = torch.relu(F.conv2d(x, p[f"conv{layer}.weight"], p[f"conv{layer}.bias"], padding=1))
    return F.linear(F.max_pool2d(x, 2).flatten(1), p["fc.weight"], p["fc.bias"])


def attention(p, name, x, heads):
    samples, tokens, _ = x.shape
    q, k, v = F.linear(x, p[f"{name}.qkv.weight"], p.get(f"{name}.qkv.bias")).chunk(3, dim=-1)
    q, k, v = (t.view(samples, tokens, heads, -1).transpose(1, 2) for t in (q, k, v))
    scores = q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5
    mask = torch.ones(tokens, tokens, dtype=torch.bool).tril()
    weights = scores.masked_fill(~mask, float("-inf")).softmax(-1)
    mixed = (weights @ v).transpose(1, 2).reshape(samples, tokens, -1)
    return F.linear(mixed, p[f"{name}.proj.weight"], p.get(f"{name}.proj.bias"))


def feed_forward(p, name, x, activation):
    hidden = activation(F.linear(x, p[f"{name}.ff1.weight"], p.get(f"{name}.ff1.bias")))
    return F.linear(hidden, p[f"{name}.ff2.weight"], p.get(f"{name}.ff2.bias"))


def norm(p, name, x):
    return F.layer_norm(x, x.shape[-1:], p[f"{name}.weight"], p[f"{name}.bias"], eps=1e-5)


def transformer_pre(p, x):
    x = p["tok.weight"][x] + p["pos.weight"]
    for layer in range(2):
        name = f"blocks.{layer}"
        x = x + attention(p, name, norm(p, f"{name}.ln1", x), heads=2)
        x = x + feed_forward(p, name, norm(p, f"{name}.ln2", x), F.gelu)
    return F.linear(norm(p, "lnf", x), p["head.weight"], p["head.bias"]).flatten(0, 1)


def transformer_post(p, x):
    x = p["tok.weight"][x] + p["pos.weight"]
    for layer in range(1):
        name = f"blocks.{layer}"
        x = norm(p, f"{name}.ln1", x + attention(p, name, x, heads=1))
        x = norm(p, f"{name}.ln2", x + feed_forward(p, name, x, torch.relu))
    return F.linear(x[:, -1], p["head.weight"], p["head.bias"])


def transformer_shapes(vocabulary, tokens, width, hidden, depth, has_biases, has_last_norm):
    shapes = {"tok.weight": (vocabulary, width), "pos.weight": (tokens, width)}

    def linear(name, outputs, inputs, bias):
        shapes[f"{name}.weight"] = (outputs, inputs)
        if bias:
            shapes[f"{name}.bias"] = (outputs,)

    for layer in range(depth):
        name = f"blocks.{layer}"
        linear(f"{name}.qkv", 3 * width, width, has_biases)
        linear(f"{name}.proj", width, width, has_biases)
        linear(f"{name}.ff1", hidden, width, has_biases)
        linear(f"{name}.ff2", width, hidden, has_biases)
        for part in ("ln1", "ln2"):
            shapes[f"{name}.{part}.weight"] = shapes[f"{name}.{part}.bias"] = (width,)
    if has_last_norm:
        shapes["lnf.weight"] = shapes["lnf.bias"] = (width,)
    linear("head", vocabulary, width, True)
    return shapes


def normal(generator, *shape):
    return torch.randn(*shape, generator=generator)


def whole(generator, limit, *shape):
    return torch.randint(limit, shape, generator=generator)


def cases(generator):
    mean_square = lambda output, target: F.mse_loss(output, target)
    entropy = lambda output, target: F.cross_entropy(output, target.flatten())
    yield (
        "supervised-mlp", mlp, mean_square,
        {"layers.0.weight": (16, 6), "layers.0.bias": (16,), "layers.1.weight": (16, 16),
         "layers.1.bias": (16,), "layers.2.weight": (3, 16), "layers.2.bias": (3,)},
        lambda n: (normal(generator, n, 6), normal(generator, n, 3)),
        lambda p: torch.optim.Adam(p, lr=0.01),
    )
    yield (
        "supervised-cnn", cnn, entropy,
        {"conv1.weight": (4, 2, 3, 3), "conv1.bias": (4,), "conv2.weight": (4, 4, 3, 3),
         "conv2.bias": (4,), "fc.weight": (3, 36), "fc.bias": (3,)},
        lambda n: (normal(generator, n, 2, 6, 6), whole(generator, 3, n)),
        lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9),
    )
    yield (
        "supervised-transformer", transformer_pre, entropy,
        transformer_shapes(11, 6, 8, 16, 2, has_biases=False, has_last_norm=True),
        lambda n: (whole(generator, 11, n, 6), whole(generator, 11, n, 6)),
        lambda p: torch.optim.AdamW(p, lr=0.003, weight_decay=0.1),
    )
    yield (
        "supervised-transformer-last", transformer_post, entropy,
        transformer_shapes(9, 5, 6, 10, 1, has_biases=True, has_last_norm=False),
        lambda n: (whole(generator, 9, n, 5), whole(generator, 9, n)),
        lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.01),
    )


def train(model, loss, shapes, samples, optimizer, generator):
    inputs, targets = samples
    start = {}
    for name, shape in shapes.items():
        values = 0.4 * normal(generator, *shape)
        is_scale = ".ln" in f".{name}" and name.endswith("weight")
        start[name] = values + 1 if is_scale else values
    parameters = {name: value.double().requires_grad_() for name, value in start.items()}
    rule = optimizer(list(parameters.values()))
    as_input = lambda x: x.double() if x.is_floating_point() else x
    losses = []
    for step in range(STEPS + 1):
        value = loss(model(parameters, as_input(inputs[0])), as_input(targets[0]))
        losses.append(value.item())
        if step < STEPS:
            rule.zero_grad()
            value.backward()
            rule.step()
    result = {f"init.{name}": value for name, value in start.items()}
    result |= {f"final.{name}": value.detach() for name, value in parameters.items()}
    result["losses"] = torch.tensor(losses, dtype=torch.float64)
    for index, part in enumerate(("train", "test")):
        with torch.no_grad():
            output = model(parameters, as_input(inputs[index]))
            score = loss(output, as_input(targets[index]))
            result[f"{part}Loss"] = score.reshape(1)
            if not targets[index].is_floating_point():
                hits = output.argmax(-1) == targets[index].flatten()
                result[f"{part}Accuracy"] = hits.double().mean().reshape(1)
    return result


def main(folder):
    generator = torch.Generator().manual_seed(20_260)
    for name, model, loss, shapes, draw, optimizer in cases(generator):
        training, test = draw(12), draw(7)
        if "cnn" in name or "last" in name:
            # Every class occurs, so that their number can be told from the targets.
            training[1][:3] = torch.arange(3)
        data = {
            "inputs": training[0], "targets": training[1],
            "test.inputs": test[0], "test.targets": test[1],
        }
        result = train(
            model, loss, shapes, ((training[0], test[0]), (training[1], test[1])), optimizer,
            generator)
        save(data, folder / f"{name}-data.safetensors")
        made = {"made with": f"PyTorch {torch.__version__.split('+')[0]}, float64, one thread"}
        save(result, folder / f"{name}.safetensors", made)
        print(name, result["losses"][0].item(), result["losses"][-1].item())


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
