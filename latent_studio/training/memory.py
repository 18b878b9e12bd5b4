"""When a step does not fit in memory: the batch size that would."""

from __future__ import annotations

from torch import OutOfMemoryError, Tensor

from latent_studio.core.errors import StudioError
from latent_studio.training.game import Game


def advance(game: Game, is_watched: bool = False) -> dict[str, Tensor]:
    """`game.advance(is_watched)`; where memory runs out, a StudioError with the batch size that fits."""
    try:
        return game.advance(is_watched)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
    # the handler is left before the trials: with the error goes what the failed step still held
    game.drop_step()
    fits = fitting_batch_size(game)
    n = game.recipe.training.batch_size
    if fits is None:
        raise StudioError(f"{game.recipe.name} does not fit in memory: choose smaller pictures or a smaller network.")
    raise StudioError(
        f"{game.recipe.name} does not fit in memory: {fits} pictures a batch do, {n} do not; "
        f"set training.batch_size = {fits}."
    )


def fitting_batch_size(game: Game) -> int | None:
    """The batch size, halved until one step of a throw-away game succeeds; None where even 2 pictures do not fit."""
    size = game.recipe.training.batch_size
    while size > 2:
        size = max(2, size // 2)
        recipe = game.recipe.with_values(training={"batch_size": size})
        try:
            trial = Game(recipe, game.data, game.feed.with_batch_size(size), game.device)
            trial.n_draws = trial.feed.n_batches - 1  # the last batch of an epoch is never the smaller kind
            trial.advance()
            return size
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the accelerator, Python or torch's CPU allocator (a plain RuntimeError) had no memory left."""
    said = str(error)
    return isinstance(error, OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError) and ("can't allocate memory" in said or "out of memory" in said)
    )
