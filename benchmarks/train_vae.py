"""Training speed of the FC VAE 784-400-20 on MNIST, from the command line, beside the plain idiom and pythae.

    python benchmarks/train_vae.py PATH_TO_MNIST [--epochs 3] [--pythae PYTHON] [--repeats 3]

- ours: `latent-studio train` in a process of its own, as a user starts it, timed per epoch from its own log;
- in the window: the same recipe as a job of the open window (one thread fewer than cores; averaged weights' loss);
- plain: torchvision's way without torchvision: a DataLoader without workers, a PIL image per item turned into a float
  tensor, default Adam, the cross-entropy of the PyTorch example;
- pythae: its VAE with equal widths through TrainingPipeline; it wants a Python that has it (`--pythae`).

All with two threads, batch 128, Adam 1e-3. The floor is the arithmetic: FLOPs of the matrix products of a step over the
matmul rate measured on the same shapes in the same run. Quality: the test loss (reconstruction + KL, sampled z) of the
raw weights over all 10,000 test pictures, by each side's own code. Runs are interleaved; medians are printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median

BATCH, WIDTH, N_LATENT, N_PIXELS, N_TRAIN = 128, 400, 20, 784, 60_000

RECIPE = """
name = "bench"
[data]
source = "idx"
path = "{path}"
[model]
family = "vae"
network = "mlp"
n_latent = 20
width = 400
[training]
n_epochs = {epochs}
batch_size = 128
n_threads = 2
save_every_s = 3600
[optimizer]
learning_rate = 1e-3
"""


def ours(data: Path, epochs: int) -> tuple[float, float]:
    """(seconds per epoch, test loss of the raw weights) of `latent-studio train`, from its event stream."""
    with tempfile.TemporaryDirectory() as folder:
        recipe, run = Path(folder) / "recipe.toml", Path(folder) / "run"
        recipe.write_text(RECIPE.format(path=data.resolve(), epochs=epochs))
        cli = [sys.executable, "-m", "latent_studio.cli"]
        began: list[float] = []
        command = [*cli, "train", str(recipe), "--run", str(run), "--json"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for line in process.stdout:
                event = json.loads(line)
                # the first pictures come right before the first step, the test row right after an epoch's last
                if event.get("event") == "pictures" or (event.get("event") == "metrics" and event["split"] == "test"):
                    began.append(time.perf_counter())
        assert process.returncode == 0, "training failed"
        told = subprocess.run(
            [*cli, "evaluate", str(run), "--weights", "raw", "--json"], capture_output=True, text=True, check=True
        )
        loss = json.loads(told.stdout)["parts"]["test"]["loss"]
    return epoch_seconds(began, epochs), loss


def in_window(data: Path, epochs: int) -> tuple[float, float]:
    """(seconds per epoch, test loss of the averaged weights) in the window: one thread fewer, beside an open model."""
    with tempfile.TemporaryDirectory() as folder:
        recipe = Path(folder) / "recipe.toml"
        text = RECIPE.format(path=data.resolve(), epochs=epochs).replace("n_threads = 2", "n_threads = 0")
        recipe.write_text(text)
        return script(sys.executable, WINDOW, recipe, epochs)


def epoch_seconds(stamps: list[float], epochs: int) -> float:
    """Median time of an epoch, its measuring on the test part and its sample pictures included.

    The stamps are: first pictures, then for every epoch its test row and its pictures.
    """
    starts = [stamps[0], *stamps[2::2]]
    return median(after - before for before, after in pairwise(starts)) if epochs else 0.0


WINDOW = """
import json, os, sys, tempfile, time
from pathlib import Path
os.environ.setdefault("GOMP_SPINCOUNT", "10000")
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtWidgets import QApplication
from latent_studio.app.main import SWITCH_INTERVAL_S
from latent_studio.app.session import Places, Session
from latent_studio.app.settings import Settings
from latent_studio.app.window import Window
from latent_studio.core.events import Done, Metrics, Pictures
from latent_studio.engine.jobs import TrainJob
from latent_studio.training.recipe import read_recipe

sys.setswitchinterval(SWITCH_INTERVAL_S)
app = QApplication([])
folder = Path(tempfile.mkdtemp())
session = Session(Places(Places.usual().ready_made, folder))
window = Window(session, Settings())
stamps, losses = [], []

def take(answer):
    if isinstance(answer.value, Pictures) or (isinstance(answer.value, Metrics) and answer.value.split == "test"):
        stamps.append(time.perf_counter())
        if isinstance(answer.value, Metrics):
            losses.append(answer.value.values["loss"])
    elif isinstance(answer.value, Done) and answer.request.slot == "bench":
        window.close()

session.answered.connect(take)
window.show()
recipe = read_recipe(Path(sys.argv[1]))
job = TrainJob(slot="bench", recipe=recipe, folder=folder / "run", data=session.data, snapshots=session.snapshots)
window.first_painted.connect(lambda: session.start_job(job))
app.exec()
starts = [stamps[0], *stamps[2::2]]
times = sorted(b - a for a, b in zip(starts, starts[1:]))
print(json.dumps({"seconds": times[len(times) // 2], "loss": losses[-1]}))
"""

PLAIN = '''
import gzip, json, struct, sys, time
import numpy as np, torch, torch.nn.functional as F
from PIL import Image
from torch import nn
from torch.utils.data import DataLoader, Dataset

torch.set_num_threads(2)
folder, epochs = sys.argv[1], int(sys.argv[2])

def read(name, offset):
    import pathlib
    for path in (pathlib.Path(folder) / (name + ".gz"), pathlib.Path(folder) / name):
        if path.exists():
            data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
            return np.frombuffer(data, np.uint8, offset=offset)

class MNIST(Dataset):
    """torchvision.datasets.MNIST with transforms.ToTensor()."""
    def __init__(self, split):
        self.data = torch.from_numpy(read(split + "-images-idx3-ubyte", 16).reshape(-1, 28, 28).copy())
        self.targets = torch.from_numpy(read(split + "-labels-idx1-ubyte", 8).astype(np.int64))
    def __len__(self):
        return len(self.data)
    def __getitem__(self, index):
        image, target = self.data[index], int(self.targets[index])
        image = Image.fromarray(image.numpy(), mode="L" if False else None)
        array = torch.from_numpy(np.array(image, np.uint8, copy=True)).view(28, 28, 1)
        return array.permute(2, 0, 1).contiguous().to(torch.float32).div(255), target

class VAE(nn.Module):
    """The PyTorch example (pytorch/examples, vae)."""
    def __init__(self):
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)
    def forward(self, x):
        h = F.relu(self.fc1(x.view(-1, 784)))
        mu, logvar = self.fc21(h), self.fc22(h)
        z = mu + torch.randn_like(mu) * torch.exp(0.5 * logvar)
        return torch.sigmoid(self.fc4(F.relu(self.fc3(z)))), mu, logvar

def loss_function(recon_x, x, mu, logvar):
    bce = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction="sum")
    return bce - 0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())

torch.manual_seed(0)
train, test = MNIST("train"), MNIST("t10k")
train_loader = DataLoader(train, batch_size=128, shuffle=True)
test_loader = DataLoader(test, batch_size=128)
model = VAE()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
times = []
for epoch in range(epochs):
    start = time.perf_counter()
    model.train()
    for data, _ in train_loader:
        optimizer.zero_grad()
        loss = loss_function(*(lambda r: (r[0], data, r[1], r[2]))(model(data)))
        loss.backward()
        optimizer.step()
    model.eval()
    total = 0.0
    with torch.no_grad():
        for data, _ in test_loader:
            r, mu, logvar = model(data)
            total += loss_function(r, data, mu, logvar).item()
    times.append(time.perf_counter() - start)
print(json.dumps({"seconds": sorted(times)[len(times) // 2], "loss": total / len(test)}))
'''

PYTHAE = """
import gzip, json, logging, pathlib, sys, tempfile, time
import numpy as np, torch
from torch import nn
torch.set_num_threads(2)
logging.disable(logging.CRITICAL)
from pythae.models import VAE, VAEConfig
from pythae.models.base.base_utils import ModelOutput
from pythae.models.nn import BaseDecoder, BaseEncoder
from pythae.pipelines import TrainingPipeline
from pythae.trainers import BaseTrainerConfig
from pythae.trainers.training_callbacks import TrainingCallback
folder, epochs = sys.argv[1], int(sys.argv[2])

def read(name):
    for path in (pathlib.Path(folder) / (name + ".gz"), pathlib.Path(folder) / name):
        if path.exists():
            data = gzip.open(path).read() if path.suffix == ".gz" else path.read_bytes()
            return (np.frombuffer(data, np.uint8, offset=16).reshape(-1, 1, 28, 28) / 255).astype(np.float32)

class Encoder(BaseEncoder):
    def __init__(self):
        BaseEncoder.__init__(self)
        self.body = nn.Sequential(nn.Flatten(), nn.Linear(784, 400), nn.ReLU())
        self.mean, self.log_var = nn.Linear(400, 20), nn.Linear(400, 20)
    def forward(self, x):
        h = self.body(x)
        return ModelOutput(embedding=self.mean(h), log_covariance=self.log_var(h))

class Decoder(BaseDecoder):
    def __init__(self):
        BaseDecoder.__init__(self)
        self.body = nn.Sequential(nn.Linear(20, 400), nn.ReLU(), nn.Linear(400, 784), nn.Sigmoid())
    def forward(self, z):
        return ModelOutput(reconstruction=self.body(z).reshape(-1, 1, 28, 28))

class Clock(TrainingCallback):
    stamps = []
    def on_epoch_begin(self, *a, **k):
        self.stamps.append(time.perf_counter())
    def on_train_end(self, *a, **k):
        self.stamps.append(time.perf_counter())

train, test = read("train-images-idx3-ubyte"), read("t10k-images-idx3-ubyte")
torch.manual_seed(0)
model = VAE(VAEConfig(input_dim=(1, 28, 28), latent_dim=20, reconstruction_loss="bce"), Encoder(), Decoder())
with tempfile.TemporaryDirectory() as out:
    config = BaseTrainerConfig(output_dir=out, num_epochs=epochs, learning_rate=1e-3, per_device_train_batch_size=128,
                               per_device_eval_batch_size=128, no_cuda=True, steps_saving=None, seed=0)
    clock = Clock()
    TrainingPipeline(model=model, training_config=config)(train, eval_data=test, callbacks=[clock])
model.eval()
with torch.no_grad():
    x = torch.from_numpy(test)
    total = sum(float(model({"data": c}).loss) * len(c) for c in x.split(500))
times = [b - a for a, b in zip(clock.stamps, clock.stamps[1:])]
print(json.dumps({"seconds": sorted(times)[len(times) // 2], "loss": total / len(test)}))
"""


def script(python: str, source: str, data: Path, epochs: int) -> tuple[float, float]:
    """(seconds per epoch, test loss) printed by one of the reference programs above."""
    done = subprocess.run([python, "-c", source, str(data), str(epochs)], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return told["seconds"], told["loss"]


def floor_seconds() -> tuple[float, float, float]:
    """(seconds per epoch of nothing but the matrix products, FLOPs per epoch, measured FLOP/s)."""
    import torch

    torch.set_num_threads(2)
    shapes = [(N_PIXELS, WIDTH), (WIDTH, 2 * N_LATENT), (N_LATENT, WIDTH), (WIDTH, N_PIXELS)]
    n_steps = -(-N_TRAIN // BATCH)
    total_flops, seconds = 0, 0.0
    for index, (n_in, n_out) in enumerate(shapes):
        x, w, g = torch.randn(BATCH, n_in), torch.randn(n_out, n_in), torch.randn(BATCH, n_out)
        products: list[Callable[[], torch.Tensor]] = [partial(torch.mm, x, w.T), partial(torch.mm, g.T, x)]
        if index:  # nothing needs the gradient of the pictures
            products.append(partial(torch.mm, g, w))
        for product in products:
            for _ in range(5):
                product()
            times = []
            for _ in range(60):
                start = time.perf_counter()
                product()
                times.append(time.perf_counter() - start)
            seconds += median(times) * n_steps
            total_flops += 2 * BATCH * n_in * n_out * n_steps
    return seconds, total_flops, total_flops / seconds


def rows(arguments: argparse.Namespace) -> Iterator[tuple[str, float, float]]:
    """(name, median seconds per epoch, median test loss) of each side, runs interleaved."""
    sides: dict[str, Callable[[], tuple[float, float]]] = {
        "Latent Studio, command line": lambda: ours(arguments.data, arguments.epochs),
        "Latent Studio, in the window": lambda: in_window(arguments.data, arguments.epochs),
        "plain PyTorch idiom": lambda: script(sys.executable, PLAIN, arguments.data, arguments.epochs),
    }
    if arguments.pythae:
        sides["pythae"] = lambda: script(arguments.pythae, PYTHAE, arguments.data, arguments.epochs)
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in sides}
    for _ in range(arguments.repeats):
        for name, run in sides.items():
            results[name].append(run())
            seconds, loss = results[name][-1]
            print(f"  {name}: {seconds:.2f} s per epoch, test loss {loss:.2f}", flush=True)
    for name, figures in results.items():
        yield name, median(s for s, _ in figures), median(loss for _, loss in figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="folder with the MNIST files")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--pythae", default="", help="a Python that has pythae installed")
    arguments = parser.parse_args()
    table = list(rows(arguments))
    floor, flops, rate = floor_seconds()
    first = table[0][1]
    print(f"\n| {'':28} | s / epoch | × ours | pictures / s | test loss after {arguments.epochs} epochs |")
    print("|---|---:|---:|---:|---:|")
    for name, seconds, loss in table:
        print(f"| {name} | {seconds:.2f} | {seconds / first:.2f} | {N_TRAIN / seconds:,.0f} | {loss:.2f} |")
    print(f"| floor: {flops / 1e9:.0f} GFLOP at {rate / 1e9:.0f} GFLOP/s | {floor:.2f} | {floor / first:.2f} | | |")


if __name__ == "__main__":
    main()
