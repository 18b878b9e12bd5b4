"""Training speed of GANs from the command line's core, beside the same game written plainly.

    python benchmarks/train_gan.py [--rounds 3] [--threads 2] [--only dcgan infogan wgan]

Three games, each with the networks, batch and optimiser of its reference (the customary PyTorch scripts):

- DCGAN, 64 px colour, ngf = ndf = 64, batch 64: non-saturating, batch norm in both players;
- InfoGAN, 32 px grey, batch 64: the information by a third pass and a third optimizer, as the scripts do it;
- WGAN-GP on 28 px grey, fully connected, batch 64, five critic updates: fakes with their graph in every one.

Plain: a backward pass for data and one for fakes, gradients of the critic's weights also in the generator's turn, BCE
of sigmoids, default memory format, an optimizer of many tensors. Ours: what `latent-studio train` runs, step by step
(`Game.advance`), in the precision that `auto` takes here. Sides are interleaved in one process; medians of the rounds.
Both see the same random pictures, so what is compared is the arithmetic and its calling, and as a check of quality both
losses are printed. The floor is the arithmetic: FLOPs of the passes that a step cannot do without (forward and backward
of each network; the critic's weights have no gradient in the generator's turn) over the rate of the largest
convolution or product, measured in the same run.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from latent_studio.core.model import cpu_has_bfloat16
from latent_studio.data.image_set import ImageSet
from latent_studio.training.device import use_threads
from latent_studio.training.game import Game
from latent_studio.training.recipe import Recipe
from latent_studio.training.setting_up import prepare

BATCH, N_PICTURES = 64, 6400


@dataclass
class Side:
    """A game to be timed: `step` plays one, and returns (critic's loss, generator's loss)."""

    step: Callable[[], tuple[float, float]]
    n_pictures: int  # of the data, in a step


def pictures(channels: int, side: int) -> ImageSet:
    """Smooth random pictures; what they show does not matter for speed."""
    rng = np.random.default_rng(0)
    coarse = rng.integers(0, 256, (N_PICTURES, channels, 8, 8), dtype=np.uint8)
    pixels = coarse.repeat(side // 8, 2).repeat(side // 8, 3)
    if pixels.shape[2] != side:
        pixels = np.ascontiguousarray(np.pad(pixels, ((0, 0), (0, 0), (2, 2), (2, 2)))[:, :, :side, :side])
    return ImageSet("random", pixels, None, (), {}, N_PICTURES, "", "")


def ours(family: str, model: dict[str, Any], optimizer: dict[str, Any], images: ImageSet, n_threads: int) -> Side:
    recipe = Recipe.model_validate(
        {
            "name": family,
            "data": {"source": "digits"},
            "model": {"family": family, **model},
            "training": {"batch_size": BATCH, "n_threads": n_threads, "device": "cpu"},
            "optimizer": optimizer,
        }
    )
    game: Game = prepare(recipe, images).game

    def step() -> tuple[float, float]:
        told = game.advance()
        return float(told["discriminator.divergence"]), float(told["generator.divergence"])

    return Side(step, BATCH * model.get("n_critic", 1))


# --- the same games, plainly


def adam(*parts: nn.Module) -> torch.optim.Optimizer:
    """As the scripts make it."""
    return torch.optim.Adam([w for part in parts for w in part.parameters()], lr=2e-4, betas=(0.5, 0.999))


def loader(images: ImageSet) -> Callable[[], Tensor]:
    """Float pictures in [-1, 1], a batch at a time."""
    pixels, place = torch.from_numpy(images.pixels), [0]

    def batch() -> Tensor:
        start = place[0]
        place[0] = (start + BATCH) % N_PICTURES
        return pixels[start : start + BATCH].float() / 127.5 - 1

    return batch


def plain_gan(model: Any, images: ImageSet) -> Side:
    """The PyTorch examples' DCGAN: data and fakes apart, and all gradients every time."""
    batch, criterion = loader(images), nn.BCELoss()
    of_critic, of_generator = adam(model.trunk, model.head), adam(model.generator)
    ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)

    def step() -> tuple[float, float]:
        of_critic.zero_grad()
        on_real = criterion(torch.sigmoid(model.critic(batch())), ones)
        on_real.backward()
        fake = model.generate(torch.randn(BATCH, model.space.dim))
        on_fake = criterion(torch.sigmoid(model.critic(fake.detach())), zeros)
        on_fake.backward()
        of_critic.step()
        of_generator.zero_grad()
        loss = criterion(torch.sigmoid(model.critic(fake)), ones)
        loss.backward()
        of_generator.step()
        return on_real.item() + on_fake.item(), loss.item()

    return Side(step, BATCH)


def plain_infogan(model: Any, images: ImageSet) -> Side:
    """The customary script: the information by a pass and an optimizer of its own."""
    batch, criterion = loader(images), nn.BCELoss()
    of_critic, of_generator = adam(model.trunk, model.head), adam(model.generator)
    of_information = adam(model.generator, model.trunk, model.recogniser)
    ones, zeros = torch.ones(BATCH), torch.zeros(BATCH)

    def codes() -> tuple[Tensor, Tensor, Tensor]:
        kind, u = torch.randint(0, 10, (BATCH,)), torch.rand(BATCH, 2) * 2 - 1
        return torch.cat([torch.randn(BATCH, 62), nn.functional.one_hot(kind, 10).float(), u], 1), kind, u

    def step() -> tuple[float, float]:
        of_generator.zero_grad()
        fake = model.generate(codes()[0])
        loss = criterion(torch.sigmoid(model.critic(fake)), ones)
        loss.backward()
        of_generator.step()
        of_critic.zero_grad()
        on_real = criterion(torch.sigmoid(model.critic(batch())), ones)
        on_fake = criterion(torch.sigmoid(model.critic(fake.detach())), zeros)
        (on_real + on_fake).backward()
        of_critic.step()
        of_information.zero_grad()
        code, kind, u = codes()
        found = model.recogniser(model.trunk(model.generate(code)))
        information = nn.functional.cross_entropy(found["c"].logits, kind) + 0.1 * (found["u"].mean - u).square().mean()
        information.backward()
        of_information.step()
        return on_real.item() + on_fake.item(), loss.item()

    return Side(step, BATCH)


def plain_wgan(model: Any, images: ImageSet) -> Side:
    """The customary script: fakes with their graph in each of five critic updates, then made again."""
    batch = loader(images)
    of_critic, of_generator = adam(model.trunk, model.head), adam(model.generator)

    def step() -> tuple[float, float]:
        for _ in range(N_CRITIC):
            of_critic.zero_grad()
            real, fake = batch(), model.generate(torch.randn(BATCH, model.space.dim))
            share = torch.rand(BATCH, 1, 1, 1)
            between = (share * real + (1 - share) * fake).requires_grad_(True)
            scores = model.critic(between)
            (slope,) = torch.autograd.grad(
                scores, between, torch.ones_like(scores), create_graph=True, retain_graph=True
            )
            penalty = ((slope.flatten(1).norm(2, dim=1) - 1) ** 2).mean()
            apart = model.critic(fake).mean() - model.critic(real).mean()
            (apart + 10 * penalty).backward()
            of_critic.step()
        of_generator.zero_grad()
        loss = -model.critic(model.generate(torch.randn(BATCH, model.space.dim))).mean()
        loss.backward()
        of_generator.step()
        return apart.item(), loss.item()

    return Side(step, BATCH * N_CRITIC)


# --- the floor


def floor_flops(model: Any, images: ImageSet, n_critic: int, penalised: bool) -> float:
    """FLOPs that a step cannot do without, counted by torch on the passes themselves."""
    x = torch.zeros(BATCH, *images.image_shape)
    code = torch.randn(BATCH, model.space.dim)

    def flops(pass_: Callable[[], object]) -> float:
        with FlopCounterMode(display=False) as counter:
            pass_()
        return float(counter.get_total_flops())

    critic_weights = [*model.trunk.parameters(), *model.head.parameters()]
    forward_g = flops(lambda: model.generate(code))
    both_g = flops(lambda: torch.autograd.grad(model.generate(code).sum(), list(model.generator.parameters())))
    forward_d = flops(lambda: model.critic(x))
    both_d = flops(lambda: torch.autograd.grad(model.critic(x).sum(), critic_weights))
    through_d = 2 * forward_d  # back to the pictures: as much again
    critic = 2 * both_d + (3 * forward_d + both_d if penalised else 0)
    return n_critic * critic + (n_critic - 1) * forward_g + both_g + through_d


def rate(n_threads: int) -> float:
    """FLOP/s of a large convolution of the kind that the networks have, in the precision that is used."""
    use_threads(n_threads)
    kind = torch.bfloat16 if cpu_has_bfloat16() else torch.float32
    x = torch.randn(BATCH, 128, 16, 16, dtype=kind).contiguous(memory_format=torch.channels_last)
    layer = nn.Conv2d(128, 256, 4, 2, 1).to(kind, memory_format=torch.channels_last)  # type: ignore[call-overload]
    times = []
    with torch.no_grad():
        for _ in range(12):
            start = time.perf_counter()
            layer(x)
            times.append(time.perf_counter() - start)
    return 2 * BATCH * 64 * 256 * 128 * 16 / min(times)


# --- side by side

N_CRITIC = 5
DCGAN = {
    "network": "conv",
    "channels": 64,
    "n_latent": 100,
    "norm": "both",
    "divergence": "nonsaturating",
    "penalty": "none",
}
INFO = {
    **DCGAN, "network": "compact", "n_latent": 62, "width": 1024, "one_hot_scale": 1.0, "continuous_weight": 0.1,
}  # fmt: skip
WGAN = {
    "network": "mlp", "width": 512, "n_layers": 3, "n_latent": 100, "divergence": "wasserstein", "penalty": "gradient",
    "n_critic": N_CRITIC,
}  # fmt: skip
GAMES: dict[str, tuple[str, dict[str, Any], tuple[int, int], Callable[[Any, ImageSet], Side]]] = {
    "dcgan": ("gan", DCGAN, (3, 64), plain_gan),
    "infogan": ("infogan", INFO, (1, 32), plain_infogan),
    "wgan": ("gan", WGAN, (1, 28), plain_wgan),
}


def rounds(name: str, n_rounds: int, seconds: float, n_threads: int) -> None:
    """Print a row: pictures per second of both, and the floor."""
    family, model, (channels, side), plainly = GAMES[name]
    images = pictures(channels, side)
    optimizer = {"learning_rate": 2e-4, "beta1": 0.5, "beta2": 0.999}
    mine = ours(family, model, optimizer, images, n_threads)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        recipe = Recipe.model_validate({"name": name, "model": {"family": family, **model}})
        plain_model = prepare(recipe, images).game.model  # its weights in the usual layout
    for tensor in (*plain_model.parameters(), *plain_model.buffers()):
        tensor.data = tensor.data.contiguous(memory_format=torch.contiguous_format).clone()
    sides = {"ours": mine, "plain": plainly(plain_model, images)}
    use_threads(n_threads)
    rates: dict[str, list[float]] = {key: [] for key in sides}
    losses: dict[str, tuple[float, float]] = {}
    for played in sides.values():
        played.step()  # the first allocates
    for _ in range(n_rounds):
        for key, played in sides.items():
            n, start = 0, time.perf_counter()
            while time.perf_counter() - start < seconds:
                losses[key] = played.step()
                n += played.n_pictures
            rates[key].append(n / (time.perf_counter() - start))
    found = {key: median(values) for key, values in rates.items()}
    n_critic = model.get("n_critic", 1)
    flops = floor_flops(plain_model, images, n_critic, model["penalty"] == "gradient") / (BATCH * n_critic)
    at_best = rate(n_threads)
    ratios = [mine / other for mine, other in zip(rates["ours"], rates["plain"], strict=True)]
    print(
        f"| {name} | {found['ours']:,.0f} | {found['plain']:,.0f} | **{found['ours'] / found['plain']:.2f}** "
        f"({min(ratios):.2f}–{max(ratios):.2f}) | {at_best / flops:,.0f} ({flops / 1e6:.0f} MFLOP a picture at "
        f"{at_best / 1e9:.0f} GFLOP/s) | {losses['ours'][0]:.2f} / {losses['ours'][1]:.2f} "
        f"| {losses['plain'][0]:.2f} / {losses['plain'][1]:.2f} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=6.0, help="of each side in a round")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=list(GAMES), choices=list(GAMES))
    arguments = parser.parse_args()
    use_threads(arguments.threads)
    print(f"bfloat16 on this processor: {'yes' if cpu_has_bfloat16() else 'no'}; {arguments.threads} threads\n")
    print("| game | ours, pictures/s | plain | × (of the rounds) | floor | losses, ours | plain |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for name in arguments.only:
        rounds(name, arguments.rounds, arguments.seconds, arguments.threads)


if __name__ == "__main__":
    main()
