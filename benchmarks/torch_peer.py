#!/usr/bin/env python3
"""Measures PyTorch on one thread and prints one line of JSON.

Modes:
  eager        what people write: modules, loss.backward(), the optimiser's default
  eager-fused  the same with the optimiser's fused kernel
  compile      forward pass and loss by torch.compile, the optimiser's fused kernel
  tangent      of a Hessian-vector product alone: the tangent of the gradient by torch.compile
"""

from measurement import Request

request = Request("torch", __doc__, ["eager", "eager-fused", "compile", "tangent"])
workload = request.definition
is_product = workload["family"] == "Hessian-vector product"
if is_product and request.mode == "eager-fused":
    request.skip("a Hessian-vector product has no optimiser")
if is_product and request.mode == "compile":
    request.skip("what is compiled cannot be differentiated twice")
if not is_product and request.mode == "tangent":
    request.skip("it is no Hessian-vector product")
try:
    import torch
    from torch import nn
    from torch.nn import functional
except ImportError as failure:
    request.skip(f"PyTorch is not installed ({failure})")

ACTIVATIONS = {"relu": nn.ReLU, "tanh": nn.Tanh, "gelu": nn.GELU}


def initialized(model):
    """Draws weights with a variance of one over the fan-in; biases are zero."""
    for module in model.modules():
        if isinstance(module, (nn.Linear, nn.Conv2d)):
            nn.init.normal_(module.weight, std=module.weight[0].numel() ** -0.5)
            nn.init.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            nn.init.normal_(module.weight, std=0.02)
    return model


def fully_connected(sizes, activation):
    """Linear layers with an activation between them."""
    layers = []
    for inputs, outputs in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, outputs), ACTIVATIONS[activation]()]
    return initialized(nn.Sequential(*layers[:-1]))


class Block(nn.Module):
    """Attention and a feed-forward part, each with a residual and a LayerNorm."""

    def __init__(self, last_token_only):
        super().__init__()
        width, hidden = workload["width"], workload["hidden"]
        keys = workload["heads"] * workload["keyWidth"]
        self.last_token_only = last_token_only
        self.queries_keys_values = nn.Linear(width, 3 * keys)
        self.projection = nn.Linear(keys, width)
        self.widening, self.narrowing = nn.Linear(width, hidden), nn.Linear(hidden, width)
        self.first_norm, self.second_norm = nn.LayerNorm(width), nn.LayerNorm(width)
        self.activation = ACTIVATIONS[workload["activation"]]()

    def attention(self, stream):
        """Causal attention; of the last token alone where nothing else is needed."""
        samples, tokens, _ = stream.shape
        heads, width = workload["heads"], workload["keyWidth"]
        joined = self.queries_keys_values
        if self.last_token_only:
            weight, bias = joined.weight, joined.bias
            query = functional.linear(stream[:, -1:], weight[:heads * width], bias[:heads * width])
            query = query.view(samples, 1, heads, width).transpose(1, 2)
            pair = functional.linear(stream, weight[heads * width:], bias[heads * width:])
            key, value = pair.view(samples, tokens, 2, heads, width).permute(2, 0, 3, 1, 4)
        else:
            query, key, value = joined(stream).view(
                samples, tokens, 3, heads, width).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(
            query, key, value, dropout_p=workload["dropout"], is_causal=not self.last_token_only)
        return self.projection(mixed.transpose(1, 2).reshape(samples, -1, heads * width))

    def feed_forward(self, stream):
        """Two linear layers with an activation between them."""
        return self.narrowing(self.activation(self.widening(stream)))

    def forward(self, stream):
        """The stream behind the block."""
        residual = (lambda rows: rows[:, -1:]) if self.last_token_only else (lambda rows: rows)
        if workload["normalizes"] == "after":
            stream = self.first_norm(residual(stream) + dropped(self.attention(stream)))
            return self.second_norm(stream + dropped(self.feed_forward(stream)))
        stream = residual(stream) + dropped(self.attention(self.first_norm(stream)))
        return stream + dropped(self.feed_forward(self.second_norm(stream)))


def dropped(values):
    """Dropout where the workload has it."""
    return functional.dropout(values, workload["dropout"]) if workload["dropout"] else values


class Transformer(nn.Module):
    """A causal transformer that predicts tokens."""

    def __init__(self):
        super().__init__()
        width, layers = workload["width"], workload["layers"]
        self.tokens = nn.Embedding(workload["vocabulary"], width)
        self.positions = nn.Embedding(workload["tokens"], width)
        self.blocks = nn.ModuleList(
            [Block(request.pruned and index == layers - 1) for index in range(layers)])
        normalizes_first = workload["normalizes"] == "before"
        self.norm = nn.LayerNorm(width) if normalizes_first else nn.Identity()
        self.head = nn.Linear(width, workload["vocabulary"])

    def forward(self, tokens):
        """Scores of every word, for the tokens that the loss judges."""
        stream = dropped(self.tokens(tokens) + self.positions.weight)
        for block in self.blocks:
            stream = block(stream)
        if workload["judges"] == "last":
            stream = stream[:, -1]
        return self.head(self.norm(stream))


class PatchConvolution(nn.Module):
    """Filters on patches, a rectifier, and a mean for each class."""

    def __init__(self):
        super().__init__()
        filters = workload["classes"] * workload["filters"]
        self.weight = nn.Parameter(torch.randn(filters, workload["inputs"]) * 0.01)

    def forward(self, patches):
        """Scores of every class."""
        hidden = functional.relu(patches @ self.weight.T)
        split = hidden.view(*hidden.shape[:2], workload["classes"], workload["filters"])
        return split.sum((1, 3)) / workload["filters"]


def convolutional():
    """Two convolutions, a maximum pooling and a linear layer."""
    channels, side = workload["channels"], workload["side"]
    return initialized(nn.Sequential(
        nn.Conv2d(1, channels, 3, padding=1), nn.ReLU(),
        nn.Conv2d(channels, channels, 3, padding=1), nn.ReLU(),
        nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(channels * (side // 2) ** 2, workload["classes"])))


class Factorization(nn.Module):
    """A product of two factors."""

    def __init__(self):
        super().__init__()
        order, rank = workload["order"], workload["rank"]
        self.left = nn.Parameter(torch.randn(order, rank) * 0.1)
        self.right = nn.Parameter(torch.randn(order, rank) * 0.1)

    def forward(self, target):
        """The difference to the target."""
        return self.left @ self.right.T - target


def problem():
    """The model, its inputs, its targets and its loss."""
    family, samples = workload["family"], workload.get("samples")
    if family in ("fully connected", "Hessian-vector product"):
        sizes = workload["sizes"]
        inputs, targets = torch.randn(samples, sizes[0]), torch.randn(samples, sizes[-1])
        return fully_connected(sizes, workload["activation"]), inputs, targets, functional.mse_loss
    if family == "factorization":
        target = torch.randn(workload["order"], workload["order"])
        mask = (torch.rand_like(target) < 0.5).float()
        return Factorization(), target, mask, lambda difference, mask: (
            0.5 * (mask * difference).square().sum())
    if family == "transformer":
        shape = (samples, workload["tokens"])
        tokens = torch.randint(0, workload["vocabulary"], shape)
        judged = shape[:1] if workload["judges"] == "last" else shape
        labels = torch.randint(0, workload["vocabulary"], judged)
        return initialized(Transformer()), tokens, labels, lambda scores, labels: (
            functional.cross_entropy(scores.flatten(0, -2), labels.flatten()))
    labels = torch.randint(0, workload["classes"], (samples,))
    if family == "patches":
        patches = torch.randn(samples, workload["patches"], workload["inputs"])
        return PatchConvolution(), patches, labels, functional.cross_entropy
    images = torch.randn(samples, 1, workload["side"], workload["side"])
    return convolutional(), images, labels, functional.cross_entropy


def training_step(model, inputs, targets, loss_function):
    """A function that makes one step and returns the loss before it."""
    options = {"lr": workload["learningRate"]}
    if request.mode != "eager":
        options["fused"] = True
    if workload["optimizer"] == "AdamW":
        options["weight_decay"] = workload["weightDecay"]
    optimizers = {
        "gradient descent": torch.optim.SGD, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}
    optimizer = optimizers[workload["optimizer"]](model.parameters(), **options)

    def loss_of(inputs, targets):
        return loss_function(model(inputs), targets)

    if request.mode == "compile":
        loss_of = torch.compile(loss_of)

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(inputs, targets)
        loss.backward()
        optimizer.step()
        return loss.detach()

    return step


def hessian_step(model, inputs, targets, loss_function):
    """A function that multiplies the loss's Hessian by a direction, and returns a number of it.

    Eagerly the gradient is differentiated backwards once more. The compiler does not understand that;
    it is given the tangent of the gradient.
    """
    parameters = dict(model.named_parameters())
    direction = {name: torch.randn_like(value) for name, value in parameters.items()}
    if request.mode == "tangent":
        def loss_of(parameters):
            outputs = torch.func.functional_call(model, parameters, (inputs,))
            return loss_function(outputs, targets)

        values = {name: value.detach() for name, value in parameters.items()}
        product = torch.compile(lambda at, along: torch.func.jvp(
            torch.func.grad(loss_of), (at,), (along,))[1])
        return lambda: next(iter(product(values, direction).values())).sum()

    def step():
        pieces = list(parameters.values())
        loss = loss_function(model(inputs), targets)
        gradients = torch.autograd.grad(loss, pieces, create_graph=True)
        slope = sum((gradient * part).sum() for gradient, part in zip(
            gradients, direction.values()))
        return torch.autograd.grad(slope, pieces)[0].sum()

    return step


torch.set_num_threads(1)
torch.set_num_interop_threads(1)
torch.manual_seed(0)
step_function = (hessian_step if is_product else training_step)(*problem())
values = []
request.measure(
    torch.__version__, lambda: values.__setitem__(slice(None), [step_function()]), 1,
    lambda: float(values[0]))
