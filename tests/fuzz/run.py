"""Fuzz one reader with atheris: ``python tests/fuzz/run.py NAME --seconds 30``.

Only ``procmine.read`` is instrumented. The run begins with small good files made on the fly and ends with exit code 0
where nothing was found; else the input that did it lies in ``--found`` and its bytes are printed in hex.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 32_768  # bytes of an input: a small workbook has 6,000, an SQLite file 60,000 of which 30,000 are empty pages
SLOWEST = 20  # seconds for one input
MOST_MEMORY = 3_072  # MiB


def main() -> None:
    """Set atheris up and let it run; it ends the process itself."""
    sys.path.insert(0, str(ROOT))
    import atheris

    with atheris.instrument_imports(include=["procmine.read"]):
        targets = importlib.import_module("tests.fuzz.targets").TARGETS
    seeds = importlib.import_module("tests.fuzz.seeds")
    parser = argparse.ArgumentParser(description="Fuzz one reader.")
    parser.add_argument("name", choices=sorted(targets))
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1, help="the same seed draws the same inputs")
    parser.add_argument("--found", type=Path, default=None, help="folder for inputs that break something")
    parser.add_argument("--input", type=Path, default=None, help="run just this file")
    asked = parser.parse_args()
    if asked.input:
        targets[asked.name](asked.input.read_bytes())
        return
    place = Path(tempfile.mkdtemp(prefix="fuzz-corpus-"))
    corpus, words = place / "corpus", place / "words"
    corpus.mkdir()
    for number, seed in enumerate(seeds.SEEDS[asked.name]()):
        (corpus / f"{number:03d}").write_bytes(seed)
    words.write_text("".join(f'"{_escaped(token)}"\n' for token in seeds.TOKENS[asked.name]), encoding="ascii")
    found = asked.found or place / "found"
    found.mkdir(exist_ok=True)
    longest = max(LONGEST, *(len(seed) for seed in seeds.SEEDS[asked.name]()), 0)
    options = [
        f"-max_total_time={asked.seconds}", f"-seed={asked.seed}", f"-max_len={longest}", f"-timeout={SLOWEST}",
        f"-rss_limit_mb={MOST_MEMORY}", f"-artifact_prefix={found}/", f"-dict={words}", "-len_control=0",
        "-print_final_stats=1",
    ]  # fmt: skip
    atheris.Setup([sys.argv[0], *options, str(corpus)], targets[asked.name])
    atheris.Fuzz()


def _escaped(token: bytes) -> str:
    return "".join(f"\\x{byte:02X}" for byte in token)


if __name__ == "__main__":
    main()
