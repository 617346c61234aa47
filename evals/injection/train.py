"""`python -m evals.injection.train`: learns the weights of `domain.injection_model` and writes them.

Reads `training.jsonl` and `texts.jsonl` beside it; `held_out.jsonl` and what others labelled are left for measuring.
Nothing is drawn by lot, so that the same texts give the same weights. A logistic model fitted by AdaGrad (Duchi, Hazan
and Singer, 2011), where of each text only the worst passage teaches (multiple-instance learning).
"""

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from math import exp, fsum, sqrt
from pathlib import Path
from typing import NamedTuple

from domain.injection import passages_of
from domain.injection_model import features

HERE = Path(__file__).parent
TEXTS = (HERE / "training.jsonl", HERE / "texts.jsonl")
WEIGHTS_FILE = HERE.parent.parent / "domain" / "injection_weights.py"
ROUNDS = 10
STEP = 0.25
FIRST_BIAS = -1.0
FAINT = 0.05
"""Weights below are left out of the file."""
SEEN_AT_LEAST = 3
"""Texts that a feature must stand in to count."""


class Sample(NamedTuple):
    hostile: bool
    passages: tuple[frozenset[str], ...]


def read(files: Sequence[Path]) -> list[Sample]:
    """Raises `ValueError` at a line that is no labelled text."""
    samples: list[Sample] = []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            passages = tuple(features(text, cues) for text, cues in passages_of(row["text"]))
            if passages:
                samples.append(Sample(bool(row["injection"]), passages))
    return samples


def learn(samples: Sequence[Sample]) -> tuple[float, dict[str, float]]:
    """Bias and weights, rounded as they are written."""
    seen: dict[str, int] = defaultdict(int)
    for sample in samples:
        for feature in frozenset[str]().union(*sample.passages):
            seen[feature] += 1
    kept = {feature for feature, count in seen.items() if count >= SEEN_AT_LEAST}
    known = [Sample(s.hostile, tuple(p & kept for p in s.passages)) for s in samples]
    weights: dict[str, float] = defaultdict(float)
    squares: dict[str, float] = defaultdict(lambda: 0.01)
    bias, bias_square = FIRST_BIAS, 0.01
    for turn in range(ROUNDS):
        for number in sorted(range(len(known)), key=lambda n: sha256(f"{turn}/{n}".encode()).digest()):
            margins = [bias + fsum(weights[f] for f in passage) for passage in known[number].passages]
            worst = margins.index(max(margins))
            slope = 1 / (1 + exp(-max(-30.0, min(30.0, margins[worst])))) - known[number].hostile
            bias_square += slope * slope
            bias -= STEP * slope / sqrt(bias_square)
            for feature in known[number].passages[worst]:
                squares[feature] += slope * slope
                weights[feature] -= STEP * slope / sqrt(squares[feature])
    return round(bias, 2), {f: round(w, 2) for f, w in sorted(weights.items()) if abs(w) >= FAINT}


def as_module(bias: float, weights: dict[str, float]) -> Iterator[str]:
    """The lines of `domain/injection_weights.py`."""
    yield '"""Weights of `domain.injection_model`, made by `python -m evals.injection.train`, not by hand."""'
    yield ""
    yield f"BIAS = {bias}"
    yield "WEIGHTS: dict[str, float] = {"
    for feature, weight in weights.items():
        yield f"    {json.dumps(feature, ensure_ascii=False)}: {weight},"
    yield "}"


def main() -> int:
    bias, weights = learn(read(TEXTS))
    WEIGHTS_FILE.write_text("\n".join(as_module(bias, weights)) + "\n", encoding="utf-8")
    sys.stdout.write(f"{WEIGHTS_FILE.name}: {len(weights)} weights\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
