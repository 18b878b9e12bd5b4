"""Validation that speaks to people: pydantic's findings turned into one sentence with the remedy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from latent_studio.core.errors import StudioError, did_you_mean

ModelT = TypeVar("ModelT", bound=BaseModel)


class Config(BaseModel):
    """Base of everything a person fills in: forms, flags and recipe sections are made from its fields.

    A field tells its `title`, `description` (the tooltip), bounds, and in `json_schema_extra` its `unit`, the `group`
    it is shown in, the `titles` of its choices, whether it is `advanced` (folded away under "More"), and which other
    fields it `opens`: what these said went with the former choice, so they are left open where only it is changed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False, validate_default=True)


def validated(kind: type[ModelT], values: Mapping[str, Any], where: str) -> ModelT:
    """`values` as a `kind`, or a StudioError that names the first faulty field of the section `where`."""
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        field, sentence = next(iter(field_errors(kind, error).items()))
        raise StudioError(f"{where} {field}: {sentence}" if field else f"{where}: {sentence}") from None


def field_errors(kind: type[BaseModel], error: ValidationError) -> dict[str, str]:
    """Every faulty field with what to do about it."""
    sentences = {}
    for detail in error.errors():
        location = [str(part) for part in detail["loc"]]
        field = ".".join(location)
        match detail["type"]:
            case "extra_forbidden":
                sentence = f"is not known; {did_you_mean(location[-1], _fields_at(kind, location[:-1]))}"
            case "missing":
                sentence = "is missing; give it a value."
            case "value_error":
                sentence = str(detail["ctx"]["error"])
            case _:
                message = detail["msg"][0].lower() + detail["msg"][1:]
                sentence = f"{detail['input']!r} does not fit: {message.replace('input ', 'it ')}."
        sentences[field] = sentence
    return sentences


def _fields_at(kind: type[BaseModel], path: list[str]) -> list[str]:
    """The field names of the section that `path` leads to."""
    for part in path:
        field = kind.model_fields.get(part)
        inner = field.annotation if field else None
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            break
        kind = inner
    return list(kind.model_fields)
