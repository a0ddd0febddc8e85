"""A product file on disk: YAML in, a definition out; whatever is wrong is named with file, line, column and field."""

from collections.abc import Hashable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from deploy.errors import PlainError
from domain.definition import ProductDefinition
from events.errors import FieldError
from web.definition import MAX_PRODUCT_FILE, DefinitionError, read_definition

Position = tuple[int, int]  # line and column, from 1
Positions = dict[tuple[str | int, ...], Position]
MOST_SHOWN = 10  # findings of one file
MOST_NODES = 200_000  # aliases may repeat each other without end


class ProductFileError(PlainError):
    """The product file cannot be used."""


class ProductFile:
    """A file that was read: its values, and where each of them stands."""

    def __init__(self, path: Path, value: Any, positions: Positions) -> None:
        self.path, self.value, self._positions = path, value, positions

    def definition(self) -> ProductDefinition:
        """Return what the file declares. Raises ProductFileError."""
        try:
            return read_definition(self.value)
        except DefinitionError as wrong:
            raise ProductFileError(self.explain(wrong.errors)) from None

    def explain(self, errors: list[FieldError]) -> str:
        """Return errors as lines, each with its place in the file."""
        placed = sorted((self._position(error.path), error.field, error.message) for error in errors)
        lines = [f"{self.path}:{line}:{column}: {field}: {message}" for (line, column), field, message in placed]
        more = len(lines) - MOST_SHOWN
        return "\n".join([*lines[:MOST_SHOWN], *([f"and {more} more"] if more > 0 else [])])

    def path_of(self, pointer: str) -> tuple[str | int, ...]:
        """Return the path of a JSON Pointer, as far as the file has it."""
        path: tuple[str | int, ...] = ()
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            path = (*path, int(name)) if name.isdigit() and (*path, int(name)) in self._positions else (*path, name)
        return path

    def _position(self, path: tuple[str | int, ...]) -> Position:
        while path and path not in self._positions:
            path = path[:-1]
        return self._positions.get(path, (1, 1))


def load_product_file(path: Path) -> ProductFile:
    """Read a product file. Raises ProductFileError when it is no YAML that we take."""
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ProductFileError(f"{path}: {exc.strerror}; `tandem init {path}` writes one to start from") from exc
    if len(content) > MAX_PRODUCT_FILE:
        raise ProductFileError(f"{path}: is larger than {MAX_PRODUCT_FILE:,} bytes")
    return read_product_file(path, content)


def read_product_file(path: Path, content: bytes) -> ProductFile:
    """Return what these bytes hold. Raises ProductFileError."""
    try:
        text = content.decode()
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise ProductFileError(f"{path}:{line}:1: is not UTF-8") from None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None:
            raise ProductFileError(f"{path}:1:1: is empty; `tandem init` writes one to start from")
        positions: Positions = {}
        value = _Reading(path, positions).of(node, ())
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        place = f"{mark.line + 1}:{mark.column + 1}" if mark else "1:1"
        context = f" ({exc.context})" if exc.context else ""
        raise ProductFileError(f"{path}:{place}: is not YAML: {exc.problem}{context}") from None
    except yaml.YAMLError as exc:
        raise ProductFileError(f"{path}:1:1: is not YAML: {str(exc).splitlines()[0]}") from None
    except RecursionError:
        raise ProductFileError(f"{path}:1:1: is nested too deeply") from None
    return ProductFile(path, value, positions)


class _Reading:
    """Turns nodes into JSON values and remembers where they stand."""

    def __init__(self, path: Path, positions: Positions) -> None:
        self._path, self._positions = path, positions
        self._loader = yaml.SafeLoader("")
        self._nodes = 0

    def of(self, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            raise self._refused(node, path, f"holds more than {MOST_NODES:,} values")
        self._positions.setdefault(path, _position(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.of(inner, (*path, index)) for index, inner in enumerate(node.value)]
        try:
            value = self._loader.construct_object(node)
        except ValueError:  # a day that does not exist: as text, whoever reads the field says so
            return node.value
        if isinstance(value, str | bool | int | float) or value is None:
            return value
        if isinstance(value, datetime):
            if value.tzinfo is None:
                raise self._refused(node, path, "an instant needs its offset, such as 2026-03-31T17:00:00Z")
            return value.isoformat()
        if isinstance(value, date):
            return value.isoformat()
        raise self._refused(node, path, f"is not a value that a product file may hold ({type(value).__name__})")

    def _mapping(self, node: yaml.MappingNode, path: tuple[str | int, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        first: dict[str, Position] = {}
        for key_node, value_node in node.value:
            name = self._name(key_node, path)
            if name in first:
                line = first[name][0]
                raise self._refused(key_node, (*path, name), f"is given twice; the first is in line {line}")
            first[name] = self._positions[(*path, name)] = _position(key_node)
            found[name] = self.of(value_node, (*path, name))
        return found

    def _name(self, node: yaml.Node, path: tuple[str | int, ...]) -> str:
        if node.tag == "tag:yaml.org,2002:merge":
            raise self._refused(node, path, "merge keys (<<) are not taken; write the fields out")
        if not isinstance(node, yaml.ScalarNode):
            raise self._refused(node, path, "a field's name must be plain text")
        value: Hashable = self._loader.construct_object(node)
        if isinstance(value, date):  # a period such as 2026-03 stays text; a whole date is not a name
            raise self._refused(node, path, f"a field's name must be text; put {node.value} into quotes")
        return str(node.value)

    def _refused(self, node: yaml.Node, path: tuple[str | int, ...], message: str) -> ProductFileError:
        line, column = _position(node)
        return ProductFileError(f"{self._path}:{line}:{column}: {FieldError(path, message).field}: {message}")


def _position(node: yaml.Node) -> Position:
    return node.start_mark.line + 1, node.start_mark.column + 1
