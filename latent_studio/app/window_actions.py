"""What can be done in every panel, declared once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from latent_studio.app import code_actions
from latent_studio.app.actions import Action, Gesture
from latent_studio.app.theme import ThemeName

if TYPE_CHECKING:
    from latent_studio.app.window import Window

THEMES: dict[ThemeName, str] = {"dark": "Dark theme", "light": "Light theme", "system": "Theme as the system's"}
_THEME_ICONS: dict[ThemeName, str] = {"dark": "moon", "light": "sun", "system": "desktop"}
N_NUMBERED = 9

GENERAL, CODE, PANELS = "General", "Code", "Panels"
PICTURES, SLIDERS, FAVOURITES = "Every picture", "Sliders", "Favourites"

GESTURES = (
    Gesture("Hover", "Enlarge it", PICTURES),
    Gesture("Click", "Adopt its code", PICTURES),
    Gesture("Drag", "Carry it anywhere, to the desktop too", PICTURES),
    Gesture("Right-click", "What can be done with it", PICTURES),
    Gesture("Ctrl-click", "Select several", PICTURES),
    Gesture("Drag, click a picture, wheel", "Move one dimension", SLIDERS),
    Gesture("↑ ↓", "From row to row", SLIDERS),
    Gesture("← →", "Nudge, finer with Shift, coarser with Alt", SLIDERS),
    Gesture("Double-click, Home", "Reset it", SLIDERS),
    Gesture("L", "Lock or unlock it", SLIDERS),
    Gesture("Click the number", "Type a value", SLIDERS),
    Gesture("0 … 9", "A value of the first category", SLIDERS),
    Gesture("F2, double-click", "Rename it", FAVOURITES),
    Gesture("Drag", "Put it in another place", FAVOURITES),
    Gesture("Del", "Throw it away", FAVOURITES),
)


def window_actions(window: Window) -> list[Action]:
    """All of them, in the order of the palette."""
    return [*_general(window), *_code(window), *_panels(window), *_themes(window)]


def _general(window: Window) -> list[Action]:
    session, documents = window.session, window.documents
    history = session.history
    return [
        Action("find", "Find anything", window.open_palette, ("Ctrl+K",), "magnifying-glass"),
        Action("open", "Open a model or document …", window.incoming.open_file, ("Ctrl+O",), "folder-open"),
        Action("save", "Save the document", documents.save, ("Ctrl+S",), "floppy-disk"),
        Action("save as", "Save the document as …", documents.save_as, ("Ctrl+Shift+S",), "floppy-disk"),
        Action("undo", "Undo", session.undo, ("Ctrl+Z",), "arrow-u-up-left", is_enabled=lambda: history.can_undo),
        Action(
            "redo",
            "Redo",
            session.redo,
            ("Ctrl+Y", "Ctrl+Shift+Z"),
            "arrow-u-up-right",
            is_enabled=lambda: history.can_redo,
        ),
        Action("keys", "Keys and gestures", window.show_keys, ("?",), "question"),
    ]


def _code(window: Window) -> list[Action]:
    session = window.session

    def has_code() -> bool:
        return session.header is not None and bool(session.document.code)

    def sees_code() -> bool:
        return has_code() and window.dock.isVisible()  # elsewhere nobody would see what the key did

    def action(name: str, title: str, run: partial[None], keys: tuple[str, ...] = (), icon: str = "") -> Action:
        return Action(name, title, run, keys, icon, CODE, has_code)

    randomise = partial(code_actions.randomise, session)
    return [
        Action("randomise", "Randomise what is not locked", randomise, ("R",), "dice-five", CODE, sees_code),
        action("randomise all", "Randomise all, locked too", partial(randomise, keep_locked=False), icon="dice-five"),
        action(
            "reset",
            "Reset what is not locked",
            partial(code_actions.reset_code, session),
            (),
            "arrow-counter-clockwise",
        ),
        action("lock all", "Lock all", partial(code_actions.lock_all, session, True), (), "lock-simple"),
        action("unlock all", "Unlock all", partial(code_actions.lock_all, session, False), (), "lock-simple-open"),
        action("copy", "Copy the code as JSON", partial(code_actions.copy_code, session), ("Ctrl+C",), "copy"),
        Action("paste", "Paste a code, picture or file", window.incoming.paste, ("Ctrl+V",), "clipboard", CODE),
    ]


def _panels(window: Window) -> list[Action]:
    return [
        Action(
            kind.key,
            kind.title,
            partial(window.go_to, kind.key),
            (f"Ctrl+{number}",) if number <= N_NUMBERED else (),
            kind.icon,
            PANELS,
        )
        for number, kind in enumerate(window.panels.kinds.values(), 1)
    ]


def _themes(window: Window) -> list[Action]:
    return [
        Action(f"{choice} theme", name, partial(window.set_theme, choice), icon=_THEME_ICONS[choice])
        for choice, name in THEMES.items()
    ]
