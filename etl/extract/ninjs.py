"""ninjs 1.x to 3.x, the IPTC's news in JSON: one article for each item.

1.x has `headline`, `body_text` and the like; 2.x lists of `headlines`, `bodies` and `descriptions`, each with a role;
3.x the same in camel case. One model takes them all.
"""

import json
from collections.abc import Iterator
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from etl.extract import files, markup, wire
from etl.extract.records import Record, Refusal, RefusedError, Source, Stated
from etl.extract.text import decode

_MAIN = ("main", "body", "", None)


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class _Text(_Lenient):
    """A headline, description or body with its role (2.x, 3.x)."""

    role: str | None = None
    value: str | None = None
    contenttype: str | None = Field(None, validation_alias=AliasChoices("contenttype", "contentType"))


class _Named(_Lenient):
    """A place, person or source, of which we take the name."""

    name: str | None = None


class Item(_Lenient):
    """One item of ninjs, of any version. Keys we do not read are ignored."""

    uri: str
    type: str | None = None
    pubstatus: str | None = Field(None, validation_alias=AliasChoices("pubstatus", "pubStatus"))
    firstcreated: str | None = Field(None, validation_alias=AliasChoices("firstcreated", "firstCreated"))
    versioncreated: str | None = Field(None, validation_alias=AliasChoices("versioncreated", "versionCreated"))
    version: str | int | None = None
    embargoed: str | None = None
    headline: str | None = None
    headlines: tuple[_Text, ...] = ()
    byline: str | None = Field(None, validation_alias=AliasChoices("byline", "by"))
    dateline: str | None = None
    located: str | None = None
    body_text: str | None = None
    body_xhtml: str | None = None
    bodies: tuple[_Text, ...] = ()
    description_text: str | None = None
    descriptions: tuple[_Text, ...] = ()
    infosource: tuple[_Named, ...] = Field(
        (), validation_alias=AliasChoices("infosource", "infosources", "infoSources")
    )
    creditline: str | None = Field(None, validation_alias=AliasChoices("creditline", "creditLine"))
    copyrightholder: str | None = Field(None, validation_alias=AliasChoices("copyrightholder", "copyrightHolder"))

    @property
    def title(self) -> str | None:
        """The main headline."""
        return self.headline or _main(self.headlines).value

    @property
    def paragraphs(self) -> list[str]:
        """The body: as HTML where there is one, for its paragraphs; of an item without one, its description."""
        body = _main(self.bodies).value or self.body_xhtml or self.body_text
        return markup.prose(body or self.description_text or _main(self.descriptions).value or "")


def is_item(data: object) -> bool:
    """Whether a JSON value looks like an item of ninjs."""
    return isinstance(data, dict) and isinstance(data.get("uri"), str) and bool(data.keys() & _TELLING)


_TELLING = frozenset(
    {"headlines", "bodies", "body_text", "body_xhtml", "versioncreated", "versionCreated", "pubstatus", "pubStatus"}
)


def read(source: Source) -> Iterator[Record | Refusal]:
    """Read a JSON file: an item, or a list of items, also under `items` or `associations` of a package."""
    content, encoding = decode(files.content(source), source.place)
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RefusedError("damaged", f"{source.place}: not JSON ({error}): fetch it again") from None
    items = data if isinstance(data, list) else data.get("items", [data]) if isinstance(data, dict) else []
    if not isinstance(items, list) or not any(map(is_item, items)):
        raise RefusedError(
            "unknown_format",
            f"{source.place}: JSON that is no ninjs (no `uri` with `headlines`, `bodies`, `body_text` or the like): "
            "write records one a line, as .jsonl",
        )
    for number, item in enumerate(items, start=1):
        yield record(item, f"{source.uri}#{number}", encoding)


def record(data: Any, uri: str, encoding: str) -> Record | Refusal:
    """One item.

    Args:
        data: the JSON value.
        uri: what to call it where it has no `uri` that can be read.
        encoding: of the source.

    """
    try:
        item = Item.model_validate(data)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
        return Refusal(uri, "bad_record", f"{uri}: no ninjs item ({wrong}): mend it at its source")
    if refused := wire.withdrawn(item.uri, item.pubstatus):
        return refused
    credit = item.creditline or ", ".join(s.name for s in item.infosource if s.name) or item.copyrightholder
    stated = Stated(item.title, item.dateline, item.located, credit)
    published = wire.sent(item.versioncreated, item.firstcreated, item.embargoed)
    revision = wire.revision(item.uri, None if item.version is None else str(item.version))
    found = wire.record(
        item.uri, "ninjs", "application/json", stated, item.paragraphs, published=published, revision=revision
    )
    return found._replace(encoding=encoding) if isinstance(found, Record) else found


def _main(texts: tuple[_Text, ...]) -> _Text:
    """The text of the main role, else the first that has a value."""
    filled = [text for text in texts if text.value]
    return next((text for text in filled if text.role in _MAIN), filled[0] if filled else _Text())
