"""What the adversarial game plays with, whatever networks it is made of."""

from __future__ import annotations

from torch import Tensor, nn

from latent_studio.core.model import GenerativeModel


class Adversary(GenerativeModel):
    """A generator, and a critic made of a trunk (image → features) and a head (features → one score).

    The networks work in units of their own: (image − centre) / spread. So pixels lie in [-1, 1], points around 0.

    mixes_batch: the score of a picture depends on the others of its batch, so data and fakes are scored apart.
    """

    generator: nn.Module
    trunk: nn.Module
    head: nn.Module
    centre: Tensor
    spread: Tensor
    mixes_batch: bool = False

    def to_units(self, image: Tensor) -> Tensor:
        """Images → what the networks read."""
        return (image - self.centre) / self.spread

    def from_units(self, x: Tensor) -> Tensor:
        """What the networks make → images."""
        return x * self.spread + self.centre

    def generate(self, code: Tensor) -> Tensor:
        """Codes (n, dim) → images in the networks' units."""
        x: Tensor = self.generator(code)
        return x

    def critic(self, x: Tensor) -> Tensor:
        """Images in the networks' units → scores (n,), larger is more real."""
        scores: Tensor = self.head(self.trunk(x))
        return scores.squeeze(1)

    def decode(self, code: Tensor) -> Tensor:
        return self.from_units(self.generate(code))

    def score(self, image: Tensor) -> Tensor:
        return self.critic(self.to_units(image))
