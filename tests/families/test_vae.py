"""The VAE's bound against what can be integrated exactly: with one latent dimension, everything."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.distributions import Normal

from latent_studio.core.family import DataSpec
from latent_studio.core.model import Batch, Likelihood
from latent_studio.core.objective import Step
from latent_studio.families.vae import VAE, EvidenceLowerBound, VAEConfig
from latent_studio.objectives.likelihoods import kl_to_standard_normal

DATA = DataSpec(name="dots", image_shape=(1, 4, 4))
PRIOR = Normal(torch.zeros((), dtype=torch.float64), torch.ones((), dtype=torch.float64))


def vae(**settings: object) -> tuple[VAE, EvidenceLowerBound]:
    torch.manual_seed(0)
    config = VAEConfig.model_validate({"network": "mlp", "n_latent": 1, "width": 8, **settings})
    return VAE(config, DATA), EvidenceLowerBound(config)


def pictures(n: int = 5) -> Tensor:
    return torch.rand(n, 1, 4, 4, generator=torch.Generator().manual_seed(1))


def step_on(image: Tensor) -> Step:
    def draw() -> Batch:
        return {"image": image}

    step = Step(0, draw, torch.device("cpu"))
    step.start(0)
    step.begin(0, EvidenceLowerBound.phases[0], 0, 1)
    return step


def integrals(model: VAE, image: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """(log p(x), E_q[log p(x, z) − log q(z)], KL(q ‖ p(z | x))) of each picture, on a grid of z."""
    z = torch.linspace(-12, 12, 4001, dtype=torch.float64)
    dz = z[1] - z[0]
    mean, log_var = model.encoder(image).double().chunk(2, dim=1)
    log_q = Normal(mean, (0.5 * log_var).exp()).log_prob(z)
    pixels = model.decoder(z.float()[:, None])
    log_joint = torch.stack([-model.likelihood.negative_log_prob(pixels, x[None]).double() for x in image])
    log_joint = log_joint + PRIOR.log_prob(z)
    log_p = torch.logsumexp(log_joint, dim=1) + dz.log()
    q = log_q.exp()
    bound = (q * (log_joint - log_q)).sum(1) * dz
    gap = (q * (log_q - (log_joint - log_p[:, None]))).sum(1) * dz
    return log_p, bound, gap


@torch.no_grad()
def test_the_bound_lies_below_log_p_by_the_divergence_of_the_posterior() -> None:
    for name in ("bernoulli", "gaussian", "gaussian_learned"):
        model, _ = vae(likelihood=name, noise_std=0.3)
        log_p, bound, gap = integrals(model, pictures())
        torch.testing.assert_close(log_p - bound, gap)
        assert (gap > 0).all()
        sampled = torch.stack(
            [model.log_likelihood(pictures(), torch.Generator().manual_seed(seed)) for seed in range(4000)]
        ).double()
        error = sampled.std(0) / len(sampled) ** 0.5
        assert ((sampled.mean(0) - bound).abs() < 5 * error).all()


def test_a_vae_is_a_likelihood() -> None:
    assert isinstance(vae()[0], Likelihood)


def test_what_is_minimised_is_reconstruction_plus_beta_times_kl() -> None:
    model, objective = vae(beta=4.0)
    image = pictures()
    terms = objective.terms(model, step_on(image))
    noise = step_on(image).normal_like(torch.empty(5, 1))
    reconstruction, kl = model.bound(image, noise)
    assert terms["reconstruction"].weight == 1.0
    assert terms["kl"].weight == 4.0
    torch.testing.assert_close(terms["reconstruction"].value, reconstruction.mean())
    torch.testing.assert_close(terms["kl"].value, kl.sum(1).mean())


def test_free_bits_cost_nothing_and_pull_at_nothing() -> None:
    """Kingma et al. 2016, eq. 15: below the threshold the gradient of the KL is zero, above it the full one."""
    image = pictures()
    model, generous = vae(free_bits=10.0)
    term = generous.terms(model, step_on(image))["kl"].value
    term.backward()
    assert float(term.detach()) == 10.0
    assert all(p.grad is None or not p.grad.any() for p in model.parameters())

    model, none = vae()
    _, tight = vae(free_bits=1e-6)
    torch.testing.assert_close(
        tight.terms(model, step_on(image))["kl"].value, none.terms(model, step_on(image))["kl"].value
    )


def test_measures_compare_runs_whatever_they_were_trained_with() -> None:
    model, plain = vae()
    _, weighted = vae(beta=10.0, free_bits=1.0)
    batch = {"image": pictures()}
    first = plain.measures(model, batch, torch.Generator().manual_seed(3))
    second = weighted.measures(model, batch, torch.Generator().manual_seed(3))
    for name in ("loss", "reconstruction", "kl", "kl_per_dim"):
        assert torch.equal(first[name], second[name])
    torch.testing.assert_close(first["loss"], first["reconstruction"] + first["kl_per_dim"].sum(1))


def test_a_learned_noise_is_trained_and_a_fixed_one_is_not() -> None:
    for name, is_trained in (("gaussian_learned", True), ("gaussian", False)):
        model, objective = vae(likelihood=name)
        terms = objective.terms(model, step_on(pictures()))
        torch.stack([term.value for term in terms.values()]).sum().backward()
        found = dict(model.named_parameters()).get("likelihood.log_std")
        assert (found is not None and found.grad is not None) == is_trained


def test_in_bfloat16_the_networks_are_rounded_and_the_bound_is_not() -> None:
    """A KL of 0.001 nats would drown in the rounding of 1 − 1: bfloat16 has three digits."""
    model, objective = vae(n_latent=16)
    image = pictures()
    with torch.no_grad():
        for weight in model.encoder.parameters():
            weight.mul_(0.05)  # a posterior close to the prior
    with torch.autocast("cpu", torch.bfloat16):
        terms = objective.terms(model, step_on(image))
        rounded = model.encoder(image)
    assert rounded.dtype == torch.bfloat16
    assert {term.value.dtype for term in terms.values()} == {torch.float32}
    mean, log_var = rounded.float().chunk(2, dim=1)
    exact = kl_to_standard_normal(mean.double(), log_var.double()).sum(1).mean()
    torch.testing.assert_close(terms["kl"].value.double(), exact, rtol=1e-3, atol=1e-7)
