"""The plain autoencoder: no prior, and still samples, because its codes are whitened at the border."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from latent_studio.core.family import DataSpec
from latent_studio.core.latent import LatentSpace
from latent_studio.core.model import Batch, NormalPosterior, encode_to_code, sample_prior
from latent_studio.core.objective import Step
from latent_studio.families.autoencoder import Autoencoder, AutoencoderConfig, SquaredError

DATA = DataSpec(name="dots", image_shape=(1, 2, 2))


def autoencoder(**settings: object) -> tuple[Autoencoder, SquaredError]:
    torch.manual_seed(0)
    config = AutoencoderConfig.model_validate({"network": "mlp", "n_latent": 3, "width": 8, **settings})
    return Autoencoder(config, DATA), SquaredError(config)


class Clouds:
    """Batches of pictures; steps that follow each other on them."""

    def __init__(self, n: int) -> None:
        self.generator = torch.Generator().manual_seed(1)
        self.n = n
        self.step = Step(0, self.draw, torch.device("cpu"))

    def draw(self) -> Batch:
        return {"image": torch.rand(self.n, 1, 2, 2, generator=self.generator)}

    def play(self, model: Autoencoder, objective: SquaredError, n_steps: int) -> list[Tensor]:
        """Follows the codes without training; the images of all steps."""
        images = []
        for index in range(n_steps):
            self.step.start(index)
            self.step.begin(0, objective.phases[0], 0, 1)
            images.append(self.step.batch["image"])
            with torch.no_grad():
                objective.project(model, self.step)
        return images


def test_the_statistics_are_those_of_all_codes_so_far_while_the_run_is_young() -> None:
    model, objective = autoencoder()
    images = Clouds(50).play(model, objective, 20)
    codes = torch.stack([model.encoder(image) for image in images]).detach()
    torch.testing.assert_close(model.code_mean, codes.mean((0, 1)))
    within = torch.stack([torch.cov(code.T) for code in codes]).mean(0)
    torch.testing.assert_close(model.code_covariance, within)


def test_codes_of_the_data_are_standard_normal_to_the_studio() -> None:
    model, objective = autoencoder(memory=0.999)
    clouds = Clouds(400)
    clouds.play(model, objective, 60)
    z = encode_to_code(model, model.space, clouds.draw()["image"], {}).detach()
    assert z.mean(0).abs().max() < 0.2
    assert (torch.cov(z.T) - torch.eye(3)).abs().max() < 0.3


def test_samples_have_the_mean_and_covariance_of_the_codes() -> None:
    model, objective = autoencoder()
    Clouds(400).play(model, objective, 30)
    seen: list[Tensor] = []
    model.decoder = Listener(seen)
    model.decode(sample_prior(model.space, 100_000, torch.Generator().manual_seed(0)))
    inner = seen[0]
    spread = model.code_covariance.diagonal().sqrt()
    assert ((inner.mean(0) - model.code_mean) / spread).abs().max() < 0.03
    assert ((torch.cov(inner.T) - model.code_covariance) / torch.outer(spread, spread)).abs().max() < 0.03


class Listener(nn.Module):
    def __init__(self, seen: list[Tensor]) -> None:
        super().__init__()
        self.seen = seen

    def forward(self, code: Tensor) -> Tensor:
        self.seen.append(code)
        return code.new_zeros(len(code), 1, 2, 2)


def test_a_picture_coded_and_decoded_passes_through_the_network_as_it_was_trained() -> None:
    model, objective = autoencoder()
    images = Clouds(50).play(model, objective, 5)
    code = encode_to_code(model, model.space, images[0], {})
    direct = torch.sigmoid(model.decoder(model.encoder(images[0])))
    torch.testing.assert_close(model.decode(code), direct, rtol=1e-4, atol=1e-5)


def test_a_dimension_that_says_nothing_does_not_break_the_code() -> None:
    model, objective = autoencoder()
    *_, final = model.encoder.modules()
    assert isinstance(final, nn.Linear)
    with torch.no_grad():
        final.weight[1] = final.weight[0]  # two dimensions the same: their covariance is singular
        final.weight[2] = 0
    images = Clouds(50).play(model, objective, 5)
    code = encode_to_code(model, model.space, images[0], {})
    assert torch.isfinite(code).all()
    direct = torch.sigmoid(model.decoder(model.encoder(images[0])))
    torch.testing.assert_close(model.decode(code), direct, rtol=1e-2, atol=1e-2)


def test_before_the_first_step_the_code_is_the_networks_own() -> None:
    model, _ = autoencoder()
    image = torch.rand(4, 1, 2, 2)
    code = encode_to_code(model, model.space, image, {})
    torch.testing.assert_close(code, model.encoder(image), rtol=1e-3, atol=1e-4)


def test_its_posterior_is_a_point() -> None:
    model, _ = autoencoder()
    posterior = model.encode(torch.rand(2, 1, 2, 2), {})["z"]
    assert isinstance(posterior, NormalPosterior)
    assert (posterior.log_var == -torch.inf).all()


@pytest.mark.parametrize("n_latent", [1, 512])
def test_codes_of_1_and_512_numbers(n_latent: int) -> None:
    model, objective = autoencoder(n_latent=n_latent)
    Clouds(8).play(model, objective, 2)  # far fewer pictures than dimensions
    assert model.space == LatentSpace.model_validate(
        {"factors": [{"kind": "normal", "name": "z", "shape": [n_latent]}]}
    )
    assert torch.isfinite(model.decode(sample_prior(model.space, 4, torch.Generator().manual_seed(0)))).all()


def test_what_is_minimised_is_the_squared_error_of_a_picture() -> None:
    model, objective = autoencoder()
    image = torch.rand(6, 1, 2, 2)
    loss = objective.measures(model, {"image": image}, torch.Generator())["loss"]
    back = torch.sigmoid(model.decoder(model.encoder(image)))
    torch.testing.assert_close(loss, ((back - image) ** 2).sum((1, 2, 3)))
