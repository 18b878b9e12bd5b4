"""Networks give pictures of the exact size, for every size, colour and code that they offer."""

from __future__ import annotations

import pytest
import torch
from pydantic import ValidationError

from latent_studio.core.errors import StudioError
from latent_studio.core.family import DataSpec
from latent_studio.nets.autoencoding import AutoencodingConfig, networks
from latent_studio.nets.conv import ConvDecoder, ConvEncoder
from latent_studio.nets.sizes import channels, ladder

SIDES = [8, 9, 13, 28, 32, 45, 64, 100, 128]


def data(side: int, n_channels: int = 1) -> DataSpec:
    return DataSpec(name="pictures", image_shape=(n_channels, side, side))


@pytest.mark.parametrize("n_channels", [1, 3])
@pytest.mark.parametrize("side", SIDES)
def test_convolutions_take_and_give_pictures_of_the_exact_size(side: int, n_channels: int) -> None:
    encoder, decoder = networks(
        AutoencodingConfig(network="conv", n_latent=3, channels=4), (n_channels, side, side), n_features=6
    )
    image = torch.rand(2, n_channels, side, side)
    assert encoder(image).shape == (2, 6)
    assert decoder(torch.randn(2, 3)).shape == image.shape


def test_every_side_from_8_to_128_has_a_ladder_that_climbs_back_exactly() -> None:
    for side in range(8, 129):
        with torch.device("meta"):  # shapes alone
            decoder, code = ConvDecoder(2, (1, side, side), base=4), torch.empty(1, 2)
            encoder = ConvEncoder((1, side, side), 2, base=4)
        assert decoder(code).shape == (1, 1, side, side)
        assert encoder(decoder(code)).shape == (1, 2)


@pytest.mark.parametrize("n_latent", [1, 512])
@pytest.mark.parametrize("network", ["mlp", "conv"])
def test_codes_of_1_and_of_512_numbers(network: str, n_latent: int) -> None:
    config = AutoencodingConfig.model_validate({"network": network, "n_latent": n_latent, "channels": 4, "width": 8})
    encoder, decoder = networks(config, (1, 8, 8), n_features=n_latent)
    assert encoder(torch.rand(2, 1, 8, 8)).shape == (2, n_latent)
    assert decoder(torch.randn(2, n_latent)).shape == (2, 1, 8, 8)


@pytest.mark.parametrize("n_layers", [1, 3])
def test_a_fully_connected_network_takes_pictures_that_are_not_square(n_layers: int) -> None:
    encoder, decoder = networks(
        AutoencodingConfig(network="mlp", n_latent=2, width=8, n_layers=n_layers), (3, 6, 11), n_features=4
    )
    assert encoder(torch.rand(2, 3, 6, 11)).shape == (2, 4)
    assert decoder(torch.randn(2, 2)).shape == (2, 3, 6, 11)
    assert sum(isinstance(module, torch.nn.Linear) for module in decoder.modules()) == n_layers + 1


@pytest.mark.parametrize("shape", [(1, 7, 7), (1, 129, 129), (3, 32, 28)])
def test_convolutions_refuse_what_they_cannot_give_back(shape: tuple[int, int, int]) -> None:
    with pytest.raises(StudioError, match=r"square pictures of 8 to 128 px, not .* choose another size for the data"):
        networks(AutoencodingConfig(network="conv"), shape, n_features=4)


@pytest.mark.parametrize(
    ("side", "n_channels", "chosen"), [(8, 1, "mlp"), (28, 1, "mlp"), (32, 1, "mlp"), (33, 1, "conv"), (32, 3, "conv")]
)
def test_auto_takes_convolutions_above_1024_numbers(side: int, n_channels: int, chosen: str) -> None:
    assert AutoencodingConfig().resolved(data(side, n_channels)).network == chosen


@pytest.mark.parametrize("network", ["mlp", "conv"])
def test_a_choice_is_not_overruled(network: str) -> None:
    config = AutoencodingConfig.model_validate({"network": network})
    assert config.resolved(data(8)) == config.resolved(data(128)) == config


@pytest.mark.parametrize("values", [{"n_latent": 0}, {"n_latent": 513}, {"width": 0}, {"n_latnet": 2}])
def test_settings_out_of_range_are_refused(values: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        AutoencodingConfig.model_validate(values)


def test_the_ladder_halves_rounding_up() -> None:
    assert ladder(28) == [28, 14, 7, 4]
    assert ladder(128) == [128, 64, 32, 16, 8, 4]
    assert ladder(9) == [9, 5, 3]


def test_channels_double_at_each_coarser_level_up_to_eightfold() -> None:
    assert channels(32, 6) == [32, 64, 128, 256, 256, 256]
