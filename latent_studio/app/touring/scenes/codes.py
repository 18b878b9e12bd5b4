"""Codes: the categories in the order of what they mean, where the data are on this machine; and each in other noise."""

from __future__ import annotations

from latent_studio.app.coding.settings import DRAWS, KEY
from latent_studio.app.panels.codes import Codes
from latent_studio.app.touring.conductor import Script, soon
from latent_studio.app.touring.visit import Visit

MODEL = "mnist-infogan"
SEED = 3  # the same pictures every time
COUNTING_S = 20.0


def scene(visit: Visit) -> Script:
    """A number swept under every category; what each is called by the data."""
    yield from visit.open_model(MODEL)
    panel, session = visit.panel(Codes), visit.session
    header = session.header
    failed: list[str] = []
    panel.meanings.failed.connect(lambda text, _: failed.append(text))
    session.edit(lambda document: document.with_setting(KEY, order="meaning"))
    if header is not None and panel.settings.order_of(header) == "meaning":
        yield soon(lambda: bool(failed) or is_counted(panel), COUNTING_S)
    if failed:
        session.undo()
        panel.banner.clear()
    yield soon(lambda: has_pictures(panel))


def with_other_noise(visit: Visit) -> Script:
    """The same categories in other handwritings, where there is a model that has them."""
    yield from visit.open_model(MODEL)
    yield from visit.go_to(KEY)
    if visit.is_served:
        visit.session.edit(lambda document: document.with_setting(KEY, across=DRAWS, seed=SEED))
        yield soon(lambda: has_pictures(visit.panel(Codes)))
        yield from visit.portrait("codes-noise")


def is_counted(panel: Codes) -> bool:
    """Whether it is known what the categories mean."""
    meaning = panel.meanings.current
    return meaning is not None and meaning.counted.is_last


def has_pictures(panel: Codes) -> bool:
    """Whether every row that is seen has its pictures."""
    return all(panel.sheet.has_pictures(name) for name in panel.sheet.visible_names())
