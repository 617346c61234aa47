"""One data directory serves one stack at a time."""

from pathlib import Path

import pytest

from cli.stack import MARKER, claim, reset
from domain.errors import InputError


def test_a_directory_in_use_is_neither_taken_nor_removed(tmp_path: Path) -> None:
    root = tmp_path / "demo"
    root.mkdir()
    (root / MARKER).touch()
    with claim(root):
        with pytest.raises(InputError) as refused:
            claim(root)
        assert "another demo runs" in refused.value.detail
        with pytest.raises(InputError):
            reset(root)
        assert (root / MARKER).exists()
    reset(root)
    assert not root.exists()
