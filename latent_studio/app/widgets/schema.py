"""What a form needs to know of each field, read from a JSON schema."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["integer", "number", "boolean", "string", "choice", "list", "json"]
_MISSING = object()


@dataclass(frozen=True)
class FieldSpec:
    """One field: where it lies (`model.beta`), what it is called, what it may hold.

    titles: what the choices are called, where the bare word says too little.
    """

    path: str
    title: str
    kind: Kind
    description: str = ""
    default: Any = None
    has_default: bool = False
    optional: bool = False
    choices: tuple[Any, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    unit: str = ""
    group: str = ""
    advanced: bool = False
    hidden: bool = False


def fields_of(schema: Mapping[str, Any]) -> list[FieldSpec]:
    """All fields in the schema's order; those of nested models are grouped under the model's title."""
    return list(_walk(schema, schema.get("$defs", {}), "", ""))


def _walk(schema: Mapping[str, Any], defs: Mapping[str, Any], prefix: str, group: str) -> Iterator[FieldSpec]:
    own_defaults = schema.get("default") or {}  # a nested model may be given another default where it is used
    for name, raw in schema.get("properties", {}).items():
        if name in own_defaults:
            raw = {**raw, "default": own_defaults[name]}
        node, optional = _resolved(raw, defs)
        path = f"{prefix}{name}"
        if "properties" in node and not optional:
            yield from _walk(node, defs, f"{path}.", str(raw.get("title") or _spoken(name)))
        else:
            yield _spec(path, name, raw, node, optional, group)


def _spoken(name: str) -> str:
    """`n_latent` as a word: pydantic's own titles are made the same way, in title case."""
    return name.replace("_", " ").strip().capitalize()


def _resolved(raw: Mapping[str, Any], defs: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
    """The node with references followed, and whether null is allowed beside it."""
    node = dict(raw)
    optional = False
    while True:
        if "$ref" in node:
            target = defs[str(node.pop("$ref")).rsplit("/", 1)[-1]]
            node = {**target, **node}
        elif len(node.get("allOf", ())) == 1:
            (only,) = node.pop("allOf")
            node = {**only, **node}
        elif any(option.get("type") == "null" for option in node.get("anyOf", ())):
            optional = True
            rest = [option for option in node.pop("anyOf") if option.get("type") != "null"]
            node = {**rest[0], **node} if len(rest) == 1 else {**node, "anyOf": rest}
        else:
            return node, optional


def _spec(
    path: str, name: str, raw: Mapping[str, Any], node: Mapping[str, Any], optional: bool, group: str
) -> FieldSpec:
    default = raw.get("default", _MISSING)
    title = raw.get("title")
    if title is None or title == name.replace("_", " ").title():  # pydantic made it up: say it in lower case
        title = _spoken(name)
    return FieldSpec(
        path=path,
        title=str(title),
        kind=_kind(node),
        description=str(raw.get("description", "")),
        default=None if default is _MISSING else default,
        has_default=default is not _MISSING,
        optional=optional,
        choices=_choices(node),
        titles=dict(raw.get("titles", {})),
        low=float(node.get("minimum", node.get("exclusiveMinimum", -math.inf))),
        high=float(node.get("maximum", node.get("exclusiveMaximum", math.inf))),
        open_low="exclusiveMinimum" in node,
        open_high="exclusiveMaximum" in node,
        unit=str(raw.get("unit", "")),
        group=str(raw.get("group", group)),
        advanced=bool(raw.get("advanced", False)),
        hidden=bool(raw.get("hidden", False)),
    )


def _choices(node: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(node["enum"]) if "enum" in node else (node["const"],) if "const" in node else ()


def _kind(node: Mapping[str, Any]) -> Kind:
    if _choices(node):
        return "choice"
    match node.get("type"):
        case "integer" | "number" | "boolean" | "string" as plain:
            kind: Kind = plain
            return kind
        case "array" if node.get("items", {}).get("type") in ("integer", "number"):
            return "list"
    # A number or one of a few words, say `float | Literal["auto"]`, and everything richer.
    return "json"
