"""Damage done to a good file by chance: bits turned, pieces cut, doubled or moved, telling tokens put in."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence


def mutated(seeds: Sequence[bytes], tokens: Sequence[bytes], count: int, seed: int) -> Iterator[bytes]:
    """``count`` damaged files, the same for the same ``seed``."""
    chance = random.Random(seed)  # noqa: S311 - damages files, keeps no secret
    for _ in range(count):
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.choice((1, 1, 1, 2, 3, 8))):
            _damage(data, tokens, chance)
        yield bytes(data)


def _damage(data: bytearray, tokens: Sequence[bytes], chance: random.Random) -> None:
    at = chance.randrange(len(data) + 1)
    length = chance.choice((1, 1, 2, 4, 16, 64))
    match chance.randrange(7):
        case 0 | 1 if at < len(data):
            data[at] ^= 1 << chance.randrange(8)
        case 2 if at < len(data):
            data[at] = chance.choice((0, 0xFF, 0x7F, 0x80, chance.randrange(256)))
        case 3:
            del data[at : at + length]
        case 4:
            data[at:at] = data[at : at + length]
        case 5 if chance.randrange(4) == 0:
            del data[at:]
        case _:
            data[at:at] = chance.choice(tokens)
