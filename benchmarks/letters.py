"""Train the net that tells which way up letters stand.

    python -m benchmarks.letters CORPUS

It learns from the real pages and the pages of text of CORPUS, all of which stand upright, and
writes ``archive/shipped/letters.json``. ``benchmarks/orientation.py`` judges it on other pages.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import msgspec
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from archive.images.images import load_image
from archive.store import write_whole
from archive.weights import LETTERS_FILE
from pipeline.prepare.letters import SIDE, WAYS, Layer, LetterModel, letter_windows, ways
from pipeline.prepare.straighten import to_grey

_FOLDERS = ("real/pages", "text_pages")
_WAYS_OF_A_PAGE, _OF_A_WAY = 3, 100
_BATCH, _ROUNDS, _RATE = 1024, 22, 4e-3
_BACK = (0, 3, 2, 1, 4, 5, 6, 7)
"""The way that undoes each way: a mirrored page turned is its own opposite."""
_WIDTHS = (SIDE * SIDE, 64, 16, 1)


def main() -> None:
    """Train for about three minutes on a core and write the model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    args = parser.parse_args()
    torch.manual_seed(0)
    windows = _windows(args.corpus, np.random.default_rng(0))
    print(f"{len(windows)} letters")
    net = _trained(torch.from_numpy(windows))
    content = msgspec.json.encode(LetterModel(tuple(map(_layer, net[::2]))))
    write_whole(LETTERS_FILE, content + b"\n")


def _windows(corpus: Path, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return up to 300 upright windows of every page.

    A page is laid in three of the eight ways before windows are taken, and these are put right
    again: else the net learns on which side of a pixel the middle of a letter was rounded to.
    """
    windows = []
    for folder in _FOLDERS:
        for path in sorted((corpus / folder).iterdir()):
            page = to_grey(load_image(path).rgb)
            for way in rng.permutation(WAYS)[:_WAYS_OF_A_PAGE]:
                laid = _put_right(page[None], _BACK[way])[0]
                upright = _put_right(letter_windows(np.ascontiguousarray(laid)), way)
                windows.append(upright[rng.permutation(len(upright))[:_OF_A_WAY]])
    return np.concatenate(windows)


def _put_right(pages: NDArray[np.uint8], way: int) -> NDArray[np.uint8]:
    """Return (N, H, W) ``pages`` that lie in ``way`` as they stand upright."""
    plain = pages[:, :, ::-1] if way >= 4 else pages
    return np.rot90(plain, way % 4, (1, 2))


def _trained(windows: Tensor) -> nn.Sequential:
    """Return a net that finds the upright one of the eight ways of a window likeliest."""
    layers: list[nn.Module] = []
    for columns, rows in pairwise(_WIDTHS):
        layers += [nn.Linear(columns, rows), nn.ReLU()]
    net = nn.Sequential(*layers[:-1])
    steps = _ROUNDS * len(windows) // _BATCH
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, _RATE, total_steps=steps)
    order = torch.from_numpy(ways(np.arange(SIDE * SIDE).reshape(1, SIDE, SIDE)).reshape(WAYS, -1))
    upright = torch.zeros(_BATCH, dtype=torch.long)
    for step in range(steps):
        chosen = windows[torch.randint(len(windows), (_BATCH,))]
        inputs = _contrast(_varied(chosen.float(), step))
        scores = net(inputs[:, order].reshape(-1, SIDE * SIDE)).view(_BATCH, WAYS)
        loss = nn.functional.cross_entropy(scores, upright, label_smoothing=0.05)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        schedule.step()
        if step % 200 == 0:
            print(f"step {step} of {steps}: loss {loss.item():.3f}")
    return net


def _varied(windows: Tensor, step: int) -> Tensor:
    """Return ``windows`` (N, SIDE, SIDE), every third batch blurred."""
    if step % 3 == 0:
        padded = nn.functional.pad(windows[:, None], (1, 1, 1, 1), mode="replicate")
        windows = nn.functional.avg_pool2d(padded, 3, 1)[:, 0]
    return windows


def _contrast(windows: Tensor) -> Tensor:
    """As ``pipeline.prepare.letters.contrast``, with a little noise."""
    flat = windows.reshape(len(windows), -1)
    ink, paper = torch.quantile(flat, torch.tensor([0.03, 0.92]), dim=1)[..., None]
    shown = ((paper - flat) / torch.clamp(paper - ink, min=30)).clamp(-0.2, 1.2)
    return shown + 0.03 * torch.randn_like(shown)


def _layer(module: nn.Module) -> Layer:
    assert isinstance(module, nn.Linear)
    weights = module.weight.detach().numpy().astype(np.float16)
    return Layer(
        *weights.shape, weights.tobytes(), module.bias.detach().numpy().astype(np.float16).tobytes()
    )


if __name__ == "__main__":
    main()
