"""What the status bar tells: on what the machine computes, how long a picture takes, which run trains."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from latent_studio.app.live_runs import LiveRuns
from latent_studio.app.session import Session
from latent_studio.app.widgets.status_bar import JobLine, StatusBar
from latent_studio.core.events import Done
from latent_studio.core.request import Answer, Priority
from latent_studio.engine.jobs import AskDevice
from latent_studio.studio.live_run import LiveRun
from latent_studio.studio.training import standing_of
from latent_studio.views.preview import PreviewPicture

TELL_EVERY_MS = 250
"""A figure that changes more often cannot be read."""


class MachineLine(QObject):
    """Keeps the status bar up to date."""

    def __init__(self, session: Session, status: StatusBar) -> None:
        super().__init__(session)
        self._session, self._status = session, status
        self._live = LiveRuns.of(session)
        self._picture_s = 0.0
        self._telling = QTimer(self, singleShot=True, interval=TELL_EVERY_MS)
        self._telling.timeout.connect(self._tell_picture)
        session.previewed.connect(self._on_previewed)
        session.answered.connect(self._on_answered)
        for signal in (self._live.began, self._live.changed, self._live.ended):
            signal.connect(self._show_job)
        status.job_pause_requested.connect(self._on_pause)

    def start(self) -> None:
        """Ask what there is to ask; the lanes run now."""
        self._session.ask(AskDevice())

    def _on_previewed(self, answer: Answer) -> None:
        if isinstance(answer.value, PreviewPicture) and answer.request.priority is Priority.PREVIEW:
            self._picture_s = answer.seconds
            if not self._telling.isActive():
                self._telling.start()

    def _on_answered(self, answer: Answer) -> None:
        if isinstance(answer.request, AskDevice) and isinstance(answer.value, Done):
            self._status.set_device(answer.value.text)

    def _tell_picture(self) -> None:
        self._status.set_picture_ms(1000 * self._picture_s)

    def _show_job(self) -> None:
        run = self._run()
        self._status.set_job(None if run is None else job_line(run, len(self._live.all()) - 1))

    def _on_pause(self) -> None:
        run = self._run()
        if run is not None:
            self._live.pause(run.key, run.stage != "paused")

    def _run(self) -> LiveRun | None:
        """The run that the line is about: the first that moves, else the first."""
        runs = self._live.all()
        return next((run for run in runs if run.stage == "training"), runs[0] if runs else None)


def job_line(run: LiveRun, n_others: int) -> JobLine:
    """A run in the words of the status bar, with how many more there are."""
    verb, _, note = standing_of(run).text.partition(" · ")
    more = f"  and {n_others} more" if n_others else ""
    return JobLine(verb, run.plan.name, run.share or 0.0, note + more, paused=run.stage == "paused")
