"""One run: read the sets, measure each part, say whether precision holds."""

from collections.abc import Callable, Sequence
from pathlib import Path

from evals.identity.measures import Measured, measure, parts_of
from evals.identity.report import Report
from evals.identity.sets import READERS, SetMissing, read_sets

COMMAND = "python -m evals.identity --data DIR"


def run(folder: Path, names: Sequence[str], done: Callable[[Measured], None] | None = None) -> Report:
    """Measure the named sets (all where none is named), from `folder` or its folder `identity`; `done` hears of each.

    Raises `SetMissing`.
    """
    unknown = [name for name in names if name not in READERS]
    if unknown:
        raise SetMissing(f"there is no set {unknown[0]!r}; there are {', '.join(READERS)}")
    if not folder.is_dir():
        raise SetMissing(f"{folder.name!r} is no folder; --data names the one that holds the sets")
    inner = folder / "identity"
    folder = inner if inner.is_dir() else folder
    measured: list[Measured] = []
    for labelled in read_sets(folder, names or tuple(READERS)):
        for part in parts_of(labelled):
            measured.append(measure(labelled, part))
            if done is not None:
                done(measured[-1])
    chosen = f" --sets {','.join(names)}" if names else ""
    return Report(command=f"{COMMAND}{chosen}", sets=tuple(measured))
