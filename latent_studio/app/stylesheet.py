"""The one stylesheet, for the widgets that Qt paints; the painted ones in `widgets/` follow the same tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from latent_studio.app.theme import Tokens

_SHEET = """
QToolTip { background: $raised; color: $text; border: 1px solid $line; padding: 4px 8px; font-size: 11px; }

QAbstractScrollArea { background: transparent; border: none; }

QLabel[role="muted"] { color: $muted; }
QLabel[role="accent"] { color: $accent; }
QLabel[role="good"] { color: $good; }
QLabel[role="warn"] { color: $warn; }
QLabel[role="bad"] { color: $bad; }

QMenu { background: $raised; border: 1px solid $line; border-radius: 6px; padding: 4px; menu-scrollable: 1; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; color: $text; }
QMenu::item:selected { background: $line; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 0; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; padding-left: 8px; }

QLineEdit, QPlainTextEdit, QTextEdit, QComboBox {
    background: $surface; color: $text; border: 1px solid $line; border-radius: 6px; padding: 0 8px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QComboBox { min-height: 26px; max-height: 26px; }
QPlainTextEdit, QTextEdit { padding: 4px 8px; }
QLineEdit:hover, QComboBox:hover { border-color: $faint; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QComboBox:focus { border-color: $accent; }
QLineEdit[invalid="true"] { border-color: $bad; }
QLineEdit:disabled { color: $muted; background: transparent; }
QLineEdit[inline="true"] {
    background: $window; padding: 0 4px; min-height: 22px; max-height: 22px; border-color: $accent; }

QScrollArea > QWidget > QWidget { background: transparent; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 0; }
QScrollBar::handle { background: $line; border-radius: 3px; margin: 1px; }
QScrollBar::handle:vertical { min-height: 32px; }
QScrollBar::handle:horizontal { min-width: 32px; }
QScrollBar::handle:hover { background: $faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QListView, QTreeView, QTableView { background: transparent; border: none; outline: none; }
QListView::item { padding: 5px 8px; border-radius: 4px; color: $text; }
QListView::item:hover, QListView::item:selected { background: $raised; color: $text; }

QSplitter::handle { background: $line; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QProgressBar { background: $line; border: none; border-radius: 2px; max-height: 4px; text-align: right; }
QProgressBar::chunk { background: $accent; border-radius: 2px; }
"""


def stylesheet(tokens: Tokens) -> str:
    """The stylesheet with a theme's colours filled in. Fonts stay out of it: a sheet's font beats `setFont`."""
    sheet = _SHEET
    # Longest names first: `$on_accent` must not be taken for `$on` and a rest.
    for name in sorted(vars(tokens), key=len, reverse=True):
        if name != "categories":
            sheet = sheet.replace(f"${name}", getattr(tokens, name))
    return sheet
