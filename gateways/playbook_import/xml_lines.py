"""A small XML file as a tree that knows its lines. Entities and document types are refused."""

from xml.parsers import expat

from domain.errors import ErrorCode, InputError

MAX_BYTES = 5_000_000


class Node:
    """An element: its name without namespace, its line, its text and its children in order."""

    def __init__(self, name: str, line: int) -> None:
        self.name, self.line, self.text = name, line, ""
        self.children: list[Node] = []

    def all(self, name: str) -> list["Node"]:
        return [child for child in self.children if child.name == name]

    def value(self, name: str) -> str:
        """The text of the first child of that name; empty where there is none."""
        return next((child.text.strip() for child in self.children if child.name == name), "")


def read_xml(body: bytes, name: str) -> Node:
    """Raises `InputError` with the line."""
    if len(body) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES} bytes; no assignment rules are that long")
    root = Node("", 0)
    open_nodes = [root]
    parser = expat.ParserCreate(namespace_separator=" ")

    def begin(tag: str, _attributes: dict[str, str]) -> None:
        node = Node(tag.rpartition(" ")[2], parser.CurrentLineNumber)
        open_nodes[-1].children.append(node)
        open_nodes.append(node)

    def finish(_tag: str) -> None:
        open_nodes.pop()

    def characters(text: str) -> None:
        open_nodes[-1].text += text

    def refuse(*_: object) -> None:
        raise InputError(
            f"{name}:{parser.CurrentLineNumber}: a document type is not allowed here; export the rules again",
            code=ErrorCode.INVALID_PLAYBOOK,
        )

    parser.StartElementHandler, parser.EndElementHandler = begin, finish
    parser.CharacterDataHandler, parser.StartDoctypeDeclHandler = characters, refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as broken:
        raise InputError(
            f"{name}:{broken.lineno}: not readable as XML ({expat.ErrorString(broken.code)})",
            code=ErrorCode.INVALID_PLAYBOOK,
        ) from None
    return root.children[0]
