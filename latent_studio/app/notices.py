"""Tells that a run has ended: in the window whatever is shown there, by the desktop where nobody looks at it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from latent_studio.app.icons import icon
from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.app.widgets.status_bar import HEIGHT
from latent_studio.app.widgets.toast import Toast
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.training import ended_text

_GONE_AFTER_MS = 15_000


class Notices(QObject):
    """go_to(key): show that run. What a person ended himself needs no notice, and what failed is told in a banner."""

    def __init__(self, session: Session, window: QWidget, go_to: Callable[[str], None]) -> None:
        super().__init__(session)
        self._window, self._go_to = window, go_to
        self._key = ""
        self._tray: QSystemTrayIcon | None = None
        self.toast = Toast(window, HEIGHT)
        self.toast.action_requested.connect(self._show)
        LiveRuns.of(session).ended.connect(self._on_ended)

    def _on_ended(self, run: LiveRun) -> None:
        text = ended_text(run)
        if not text:
            return
        self._key = run.key
        if run.is_done:
            self.toast.show_message(text, "Show")
        if not self._window.isActiveWindow() and QSystemTrayIcon.isSystemTrayAvailable():
            self._tell_desktop(text)

    def _tell_desktop(self, text: str) -> None:
        """A message of the desktop needs an icon in its tray, which is there for only as long."""
        if self._tray is None:
            self._tray = QSystemTrayIcon(icon("chart-line-up", "accent"), self)
            self._tray.messageClicked.connect(self._show)
        self._tray.show()
        self._tray.showMessage("Latent Studio", text, QSystemTrayIcon.MessageIcon.NoIcon)
        QTimer.singleShot(_GONE_AFTER_MS, self._tray.hide)

    def _show(self) -> None:
        self._window.activateWindow()
        self._go_to(self._key)
