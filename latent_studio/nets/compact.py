"""Two levels of convolutions and a hidden layer: InfoGAN's small networks (Chen et al. 2016, C.1)."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import batch_norm

from latent_studio.nets.dcgan import SLOPE
from latent_studio.nets.sizes import ImageShape


class BatchNorm(nn.BatchNorm1d):
    """Of a lone row, which has no spread, the running statistics are taken: one member's share of a small batch."""

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or len(x) != 1:
            return super().forward(x)
        return batch_norm(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)


class CompactGenerator(nn.Sequential):
    """Codes (n, n_in) → unbounded pixels (n, c, s, s): two linear layers to a quarter of the side, then up twice."""

    def __init__(self, n_in: int, image_shape: ImageShape, base: int, width: int, is_normed: bool) -> None:
        n_channels, side, _ = image_shape
        quarter, half = -(-side // 4), -(-side // 2)
        first, second = 2 * base * quarter**2, (2 * base, quarter, quarter)
        super().__init__(
            *_layer(nn.Linear(n_in, width), BatchNorm(width), is_normed, 0.0),
            *_layer(nn.Linear(width, first), BatchNorm(first), is_normed, 0.0),
            nn.Unflatten(1, second),
            *_layer(_up(2 * base, base, half == 2 * quarter), nn.BatchNorm2d(base), is_normed, 0.0),
            _up(base, n_channels, side == 2 * half),
        )


class CompactTrunk(nn.Sequential):
    """Pictures (n, c, s, s) → features (n, width): down twice, then a linear layer."""

    def __init__(self, image_shape: ImageShape, base: int, width: int, is_normed: bool) -> None:
        n_channels, side, _ = image_shape
        quarter = -(-side // 4)
        super().__init__(
            *_layer(nn.Conv2d(n_channels, base, 3 if side % 2 else 4, 2, 1), nn.Identity(), False, SLOPE),
            *_layer(
                nn.Conv2d(base, 2 * base, 3 if -(-side // 2) % 2 else 4, 2, 1),
                nn.BatchNorm2d(2 * base),
                is_normed,
                SLOPE,
            ),
            nn.Flatten(),
            *_layer(nn.Linear(2 * base * quarter**2, width), BatchNorm(width), is_normed, SLOPE),
        )
        self.n_features = width


def _up(n_in: int, n_out: int, is_doubled: bool) -> nn.Module:
    """Twice the side, or one pixel less."""
    return nn.ConvTranspose2d(n_in, n_out, 4 if is_doubled else 3, stride=2, padding=1)


def _layer(weights: nn.Module, norm: nn.Module, is_normed: bool, slope: float) -> list[nn.Module]:
    rectify: nn.Module = nn.LeakyReLU(slope, inplace=True) if slope else nn.ReLU(inplace=True)
    return [weights, norm, rectify] if is_normed else [weights, rectify]
