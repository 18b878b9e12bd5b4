"""Asks the disk lane about one set: what it holds, and the pictures that are in view."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from latent_studio.app.browsing.picture_wall import BLOCK
from latent_studio.app.session import Session
from latent_studio.core.events import Failed, Progress
from latent_studio.core.request import Answer
from latent_studio.data.browsing import DataFacts, Split
from latent_studio.engine.errands import BrowseData, DataPage, DescribeData
from latent_studio.studio.data_list import DataRef, filter_text
from latent_studio.studio.document import Document
from latent_studio.training.recipe import DataSection

KEY = "data"
"""The panel's, and so that of its settings: `set`, `split`, `only`, `sort`, `side`."""

FIRST = DataRef("digits")
_SPLITS: tuple[Split, ...] = ("train", "test", "all")


@dataclass(frozen=True)
class Listing:
    """Some pictures of a set in an order, as `BrowseData` takes it."""

    ref: DataRef
    split: Split = "train"
    only: str = ""
    sort: str = ""

    @staticmethod
    def of(document: Document) -> Listing:
        """What the document says; what does not make sense is as if it were not there."""
        split, sort = document.setting(KEY, "split", ""), document.setting(KEY, "sort", "")
        ref = DataRef.of(document.setting(KEY, "set", None)) or FIRST
        sort = sort if isinstance(sort, str) else ""
        return Listing(ref, split if split in _SPLITS else "train", filter_text(*only_of(document)), sort)


def only_of(document: Document) -> tuple[str, list[str]]:
    """By which label or attribute the pictures are chosen, and its values that are wanted; none for all pictures."""
    only = document.setting(KEY, "only", {})
    values = only.get("values") if isinstance(only, dict) else None
    return (str(only.get("name", "")), [str(value) for value in values]) if isinstance(values, list) else ("", [])


class SetReader(QObject):
    """One page is asked for at a time: what was scrolled past meanwhile is never read.

    Signals:
        described(object): the DataFacts of the set.
        counted(int): how long the listing is; its pages are to be asked for again.
        page_came(int, object): a block of it, a DataPage.
        progressed(object): a Progress while a large set is read.
        failed(str, str): a sentence and details; there is nothing to show.
    """

    described = Signal(object)
    counted = Signal(int)
    page_came = Signal(int, object)
    progressed = Signal(object)
    failed = Signal(str, str)

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._listing: Listing | None = None
        self._section = DataSection()
        self._describing: DescribeData | None = None
        self._asked: tuple[BrowseData, int] | None = None
        self._wanted: int | None = None
        self._n = -1
        session.answered.connect(self._on_answered)

    def show(self, listing: Listing) -> None:
        """Read another listing; what was asked of the former is dropped."""
        is_other_set = self._listing is None or self._listing.ref != listing.ref
        self._listing, self._n, self._wanted = listing, -1, None
        self._section = section_of(listing.ref)
        if is_other_set:
            self._describing = DescribeData(slot="describe set", section=self._section, data=self._session.data)
            self._session.errand(self._describing)
        self._ask(0)

    def forget(self) -> None:
        """Nothing is shown any more; the next `show` reads anew."""
        self._listing = self._describing = self._asked = self._wanted = None

    def need(self, block: int) -> None:
        """A block is in view."""
        if self._asked is None:
            self._ask(block)
        else:
            self._wanted = block

    def _ask(self, block: int) -> None:
        if self._listing is None:
            return
        options: dict[str, Any] = {"split": self._listing.split, "only": self._listing.only, "sort": self._listing.sort}
        request = BrowseData(
            slot="browse set", section=self._section, data=self._session.data, start=block * BLOCK, n=BLOCK, **options
        )
        self._asked = request, block
        self._session.errand(request)

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        request, value = answer.request, answer.value
        if request is self._describing and isinstance(value, DataFacts):
            self.described.emit(value)
        elif self._asked is not None and request is self._asked[0]:
            self._on_page(value, self._asked[1])

    def _on_page(self, value: object, block: int) -> None:
        if isinstance(value, Progress):
            self.progressed.emit(value)
        elif isinstance(value, Failed):
            self.forget()
            self.failed.emit(value.text, value.details)
        elif isinstance(value, DataPage):
            if self._n != value.n_total:
                self._n = value.n_total
                self.counted.emit(value.n_total)  # still asked for: the first block is not wanted a second time
            self._asked = None
            wanted, self._wanted = self._wanted, None
            self.page_came.emit(block, value)
            if wanted is not None and wanted != block and self._asked is None:
                self._ask(wanted)


def section_of(ref: DataRef) -> DataSection:
    """The [data] of a recipe that trains on the set as it is shown."""
    return DataSection(source=ref.source, path=ref.path, options=dict(ref.options))
