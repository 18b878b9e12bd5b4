"""A recipe while it is being filled in, and the parts of JSON schemas that its form is made of.

Fields go by their path in the recipe: `model.beta`, `data.options.tilt`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Schema = Mapping[str, Any]
Properties = dict[str, dict[str, Any]]
Sections = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Draft:
    """The sections of a recipe as plain values. An empty name means: whatever suits the rest."""

    name: str = ""
    sections: Sections = field(default_factory=dict)

    def get(self, path: str, default: Any = None) -> Any:
        """The value of a field."""
        node: Any = self.sections
        for part in path.split("."):
            if not isinstance(node, Mapping) or part not in node:
                return default
            node = node[part]
        return node

    def replaced(self, values: Mapping[str, Any]) -> Draft:
        """The draft with other values in some fields, by path; None takes a field away."""
        sections = {name: dict(section) for name, section in self.sections.items()}
        for path, value in values.items():
            *parents, last = path.split(".")
            node = sections
            for part in parents:
                node[part] = dict(node.get(part, {}))
                node = node[part]
            if value is None:
                node.pop(last, None)
            else:
                node[last] = value
        return Draft(self.name, sections)

    def named(self, name: str) -> Draft:
        """The draft under another name."""
        return Draft(name.strip(), self.sections)

    def with_family(self, family: str, schema: Schema, own: Sections | None = None) -> Draft:
        """Another family; of the former settings those stay that the new one knows and may hold.

        own: what the family means by fields of other sections that are left open; there it is asked, not the former.
        """
        known = schema.get("properties", {})
        kept = {key: value for key, value in self.sections.get("model", {}).items() if _fits(value, known.get(key))}
        others = {
            section: {key: value for key, value in fields.items() if key not in (own or {}).get(section, {})}
            for section, fields in self.sections.items()
            if section in ("training", "optimizer")
        }
        return Draft(self.name, {**self.sections, **others, "model": {**kept, "family": family}})

    def with_source(self, source: str, path: str = "") -> Draft:
        """Pictures from elsewhere: nothing that was said of the former ones stays."""
        return Draft(self.name, {**self.sections, "data": {"source": source, "path": path}})

    def recipe_values(self, name: str) -> dict[str, Any]:
        """What a recipe of that name is made from."""
        return {"name": name, **{section: dict(values) for section, values in self.sections.items()}}


def properties(schema: Schema, section: str) -> Properties:
    """The fields of one section by path, without those that no form shows."""
    return {
        f"{section}.{name}": dict(node) for name, node in schema.get("properties", {}).items() if not node.get("hidden")
    }


def basic(fields: Properties) -> Properties:
    """Those that are always shown."""
    return {path: node for path, node in fields.items() if not node.get("advanced")}


def advanced(fields: Properties) -> Properties:
    """Those that are folded away; in a form of their own they need no fold of their own."""
    return {path: {**node, "advanced": False} for path, node in fields.items() if node.get("advanced")}


def schema_of(fields: Properties, *origins: Schema) -> dict[str, Any]:
    """The schema of a form with these fields; the origins' definitions go along."""
    definitions = {name: node for origin in origins for name, node in origin.get("$defs", {}).items()}
    return {"type": "object", "properties": fields, "$defs": definitions}


def source_fields(schema: Schema, low: int, high: int) -> Properties:
    """The options of a data source as fields of [data]; the side of the pictures stays within low … high pixels."""
    fields = properties(schema, "data.options")
    if "data.options.size" in fields:
        size = fields.pop("data.options.size")
        fields = {"data.size": _within(size, low, high) | {"title": "Size"}, **fields}
    return fields


def with_own_defaults(fields: Properties, own: Sections) -> Properties:
    """The fields with a family's own defaults, told by section, in the place of the usual ones."""
    known = Draft("", own)
    told = {path: known.get(path) for path in fields}
    return {path: node if told[path] is None else {**node, "default": told[path]} for path, node in fields.items()}


def player_fields(players: Sequence[str], rate: Mapping[str, Any]) -> Properties:
    """A learning rate for each player of a game of several, empty for the common one.

    rate: the schema's node of the common learning rate.
    """
    number = {key: value for key, value in rate.items() if key not in ("title", "description", "default")}
    fields: Properties = {}
    for player in players if len(players) > 1 else ():
        words = player.replace("_", " ")
        fields[f"optimizer.phases.{player}.learning_rate"] = {
            "anyOf": [number, {"type": "null"}],
            "default": None,
            "title": f"Rate of {words}",
            "description": f"Learning rate of the {words} alone; empty for the common one.",
            "advanced": True,
        }
    return fields


def defaults(fields: Properties) -> dict[str, Any]:
    """The default of every field that has one."""
    return {path: node["default"] for path, node in fields.items() if "default" in node}


def flat(values: Mapping[str, Any], fields: Properties, prefix: str = "") -> dict[str, Any]:
    """Nested values by path, as far as `fields` know them."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        path = f"{prefix}{name}"
        if path in fields:
            found[path] = value
        elif isinstance(value, Mapping):
            found |= flat(value, fields, f"{path}.")
    return found


def _within(node: Mapping[str, Any], low: int, high: int) -> dict[str, Any]:
    """A whole number, or null, with narrower bounds."""
    if "anyOf" in node:
        return {**node, "anyOf": [_within(option, low, high) for option in node["anyOf"]]}
    if node.get("type") != "integer":
        return dict(node)
    return {**node, "minimum": max(low, node.get("minimum", low)), "maximum": min(high, node.get("maximum", high))}


def _fits(value: Any, node: Mapping[str, Any] | None) -> bool:
    """Whether a field may hold a value, as far as its bounds and choices tell."""
    if node is None:
        return False
    if "enum" in node:
        return value in node["enum"]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(node.get("minimum", value) <= value <= node.get("maximum", value))
    return True
