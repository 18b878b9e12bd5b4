"""The look in one place: its tokens, and what makes them into Qt's palette, stylesheet and fonts.

Standard widgets take their look from the palette and the stylesheet; painted ones ask `theme()` while they paint, so
that a change of theme needs nothing but the repaint that Qt does anyway.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from latent_studio.app.stylesheet import stylesheet

ThemeName = Literal["dark", "light", "system"]
Role = Literal[
    "window", "surface", "raised", "line", "text", "muted", "faint", "accent", "on_accent", "good", "warn", "bad"
]
TextRole = Literal["title", "body", "strong", "caption", "number", "number_strong", "number_caption"]

RADIUS = 6  # px, of everything with corners
FONTS = Path(__file__).resolve().parents[2] / "resources" / "fonts"

# M. A. Petroff, "Accessible Color Sequences for Data Visualization" (arXiv:2107.02270): ten colours chosen for people
# with and without colour vision deficiencies. The dark set is the same ten, lightened for a dark ground.
_PETROFF = (
    "#3f90da", "#ffa90e", "#bd1f01", "#92dadd", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#94a4a2"
)  # fmt: skip
_PETROFF_DARK = (
    "#4f9ee8", "#ffb03a", "#e5533d", "#8fdde0", "#a86be0", "#c48b76", "#f58a3c", "#c9bd83", "#7d88a0", "#9fb1ad"
)  # fmt: skip


@dataclass(frozen=True)
class Tokens:
    """One theme's colours, `#rrggbb`. `faint`: marks that need not be read; `on_accent`: text on the accent."""

    window: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    good: str
    warn: str
    bad: str
    categories: tuple[str, ...]


DARK = Tokens(
    window="#16171a", surface="#1d1f23", raised="#26292e", line="#33373e", text="#e6e7e9", muted="#9aa0a8",
    faint="#4b5058", accent="#5b9dff", on_accent="#10131a", good="#4cc38a", warn="#f5b94c", bad="#ef6a6a",
    categories=_PETROFF_DARK,
)  # fmt: skip
LIGHT = Tokens(
    window="#f6f6f7", surface="#ffffff", raised="#ededf0", line="#d9dade", text="#1b1c1f", muted="#63676e",
    faint="#b4b7bd", accent="#2266dd", on_accent="#ffffff", good="#14784a", warn="#8a5a00", bad="#c13333",
    categories=_PETROFF,
)  # fmt: skip

_SIZE_PX: dict[TextRole, int] = {"title": 20, "caption": 11, "number_caption": 11}  # all others: 13
_SEMI_BOLD: frozenset[TextRole] = frozenset({"title", "strong", "number_strong"})


class Theme(QObject):
    """The tokens in force, as Qt's colours and fonts. Lives on the window's thread; reach it through `theme()`.

    Signals:
        changed: the tokens are others now; palette and stylesheet are set already.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.tokens = DARK
        self._choice: ThemeName = "dark"
        self._colours: dict[str, QColor] = {}
        self._is_prepared = False

    @property
    def is_dark(self) -> bool:
        """Whether the ground is darker than what stands on it."""
        return self.tokens is DARK

    @property
    def choice(self) -> ThemeName:
        """What was asked for: `system` stays `system`, whatever the system says today."""
        return self._choice

    def colour(self, role: Role, alpha: float = 1.0) -> QColor:
        """The colour that a role has now, with an opacity in [0, 1]."""
        if role not in self._colours:
            self._colours[role] = QColor(getattr(self.tokens, role))
        colour = QColor(self._colours[role])
        if alpha < 1.0:
            colour.setAlphaF(alpha)
        return colour

    def category(self, index: int) -> QColor:
        """The colour of class or curve `index`; the ten repeat."""
        return QColor(self.tokens.categories[index % len(self.tokens.categories)])

    def font(self, role: TextRole = "body") -> QFont:
        """The interface font at a role's size and weight; the `number` roles have tabular figures."""
        return QFont(_font(role))

    def apply(self, app: QApplication, choice: ThemeName) -> None:
        """Set palette, stylesheet and font of the whole application."""
        if not self._is_prepared:
            app.setStyle("fusion")  # the same on every desktop; the stylesheet wraps it
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_system_changed)
            self._is_prepared = True
        self._choice = choice
        self.tokens = _tokens_of(choice)
        self._colours.clear()
        app.setFont(self.font())
        app.setPalette(palette_of(self.tokens))
        app.setStyleSheet(stylesheet(self.tokens))
        self.changed.emit()

    def _on_system_changed(self) -> None:
        app = QApplication.instance()
        if self._choice == "system" and isinstance(app, QApplication):
            self.apply(app, "system")


@lru_cache(maxsize=1)
def theme() -> Theme:
    """The one theme of this process, made at the first call (from the window's thread)."""
    return Theme()


def apply_theme(app: QApplication, choice: ThemeName = "system") -> None:
    """Dress the application; `system` follows the desktop and goes on following it."""
    theme().apply(app, choice)


def colour(role: Role, alpha: float = 1.0) -> QColor:
    """Short for `theme().colour(…)`: what painting code writes on every other line."""
    return theme().colour(role, alpha)


def _tokens_of(choice: ThemeName) -> Tokens:
    if choice == "system":
        return LIGHT if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light else DARK
    return DARK if choice == "dark" else LIGHT


@lru_cache(maxsize=1)
def interface_family() -> str:
    """The bundled Inter where its file is, else the system's interface font."""
    loaded: list[str] = []
    for path in sorted(FONTS.glob("*.[ot]tf")):
        loaded += QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path)))
    for family in loaded:
        if family.startswith("Inter"):
            return family
    return QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont).family()


@lru_cache(maxsize=8)
def _font(role: TextRole) -> QFont:
    font = QFont(interface_family())
    font.setPixelSize(_SIZE_PX.get(role, 13))
    font.setWeight(QFont.Weight.DemiBold if role in _SEMI_BOLD else QFont.Weight.Normal)
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if role.startswith("number"):
        # Figures keep their place while they change. Names stay without: in Inter, `tnum` widens hyphens too.
        font.setFeature(QFont.Tag("tnum"), 1)
    return font


def palette_of(tokens: Tokens) -> QPalette:
    """Qt's palette for the tokens; off-screen and on every desktop the only thing that reliably sets colours."""
    group, role = QPalette.ColorGroup, QPalette.ColorRole
    roles = {
        role.Window: tokens.window, role.WindowText: tokens.text, role.Base: tokens.surface,
        role.AlternateBase: tokens.raised, role.Text: tokens.text, role.Button: tokens.raised,
        role.ButtonText: tokens.text, role.BrightText: tokens.text, role.PlaceholderText: tokens.muted,
        role.ToolTipBase: tokens.raised, role.ToolTipText: tokens.text, role.Highlight: tokens.accent,
        role.HighlightedText: tokens.on_accent, role.Link: tokens.accent, role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent, role.Light: tokens.raised, role.Midlight: tokens.raised, role.Mid: tokens.line,
        role.Dark: tokens.line, role.Shadow: tokens.window,
    }  # fmt: skip
    palette = QPalette()
    for which, hexadecimal in roles.items():
        palette.setColor(which, QColor(hexadecimal))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, which, QColor(tokens.faint))
    return palette
