"""A few of the pictures as the training will see them: at their size, mirrored, shifted, in another light."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from latent_studio.app.session import Session
from latent_studio.app.widgets.buttons import icon_button
from latent_studio.app.widgets.elide import caption
from latent_studio.app.widgets.picture_grid import PictureGrid
from latent_studio.core.events import Pixels
from latent_studio.core.request import Answer
from latent_studio.engine.errands import BrowseData, DataPage
from latent_studio.engine.seeing import SeenPictures, SeePictures
from latent_studio.training.recipe import AugmentSection, DataSection, Recipe

N_COLUMNS, N_PICTURES, SIDE = 5, 10, 48


class SeenRow(QWidget):
    """Follows a recipe. The pictures are read on the disk lane, changed on the interactive one; what is not seen is not
    asked for."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self._data: DataSection | None = None
        self._augment, self._seed, self._draw = AugmentSection(), 0, 0
        self._originals: tuple[Pixels, ...] = ()
        self._browsing: BrowseData | None = None
        self._seeing: SeePictures | None = None
        self._is_stale = False
        self.note = caption()
        self.again = icon_button("shuffle", "Another draw: the changes are others each time")
        self.grid = PictureGrid(N_COLUMNS, side_px=SIDE)
        head = QHBoxLayout()
        head.addWidget(self.note, 1)
        head.addWidget(self.again)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 4)
        column.setSpacing(2)
        column.addLayout(head)
        column.addWidget(self.grid)
        self.again.clicked.connect(self._on_again)
        session.answered.connect(self._on_answered)
        self.hide()

    def follow(self, recipe: Recipe | None) -> None:
        """Show what this recipe's training sees; None where its data cannot be read."""
        if recipe is None:
            self._data, self._originals = None, ()
            self.hide()
            return
        is_other = self._data is None or recipe.data != self._data
        self._data, self._augment, self._seed = recipe.data, recipe.augment, recipe.training.seed
        self.note.setText("as they are" if self._augment.is_off else "as the training sees them")
        self.again.setVisible(not self._augment.is_off)
        self._is_stale = self._is_stale or is_other
        if self._is_stale:
            self._look()
        else:
            self._see()

    def originals(self) -> tuple[Pixels, ...]:
        """The pictures before they are changed."""
        return self._originals

    def _look(self) -> None:
        parent = self.parentWidget()
        if self._is_stale and self._data is not None and parent is not None and parent.isVisible():
            self._is_stale = False
            self._browsing = BrowseData(
                slot="seen pictures", section=self._data, data=self._session.data, start=0, n=N_PICTURES
            )
            self._session.errand(self._browsing)

    def _see(self) -> None:
        if self._originals:
            self._seeing = SeePictures(
                pictures=self._originals, section=self._augment, seed=self._seed, draw=self._draw
            )
            self._session.ask(self._seeing)

    @Slot()
    def _on_again(self) -> None:
        self._draw += 1
        self._see()

    @Slot(object)
    def _on_answered(self, answer: Answer) -> None:
        if answer.request is self._browsing and isinstance(answer.value, DataPage):
            self._originals = answer.value.pictures
            self._see()
        elif answer.request is self._seeing and isinstance(answer.value, SeenPictures):
            self.grid.set_pictures(answer.value.pictures)
            self.show()
