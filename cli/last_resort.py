"""What a command leaves behind when it fails in a way that nobody foresaw: a file for whoever mends it."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from domain.errors import InputError

USAGE = 2
"""Exit code of a wrong call, and of a failure that has a name."""
UNEXPECTED = 70
"""EX_SOFTWARE of sysexits.h: our mistake, not the caller's."""
INTERRUPTED = 130


def data_dir() -> Path:
    """Where this process keeps its data, even if its other settings are broken."""
    # Only a failed command asks for it.
    from runtime.settings import StoreSettings, load

    try:
        return load(StoreSettings).data_dir
    except InputError:
        return Path(str(StoreSettings.model_fields["data_dir"].default))


def keep_traceback(error: BaseException, directory: Path) -> str:
    """Append the traceback to `errors.log`, readable by its owner only: it may quote a person's data.

    Returns the end of a sentence that says where it is, or that it could not be kept.
    """
    log = directory / "errors.log"
    text = f"{datetime.now(UTC).isoformat()}\n{''.join(traceback.format_exception(error))}\n"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(text)
    except OSError as unwritable:
        return f"its details could not be kept in {log}: {unwritable.strerror}"
    return f"details in {log}"
