"""What can be done with the whole code, from the dock, from menus and by key."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData
from PySide6.QtGui import QGuiApplication

from latent_studio.app.session import Session
from latent_studio.app.widgets.carry import CODE_MIME
from latent_studio.core.errors import StudioError
from latent_studio.studio.document import code_from_json, code_json, randomised, reset, with_code


def randomise(session: Session, keep_locked: bool = True) -> None:
    """A new draw from the prior at the document's temperature, one undo step."""
    header = session.header
    if header is not None:
        rng = np.random.default_rng()
        session.edit(lambda document: randomised(document, header.space, rng, keep_locked))


def reset_code(session: Session) -> None:
    """Every unlocked number to its neutral value."""
    header = session.header
    if header is not None:
        session.edit(lambda document: reset(document, header.space))


def lock_all(session: Session, is_locked: bool) -> None:
    """Lock every number of the code, or none."""
    header = session.header
    if header is not None:
        columns = frozenset(range(header.space.dim)) if is_locked else frozenset()
        session.edit(lambda document: document.replace(locked=columns))


def copy_code(session: Session) -> None:
    """The code to the clipboard, as JSON that `paste_code` and people can read."""
    header = session.header
    if header is not None:
        text = code_json(session.document, header.space)
        mime = QMimeData()
        mime.setData(CODE_MIME, QByteArray(text.encode()))
        mime.setText(text)
        QGuiApplication.clipboard().setMimeData(mime)


def paste_code(session: Session) -> None:
    """The code in the clipboard becomes the current one."""
    adopt_code(session, QGuiApplication.clipboard().text())


def adopt_code(session: Session, text: str) -> None:
    """The code in JSON text becomes the current one, as one undo step; a banner says what is wrong with it."""
    header = session.header
    if header is None:
        return
    try:
        code = code_from_json(text, header.space)
    except StudioError as error:
        session.tell("warn", str(error))
    else:
        session.edit(lambda document: with_code(document, code))
