"""Reads `playbook/` from disk. Every complaint names the file, the line, what is wrong and what to do.

Each file holds some of the playbook's keys at its top level; together they are one playbook. YAML is read
as version 1.2 reads scalars, so that `no` is Norway and `09:00` a time.
"""

import difflib
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, get_args

import yaml
from pydantic import BaseModel, ValidationError

from domain.environments import for_environment, unmapped
from domain.errors import DomainError, ErrorCode, InputError
from domain.model import Value
from domain.playbook import Playbook
from domain.playbook_checks import PlaybookFinding, check
from domain.texts import clean
from runtime.settings import PlaybookSettings, load

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
"""With aliases followed: a few short lines of them can stand for millions of values."""
MAX_TEXT = 1_000
KeyPath = tuple[str | int, ...]
Judge = Callable[[Playbook], Sequence[PlaybookFinding]]


class PlaybookStore(Protocol):
    """Keeps every playbook that a case was started with."""

    def store(self, digest: str, body: bytes) -> None: ...

    def load(self, digest: str) -> bytes | None: ...


class FilePlaybooks:
    """Implements `domain.ports.Playbooks`: the files for now, the store for what a case is pinned to."""

    def __init__(self, folder: Path, store: PlaybookStore) -> None:
        self._folder = folder
        self._store = store
        self._lock = threading.Lock()
        self._seen: tuple[tuple[str, int, int], ...] = ()
        self._current: Playbook | None = None
        self._pinned: dict[str, Playbook] = {}

    def current(self) -> Playbook:
        """The files as they are now, read again when one changed. A broken edit raises `InputError`."""
        with self._lock:
            stamp = _stamp(self._folder)
            if self._current is None or stamp != self._seen:
                playbook = load_playbook(self._folder)
                self._store.store(playbook.digest, playbook.model_dump_json().encode())
                self._current, self._seen = playbook, stamp
            return self._current

    def readable(self) -> Playbook:
        """As `current`; while an edit is broken, what this process read last. Raises `InputError` if nothing."""
        try:
            return self.current()
        except InputError:
            with self._lock:
                if self._current is None:
                    raise
                return self._current

    def place_of(self, path: KeyPath) -> str:
        """`file.yaml:line` where the value at this path stands now. Raises `InputError` where there is no playbook."""
        return line_of(self._folder, path)

    def pinned(self, digest: str) -> Playbook:
        """The playbook of that digest. Raises `DomainError` (document_missing)."""
        with self._lock:
            if self._current is not None and self._current.digest == digest:
                return self._current
            if digest not in self._pinned:
                body = self._store.load(digest)
                if body is None:
                    raise DomainError(f"no playbook {digest} is stored", code=ErrorCode.DOCUMENT_MISSING)
                playbook = Playbook.model_validate_json(body)
                if playbook.digest != digest:
                    raise DomainError(
                        f"what is stored as playbook {digest} is another", code=ErrorCode.DOCUMENT_MISSING
                    )
                self._pinned[digest] = playbook
            return self._pinned[digest]


def load_playbook(folder: Path, environment: str | None = None) -> Playbook:
    """All `*.yaml` files of the folder as one playbook, for the environment of the settings where none is given.

    Raises `InputError` (invalid_playbook); its detail has one line per problem: `file.yaml:line: what; fix`.
    """
    source, playbook = _read(folder, environment)
    if source.problems or playbook is None:
        lines = (str(Located(file=f, line=n, text=text)) for f, n, text in sorted(set(source.problems)))
        raise InputError("\n".join(lines), code=ErrorCode.INVALID_PLAYBOOK)
    return playbook.with_digest()


class Located(Value):
    """One finding at its place. `file` is relative to the playbook's folder."""

    file: str
    line: int
    text: str
    warning: bool = False

    def __str__(self) -> str:
        """One line, whatever the names in the playbook hold."""
        return f"{self.file}:{self.line}: {'warning: ' if self.warning else ''}{clean(self.text, MAX_TEXT)}"


def line_of(folder: Path, path: KeyPath) -> str:
    """`file.yaml:line` where the value at this path stands. Raises `InputError` where there is no playbook."""
    source, _ = _read(folder)
    file, line = source.place(path)
    return f"{file}:{line}"


def examine(folder: Path, judges: Sequence[Judge]) -> tuple[Playbook | None, tuple[Located, ...]]:
    """Everything there is to say about the files, in their order; the playbook where it is readable at all.

    `judges` look at a playbook whose values are well-formed, even if it is not sound. Raises `InputError` where
    there is no playbook.
    """
    source, playbook = _read(folder, every_environment=True)
    found = {Located(file=f, line=n, text=text) for f, n, text in source.problems}
    if playbook is not None:
        for finding in (finding for judge in judges for finding in judge(playbook)):
            file, line = source.place(finding.path)
            text = f"{finding.what}; {finding.fix}"
            found.add(Located(file=file, line=line, text=text, warning=finding.warning))
    return playbook, tuple(sorted(found, key=lambda f: (f.file, f.line, f.warning, f.text)))


def _read(
    folder: Path, environment: str | None = None, *, every_environment: bool = False
) -> tuple["_Source", Playbook | None]:
    """`every_environment`: what another environment than the chosen one lacks is a problem as well."""
    files = _files(folder)
    if not files:
        raise InputError(
            f"{folder}: no playbook here; point COUNTERSIGN_PLAYBOOK_DIR at the folder with its .yaml files",
            code=ErrorCode.INVALID_PLAYBOOK,
        )
    source = _Source()
    for path in files:
        source.add(path, path.relative_to(folder).as_posix())
    playbook = source.validated()
    if playbook is not None:
        for finding in check(playbook):
            source.complain(finding.path, f"{finding.what}; {finding.fix}")
        chosen = load(PlaybookSettings).environment if environment is None else environment
        elsewhere = unmapped(playbook) if every_environment else ()
        playbook, missing = for_environment(playbook, chosen)
        for finding in (*missing, *elsewhere):
            source.complain(finding.path, f"{finding.what}; {finding.fix}")
    return source, playbook


def _files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*.yaml") if p.is_file() and not p.name.startswith("."))


def _stamp(folder: Path) -> tuple[tuple[str, int, int], ...]:
    found = ((p, p.stat()) for p in _files(folder))
    return tuple((str(p), s.st_mtime_ns, s.st_size) for p, s in found)


class _Yaml12(yaml.SafeLoader):
    """Safe YAML whose plain scalars are text unless they are null, true, false or a decimal number."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, object]]] = {}

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._nodes = 0
        self._open: set[str] = set()
        self._weights: dict[str, int] = {}
        """Values behind each anchor, those behind its own aliases included."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Raises `_Unreasonable` where values hold themselves, or are too deep or too many to be rules."""
        event = self.peek_event()  # type: ignore[no-untyped-call]
        anchor = getattr(event, "anchor", None) or ""
        alias = isinstance(event, yaml.AliasEvent)
        before = self._nodes
        self._nodes += self._weights.get(anchor, 1) if alias else 1
        if alias and anchor in self._open:
            raise _Unreasonable(f"{anchor} holds itself", "write out what is meant", event.start_mark)
        if self._depth >= MAX_DEPTH or self._nodes > MAX_NODES:
            much = "nested too deeply" if self._depth >= MAX_DEPTH else f"more than {MAX_NODES} values"
            raise _Unreasonable(much, "see the other files for how rules look", event.start_mark)
        self._depth += 1
        if not alias:
            self._open.add(anchor)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if not alias:
            self._open.discard(anchor)
            self._weights[anchor] = self._nodes - before
        return node


class _Unreasonable(yaml.MarkedYAMLError):
    """Readable as YAML, and nothing that a playbook could say."""

    def __init__(self, what: str, fix: str, mark: yaml.Mark) -> None:
        super().__init__(problem=f"{what}; {fix}", problem_mark=mark)


for _tag, _pattern, _first in (
    ("tag:yaml.org,2002:null", r"^(?:~|null|)$", ["~", "n", ""]),
    ("tag:yaml.org,2002:bool", r"^(?:true|false)$", ["t", "f"]),
    ("tag:yaml.org,2002:int", r"^[-+]?\d+$", list("-+0123456789")),
    ("tag:yaml.org,2002:float", r"^[-+]?\d+\.\d+$", list("-+0123456789")),
):
    _Yaml12.add_implicit_resolver(_tag, re.compile(_pattern), _first)


class _Source:
    """The merged files, and where each key stood."""

    def __init__(self) -> None:
        self.content: dict[str, object] = {}
        self.problems: list[tuple[str, int, str]] = []
        self._unread = False
        """Whether a file gave nothing: what refers to it cannot be judged, and would be false alarm."""
        self._lines: dict[KeyPath, tuple[str, int]] = {}
        self._first_file = "playbook"
        self._empty_file = ""

    def add(self, path: Path, name: str) -> None:
        self._first_file = name if not self.content else self._first_file
        try:
            if path.stat().st_size > MAX_BYTES:
                self._cannot_read(name, 1, f"larger than {MAX_BYTES} bytes; split it")
                return
            loader = _Yaml12(path.read_text(encoding="utf-8"))
            try:
                node = loader.get_single_node()
                self._merge(name, node, loader)
            finally:
                loader.dispose()
        except yaml.MarkedYAMLError as broken:
            mark = broken.problem_mark or broken.context_mark
            line = mark.line + 1 if mark is not None else 1
            why = f"not readable as YAML: {broken.problem}; check indentation and quotes"
            self._cannot_read(name, line, str(broken.problem) if isinstance(broken, _Unreasonable) else why)
        except (UnicodeDecodeError, yaml.YAMLError):
            self._cannot_read(name, 1, "not readable as YAML in UTF-8; save it as UTF-8 text")
        except OSError as unreadable:
            self._cannot_read(name, 1, f"cannot be read: {unreadable.strerror}; correct its rights")

    def _cannot_read(self, name: str, line: int, why: str) -> None:
        self._unread = True
        self.problems.append((name, line, why))

    def _merge(self, name: str, node: yaml.Node | None, loader: _Yaml12) -> None:
        if node is None:
            self._empty_file = self._empty_file or name
            return
        if not isinstance(node, yaml.MappingNode):
            self._cannot_read(name, _line(node), "the file must be `key: value` at its top; see the other files")
            return
        self._walk(name, node, ())
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in self.content:
                file, line = self._lines[(key,)]
                text = f"{key} is already in {file}:{line}; keep it in one place"
                self.problems.append((name, _line(key_node), text))
                continue
            self._lines[(key,)] = (name, _line(key_node))
            self._index(name, value_node, (key,))
            self.content[key] = loader.construct_object(value_node, deep=True)

    def _walk(self, name: str, node: yaml.Node, path: KeyPath) -> None:
        """Duplicate keys, which PyYAML lets pass in silence."""
        if isinstance(node, yaml.MappingNode):
            seen: dict[str, int] = {}
            for key_node, value_node in node.value:
                key = str(key_node.value)
                if key in seen:
                    text = f"{key} is there twice, first on line {seen[key]}; keep one"
                    self.problems.append((name, _line(key_node), text))
                seen.setdefault(key, _line(key_node))
                self._walk(name, value_node, (*path, key))
        elif isinstance(node, yaml.SequenceNode):
            for n, item in enumerate(node.value):
                self._walk(name, item, (*path, n))

    def _index(self, name: str, node: yaml.Node, path: KeyPath) -> None:
        if isinstance(node, yaml.MappingNode):
            for key_node, value_node in node.value:
                inner = (*path, str(key_node.value))
                self._lines[inner] = (name, _line(key_node))
                self._index(name, value_node, inner)
        elif isinstance(node, yaml.SequenceNode):
            for n, item in enumerate(node.value):
                self._lines[(*path, n)] = (name, _line(item))
                self._index(name, item, (*path, n))

    def validated(self) -> Playbook | None:
        if self.problems and not self.content:
            return None
        try:
            playbook = Playbook.model_validate(self.content)
            return None if self._unread else playbook
        except ValidationError as refused:
            errors = refused.errors(include_url=False, include_context=False)
            meant = {(*e["loc"][:-1], _meant(e["loc"])) for e in errors if e["type"] == "extra_forbidden"}
            for error in errors:
                if self._unread and (not error["loc"] or (error["type"] == "missing" and len(error["loc"]) == 1)):
                    continue
                # A misspelt key is one mistake, not an unknown key and a missing one.
                if error["type"] != "missing" or error["loc"] not in meant:
                    self.complain(
                        error["loc"], _sentence(error["type"], error["msg"], error["loc"], error.get("input"))
                    )
            return None

    def complain(self, loc: KeyPath, text: str) -> None:
        """At the deepest part of the path that stands in a file."""
        self.problems.append((*self.place(loc), text))

    def place(self, loc: KeyPath) -> tuple[str, int]:
        """File and line of the deepest part of the path that stands in a file."""
        path = loc
        while path and path not in self._lines:
            path = _shorter(path, self._lines)
        # What is missing altogether: a file without a word is where it once was.
        return self._lines.get(path, (self._empty_file or self._first_file, 1))


def _shorter(path: KeyPath, known: Mapping[KeyPath, object]) -> KeyPath:
    """Without its last part; or without a part that pydantic put in (the tag of a union), where that is the trouble."""
    for n in range(1, len(path)):
        if path[:n] in known and path[: n + 1] not in known and (*path[:n], *path[n + 1 :]) in known:
            return (*path[:n], *path[n + 1 :])
    return path[:-1]


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _sentence(kind: str, message: str, loc: KeyPath, value: object) -> str:
    name = ".".join(str(part) for part in loc if part != "[key]")
    match kind:
        case "extra_forbidden":
            near = _meant(loc)
            return f"unknown key {loc[-1]}; " + (f"did you mean {near}?" if near else "remove it, or see the comments")
        case "missing":
            return f"{name} is missing; add it"
        case _:
            text = message.removeprefix("Value error, ")
            shown = f" (it is {str(value)[:60]!r})" if isinstance(value, str | int | float | bool) else ""
            return f"{name}: {text[:1].lower()}{text[1:]}{shown}; correct it"


def _meant(loc: KeyPath) -> str:
    """The known key that an unknown one looks like; empty where there is none."""
    near = difflib.get_close_matches(str(loc[-1]), _fields_at(loc[:-1]), n=1, cutoff=0.6)
    return near[0] if near else ""


def _fields_at(loc: KeyPath) -> list[str]:
    """The keys that are allowed where `loc` leads."""
    models: list[type[BaseModel]] = [Playbook]
    for part in loc:
        following: list[type[BaseModel]] = []
        for model in models:
            field = model.model_fields.get(str(part))
            if field is not None:
                following.extend(_models_in(field.annotation))
        # A list index, a free key or the tag of a union stays at the same models.
        models = following or models
    return sorted({name for model in models for name in model.model_fields if name != "digest"})


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in get_args(annotation):
        yield from _models_in(inner)
