"""The tagger: the first layers of the e5 encoder, features of rules and lists beside the words, a label for each piece.

Written out instead of taken from torch.nn.TransformerEncoder, because the Rust runtime does exactly these steps and no others.
"""
import dataclasses

import torch
from torch import nn
from torch.nn import functional as F

import labels as L


@dataclasses.dataclass
class Shape:
    """What must be known to build a model."""
    vocab: int
    layers: int = 6
    width: int = 384
    heads: int = 12
    ff: int = 1536
    eps: float = 1e-12
    positions: int = L.MAX_WINDOW + 2
    flags: int = L.FLAGS
    rules: int = L.RULES
    shapes: int = L.SHAPES
    hidden: int = 384
    dropout: float = 0.1


def line(part, x):
    """A linear layer in the precision of what comes in; the weights themselves stay float32."""
    return F.linear(x, part.weight.to(x.dtype), part.bias.to(x.dtype))


def norm(part, x):
    return F.layer_norm(x, part.normalized_shape, part.weight.to(x.dtype), part.bias.to(x.dtype), part.eps)


def drop(x, p, training):
    """Dropout of whole channels of a text: as good here, and on a CPU the random numbers of the usual one cost more than a layer."""
    if not training or p <= 0:
        return x
    keep = (torch.rand(x.shape[0], 1, x.shape[2]) >= p).to(x.dtype) / (1 - p)
    return x * keep


class Layer(nn.Module):
    """One block of BERT: normalised after each sum, not before."""

    def __init__(self, s):
        super().__init__()
        self.heads = s.heads
        self.p = s.dropout
        self.q, self.k, self.v, self.ao = (nn.Linear(s.width, s.width) for _ in range(4))
        self.fi, self.fo = nn.Linear(s.width, s.ff), nn.Linear(s.ff, s.width)
        self.aln, self.oln = nn.LayerNorm(s.width, s.eps), nn.LayerNorm(s.width, s.eps)

    def forward(self, x, bias):
        b, n, w = x.shape
        d = w // self.heads
        split = lambda y: y.view(b, n, self.heads, d).transpose(1, 2)
        # By hand: torch's own attention is twice as slow backwards on a CPU.
        scores = (split(line(self.q, x)) * d ** -0.5) @ split(line(self.k, x)).transpose(-1, -2)
        a = torch.softmax(scores + bias, -1) @ split(line(self.v, x))
        a = line(self.ao, a.transpose(1, 2).reshape(b, n, w))
        x = norm(self.aln, x + drop(a, self.p, self.training))
        y = line(self.fo, F.gelu(line(self.fi, x)))
        return norm(self.oln, x + drop(y, self.p, self.training))


class Tagger(nn.Module):
    """Pieces and features in; logits of the labels per piece and of the categories per window out."""

    def __init__(self, shape):
        super().__init__()
        s = self.shape = shape
        self.word = nn.Embedding(s.vocab, s.width)
        self.pos = nn.Embedding(s.positions, s.width)
        self.flag = nn.Linear(s.flags, s.width, bias=False)
        self.rule = nn.Embedding(s.rules, s.width)
        self.form = nn.Embedding(s.shapes, s.width)
        self.eln = nn.LayerNorm(s.width, s.eps)
        self.layers = nn.ModuleList(Layer(s) for _ in range(s.layers))
        self.mix = nn.Linear(2 * s.width, s.hidden)
        self.out = nn.Linear(s.hidden, L.COUNT)
        self.cat = nn.Linear(2 * s.width, len(L.CATEGORIES))
        for table in (self.flag, self.rule, self.form):
            nn.init.normal_(table.weight, std=0.01)

    def forward(self, ids, flags, rules, forms, keep, dtype=torch.float32):
        """All are [batch, pieces]; flags [batch, pieces, 32] of 0 and 1; keep is true where a piece stands."""
        n, p = ids.shape[1], self.shape.dropout
        facts = self.flag(flags) + self.rule(rules) + self.form(forms)
        x = norm(self.eln, (self.word(ids) + self.pos.weight[:n] + facts).to(dtype))
        x = drop(x, p, self.training)
        bias = torch.zeros(keep.shape).masked_fill(~keep, -1e4)[:, None, None, :].to(dtype)
        for layer in self.layers:
            x = layer(x, bias)
        z = F.gelu(line(self.mix, drop(torch.cat([x, facts.to(dtype)], -1), p, self.training)))
        top = x.masked_fill(~keep[..., None], -1e4).amax(1)
        return line(self.out, z), line(self.cat, torch.cat([x[:, 0], top], -1))


def load_encoder(model, e5, old_ids):
    """Fills word, position and layer weights from e5; `old_ids` gives each of our pieces its row there."""
    s = model.shape
    with torch.no_grad():
        put = lambda p, a: p.copy_(torch.from_numpy(a).reshape(p.shape))
        put(model.word.weight, e5.rows(old_ids))
        # The one type of segment is a constant: it is added to the positions.
        pos = e5.tensor("emb.pos", s.width)[:s.positions] + e5.tensor("emb.type", s.width)[:1]
        put(model.pos.weight, pos)
        put(model.eln.weight, e5.tensor("emb.ln.w"))
        put(model.eln.bias, e5.tensor("emb.ln.b"))
        for n, layer in enumerate(model.layers):
            for name, part in (("q", layer.q), ("k", layer.k), ("v", layer.v), ("ao", layer.ao), ("fi", layer.fi),
                               ("fo", layer.fo), ("aln", layer.aln), ("oln", layer.oln)):
                put(part.weight, e5.tensor(f"l{n}.{name}.w"))
                put(part.bias, e5.tensor(f"l{n}.{name}.b"))
