"""Which device, which precision, how many threads: what `auto` means here."""

from __future__ import annotations

import os
import platform
from pathlib import Path

import torch
from torch import nn

from latent_studio.core.errors import StudioError
from latent_studio.core.model import cpu_has_bfloat16

HEAVY_SIDE_PX, HEAVY_WEIGHTS = 32, 200_000


def resolve_device(name: str) -> torch.device:
    """The device a recipe names; `auto` takes CUDA, then Apple's GPU, then the CPU."""
    has_mps = torch.backends.mps.is_available()
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "mps" if has_mps else "cpu"
    if name == "cuda" and not torch.cuda.is_available():
        raise StudioError('No CUDA device is at hand: set training.device = "auto" or "cpu".')
    if name == "mps" and not has_mps:
        raise StudioError('No Apple GPU is at hand: set training.device = "auto" or "cpu".')
    return torch.device(name)


def resolve_precision(name: str, device: torch.device, model: nn.Module, side: int) -> str:
    """`auto` computes in bfloat16 where that was measured faster (benchmarks/precision.py), else in float32.

    That is where the work is heavy (convolutions on pictures above 32 px, or at least 200,000 weights of linear layers)
    and the device multiplies bfloat16 itself. A rule and not a timing at the start, so that the same recipe gives the
    same run on a busy machine.
    """
    if name != "auto":
        return name
    has_bfloat16 = device.type == "cuda" or (device.type == "cpu" and cpu_has_bfloat16())
    if any(isinstance(module, nn.Conv2d | nn.ConvTranspose2d) for module in model.modules()):
        is_heavy = side > HEAVY_SIDE_PX
    else:
        is_heavy = sum(parameter.numel() for parameter in model.parameters()) >= HEAVY_WEIGHTS
    return "bfloat16" if has_bfloat16 and is_heavy else "float32"


def machine(device: torch.device) -> str:
    """What results depend on to the last bit: torch's version, and the processor that computes."""
    if device.type == "cuda":
        return f"torch {torch.__version__}, {torch.cuda.get_device_name(device)}"
    return f"torch {torch.__version__}, {_cpu_name()}"


def _cpu_name() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def use_threads(n_threads: int) -> None:
    """Have this thread of the program compute with that many cores."""
    # torch keeps a thread's own value only where it was read once; else the setting of another thread comes through
    torch.get_num_threads()
    torch.set_num_threads(n_threads)


def n_cores() -> int:
    """The cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
