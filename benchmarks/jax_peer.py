#!/usr/bin/env python3
"""Measures JAX on one thread and prints one line of JSON.

Modes:
  scan  many steps in one compiled loop, the fastest for most
  step  one compiled step a call, what people write
  vmap  as scan, eight networks with their own weights at once; each network's step counts
"""

import os

from measurement import Request

# Steps of one call, at most; fewer where that many operations are done.
SCANNED_STEPS = 100
SCANNED_OPERATIONS = 2e9
NETWORKS_AT_ONCE = 8
# Above, a step of eight networks takes seconds, and is slower than eight steps.
VMAP_OPERATIONS = 5e9

request = Request("jax", __doc__, ["scan", "step", "vmap"])
workload = request.definition
if workload["family"] == "images" and request.mode != "step":
    request.skip("in a loop, its convolutions are twenty times slower")
if request.mode == "vmap" and workload["operations"] > VMAP_OPERATIONS:
    request.skip("networks of this size gain nothing from being trained together")
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["NPROC"] = "1"
os.environ["XLA_FLAGS"] = (
    "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
# A thread is started for every core that is seen.
os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
try:
    import jax
    from jax import lax, nn, numpy as jnp
    from jax.tree_util import tree_leaves, tree_map
except ImportError as failure:
    request.skip(f"JAX is not installed ({failure})")

normal = jax.random.normal
ACTIVATIONS = {
    "relu": nn.relu, "tanh": jnp.tanh, "gelu": lambda values: nn.gelu(values, approximate=False)}


def linear(key, inputs, outputs):
    """A layer's parameters, the weight with a variance of one over the fan-in."""
    return {"weight": normal(key, (outputs, inputs)) * inputs ** -0.5, "bias": jnp.zeros(outputs)}


def applied(layer, values):
    """A linear layer."""
    return values @ layer["weight"].T + layer["bias"]


def normalized(layer, values):
    """LayerNorm."""
    centred = values - values.mean(-1, keepdims=True)
    variance = (centred * centred).mean(-1, keepdims=True)
    return centred * lax.rsqrt(variance + 1e-5) * layer["weight"] + layer["bias"]


def dropped(key, values):
    """Dropout where the workload has it."""
    share = workload["dropout"]
    if share == 0:
        return values
    stays = jax.random.bernoulli(key, 1 - share, values.shape)
    return jnp.where(stays, values / (1 - share), 0)


def cross_entropy(scores, labels):
    """The mean over all labels."""
    scores, labels = scores.reshape(-1, scores.shape[-1]), labels.reshape(-1)
    chosen = jnp.take_along_axis(scores, labels[:, None], 1)[:, 0]
    return (nn.logsumexp(scores, -1) - chosen).mean()


class FullyConnected:
    """Linear layers with an activation between them, mean squared errors."""

    def parameters(self, key):
        """One layer after the other."""
        sizes = workload["sizes"]
        keys = jax.random.split(key, len(sizes) - 1)
        return [linear(*layer) for layer in zip(keys, sizes, sizes[1:])]

    def data(self, key):
        """Inputs and targets."""
        first, second = jax.random.split(key)
        samples, sizes = workload["samples"], workload["sizes"]
        return normal(first, (samples, sizes[0])), normal(second, (samples, sizes[-1]))

    def loss(self, layers, values, targets, key):
        """The mean of the squared errors."""
        for layer in layers[:-1]:
            values = ACTIVATIONS[workload["activation"]](applied(layer, values))
        return jnp.mean((applied(layers[-1], values) - targets) ** 2)


class Transformer:
    """A causal transformer that predicts tokens."""

    def parameters(self, key):
        """Embeddings, blocks and head."""
        keys = iter(jax.random.split(key, 3 + 4 * workload["layers"]))
        width, hidden = workload["width"], workload["hidden"]
        joined = workload["heads"] * workload["keyWidth"]

        def norm():
            return {"weight": jnp.ones(width), "bias": jnp.zeros(width)}

        parameters = {
            "tokens": normal(next(keys), (workload["vocabulary"], width)) * 0.02,
            "positions": normal(next(keys), (workload["tokens"], width)) * 0.02,
            "blocks": [
                {
                    "queries_keys_values": linear(next(keys), width, 3 * joined),
                    "projection": linear(next(keys), joined, width),
                    "widening": linear(next(keys), width, hidden),
                    "narrowing": linear(next(keys), hidden, width),
                    "first_norm": norm(), "second_norm": norm(),
                } for _ in range(workload["layers"])],
            "head": linear(next(keys), width, workload["vocabulary"]),
        }
        return parameters | ({"norm": norm()} if workload["normalizes"] == "before" else {})

    def data(self, key):
        """Tokens, and the labels of those that are judged."""
        first, second = jax.random.split(key)
        shape, limit = (workload["samples"], workload["tokens"]), workload["vocabulary"]
        judged = shape[:1] if workload["judges"] == "last" else shape
        return (
            jax.random.randint(first, shape, 0, limit),
            jax.random.randint(second, judged, 0, limit))

    def attention(self, block, stream, key, last_token_only):
        """Causal attention; of the last token alone where nothing else is needed."""
        samples, tokens, _ = stream.shape
        heads, width = workload["heads"], workload["keyWidth"]
        joined = block["queries_keys_values"]
        if last_token_only:
            weight, bias = joined["weight"], joined["bias"]
            query = stream[:, -1:] @ weight[:heads * width].T + bias[:heads * width]
            query = query.reshape(samples, 1, heads, width)
            pair = stream @ weight[heads * width:].T + bias[heads * width:]
            pair = pair.reshape(samples, tokens, 2, heads, width)
            keys, values = pair[:, :, 0], pair[:, :, 1]
        else:
            triple = applied(joined, stream).reshape(samples, tokens, 3, heads, width)
            query, keys, values = triple[:, :, 0], triple[:, :, 1], triple[:, :, 2]
        scores = jnp.einsum("bqhd,bkhd->bhqk", query, keys) * width ** -0.5
        if not last_token_only:
            scores = jnp.where(jnp.tril(jnp.ones((tokens, tokens), bool)), scores, -1e30)
        weights = dropped(key, nn.softmax(scores, -1))
        mixed = jnp.einsum("bhqk,bkhd->bqhd", weights, values)
        return applied(block["projection"], mixed.reshape(samples, -1, heads * width))

    def feed_forward(self, block, stream):
        """Two linear layers with an activation between them."""
        activation = ACTIVATIONS[workload["activation"]]
        return applied(block["narrowing"], activation(applied(block["widening"], stream)))

    def block(self, block, stream, keys, last_token_only):
        """The stream behind a block."""
        residual = (lambda rows: rows[:, -1:]) if last_token_only else (lambda rows: rows)
        attention_key, first, second = keys
        if workload["normalizes"] == "after":
            mixed = self.attention(block, stream, attention_key, last_token_only)
            stream = normalized(block["first_norm"], residual(stream) + dropped(first, mixed))
            fed = dropped(second, self.feed_forward(block, stream))
            return normalized(block["second_norm"], stream + fed)
        mixed = self.attention(
            block, normalized(block["first_norm"], stream), attention_key, last_token_only)
        stream = residual(stream) + dropped(first, mixed)
        fed = self.feed_forward(block, normalized(block["second_norm"], stream))
        return stream + dropped(second, fed)

    def loss(self, parameters, tokens, labels, key):
        """The mean cross-entropy of the tokens that are judged."""
        layers = workload["layers"]
        keys = jax.random.split(key, 1 + 3 * layers)
        stream = dropped(keys[0], parameters["tokens"][tokens] + parameters["positions"])
        for index, block in enumerate(parameters["blocks"]):
            stream = self.block(
                block, stream, keys[1 + 3 * index:4 + 3 * index],
                request.pruned and index == layers - 1)
        if workload["judges"] == "last":
            stream = stream[:, -1]
        if workload["normalizes"] == "before":
            stream = normalized(parameters["norm"], stream)
        return cross_entropy(applied(parameters["head"], stream), labels)


class PatchConvolution:
    """Filters on patches, a rectifier, and a mean for each class."""

    def parameters(self, key):
        """The filters."""
        return normal(key, (workload["classes"] * workload["filters"], workload["inputs"])) * 0.01

    def data(self, key):
        """Patches and labels."""
        first, second = jax.random.split(key)
        samples, limit = workload["samples"], workload["classes"]
        patches = normal(first, (samples, workload["patches"], workload["inputs"]))
        return patches, jax.random.randint(second, (samples,), 0, limit)

    def loss(self, weight, patches, labels, key):
        """The mean cross-entropy."""
        hidden = nn.relu(patches @ weight.T)
        split = hidden.reshape(*hidden.shape[:2], workload["classes"], workload["filters"])
        return cross_entropy(split.sum((1, 3)) / workload["filters"], labels)


class Convolutional:
    """Two convolutions, a maximum pooling and a linear layer; channels last."""

    def parameters(self, key):
        """Both convolutions and the head."""
        channels, half = workload["channels"], workload["side"] // 2
        first, second, third = jax.random.split(key, 3)
        return {
            "first": normal(first, (3, 3, 1, channels)) / 3, "first_bias": jnp.zeros(channels),
            "second": normal(second, (3, 3, channels, channels)) * (9 * channels) ** -0.5,
            "second_bias": jnp.zeros(channels),
            "head": linear(third, channels * half * half, workload["classes"]),
        }

    def data(self, key):
        """Images and labels."""
        first, second = jax.random.split(key)
        samples, side = workload["samples"], workload["side"]
        labels = jax.random.randint(second, (samples,), 0, workload["classes"])
        return normal(first, (samples, side, side, 1)), labels

    def loss(self, parameters, values, labels, key):
        """The mean cross-entropy."""
        for name in ("first", "second"):
            values = lax.conv_general_dilated(
                values, parameters[name], (1, 1), "SAME",
                dimension_numbers=("NHWC", "HWIO", "NHWC"))
            values = nn.relu(values + parameters[name + "_bias"])
        window = (1, 2, 2, 1)
        values = lax.reduce_window(values, -jnp.inf, lax.max, window, window, "VALID")
        return cross_entropy(applied(parameters["head"], values.reshape(len(values), -1)), labels)


class Factorization:
    """A product of two factors, half the squares of what is masked in."""

    def parameters(self, key):
        """Both factors."""
        shape = (workload["order"], workload["rank"])
        return [normal(part, shape) * 0.1 for part in jax.random.split(key)]

    def data(self, key):
        """The target and the mask."""
        first, second = jax.random.split(key)
        shape = (workload["order"], workload["order"])
        return normal(first, shape), (jax.random.uniform(second, shape) < 0.5).astype(jnp.float32)

    def loss(self, factors, target, mask, key):
        """Half the sum of the squares."""
        return 0.5 * jnp.sum((mask * (factors[0] @ factors[1].T - target)) ** 2)


def training_state(key):
    """Parameters, and for Adam both moments and the number of steps."""
    parameters = model.parameters(key)
    if workload["optimizer"] == "gradient descent":
        return (parameters,)
    zeros = tree_map(jnp.zeros_like, parameters)
    return parameters, zeros, tree_map(jnp.copy, zeros), jnp.zeros(())


def training_step(state, inputs, targets, key):
    """One step by gradient descent, Adam or AdamW; returns the state behind it and the loss."""
    loss, gradient = jax.value_and_grad(model.loss)(state[0], inputs, targets, key)
    rate, decay = workload["learningRate"], workload.get("weightDecay", 0)
    if len(state) == 1:
        return (tree_map(lambda p, g: p - rate * g, state[0], gradient),), loss
    parameters, first, second, count = state
    count = count + 1
    first = tree_map(lambda m, g: 0.9 * m + 0.1 * g, first, gradient)
    second = tree_map(lambda v, g: 0.999 * v + 0.001 * g * g, second, gradient)
    first_scale, second_scale = 1 - 0.9 ** count, 1 - 0.999 ** count

    def moved(p, m, v):
        step = (m / first_scale) / (jnp.sqrt(v / second_scale) + 1e-8)
        return p * (1 - rate * decay) - rate * step

    return (tree_map(moved, parameters, first, second), first, second, count), loss


def power_state(key):
    """Parameters and a direction."""
    parameters = model.parameters(key)
    return parameters, tree_map(lambda piece: normal(key, piece.shape), parameters)


def power_step(state, inputs, targets, key):
    """One step of the power iteration: a Hessian-vector product, made a direction again."""
    parameters, direction = state

    def gradient(parameters):
        return jax.grad(model.loss)(parameters, inputs, targets, key)

    product = jax.jvp(gradient, (parameters,), (direction,))[1]
    norm = jnp.sqrt(sum(jnp.vdot(piece, piece) for piece in tree_leaves(product)))
    return (parameters, tree_map(lambda piece: piece / norm, product)), norm


models = {
    "fully connected": FullyConnected, "Hessian-vector product": FullyConnected,
    "transformer": Transformer, "patches": PatchConvolution, "images": Convolutional,
    "factorization": Factorization,
}
model = models[workload["family"]]()
is_product = workload["family"] == "Hessian-vector product"
make_state, one_step = (
    (power_state, power_step) if is_product else (training_state, training_step))
steps = max(1, min(SCANNED_STEPS, int(SCANNED_OPERATIONS / workload["operations"])))
if request.mode == "step":
    steps = 1


def several_steps(state, inputs, targets, key):
    """The steps of one call."""
    if request.mode == "step":
        return one_step(state, inputs, targets, key)
    state, losses = lax.scan(
        lambda state, key: one_step(state, inputs, targets, key), state,
        jax.random.split(key, steps))
    return state, losses[-1]


data_key, state_key, call_key = jax.random.split(jax.random.PRNGKey(0), 3)
inputs, targets = model.data(data_key)
networks = NETWORKS_AT_ONCE if request.mode == "vmap" else 1
if request.mode == "vmap":
    call_key = jax.random.split(call_key, networks)
    current = [jax.vmap(make_state)(jax.random.split(state_key, networks)), None]
    compiled = jax.jit(jax.vmap(several_steps, in_axes=(0, None, None, 0)), donate_argnums=0)
else:
    current = [make_state(state_key), None]
    compiled = jax.jit(several_steps, donate_argnums=0)


def call():
    """Some steps."""
    current[:] = compiled(current[0], inputs, targets, call_key)


request.measure(
    jax.__version__, call, steps * networks, lambda: float(jnp.mean(current[1])))
