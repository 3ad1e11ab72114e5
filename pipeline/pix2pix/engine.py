"""The pix2pix engine: weights in memory to a Separator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load

from pipeline.pix2pix.generator import Generator, GeneratorSettings
from pipeline.pix2pix.page_input import letterbox, normalize, reduce, to_grey
from pipeline.separate import Separation, Separator
from schemas.errors import EngineError, SystemicError
from schemas.model import RGB8


@dataclass(frozen=True, slots=True)
class Architecture:
    """What the card says of the net: its channels and its working size."""

    channels: tuple[int, ...]
    long_side: int


def choose_device(wanted: str) -> str:
    """Return cpu or cuda; auto takes CUDA where there is a device.

    Raises:
        EngineError: cuda was asked for and there is none.
    """
    available = torch.cuda.is_available()
    if wanted == "cuda" and not available:
        raise EngineError("no CUDA device; set [separate] device to auto or cpu")
    return "cuda" if wanted != "cpu" and available else "cpu"


def pix2pix(
    weights: bytes, architecture: Architecture, *, device: str = "auto", batch_size: int = 8
) -> Separator:
    """Return the engine that these safetensors ``weights`` make.

    Pages are reduced to the working size, never squashed, and padded with paper. On a CPU every
    page goes through alone, so that its map does not depend on its neighbors; on CUDA pages of
    one padded size go together, in bf16.

    Raises:
        EngineError: the weights do not fit the architecture, or the device is absent.
    """
    torch.set_num_threads(1)  # pages run side by side in processes
    place = choose_device(device)
    net = _load(weights, architecture).to(place)
    net = net.to(memory_format=torch.channels_last)  # type: ignore[call-overload] # stub lacks it

    def engine(pages: Sequence[RGB8]) -> list[Separation]:
        inputs = [
            letterbox(normalize(reduce(to_grey(page), architecture.long_side)), net.settings.stride)
            for page in pages
        ]
        found: list[Separation | None] = [None] * len(pages)
        for group in _groups([padded.shape for padded, _ in inputs], place, batch_size):
            batch = np.stack([inputs[at][0] for at in group])[:, None]
            for at, planes in zip(group, _infer(net, batch, place), strict=True):
                box = inputs[at][1]
                kept = np.ascontiguousarray(planes[:, : box.height, : box.width])
                found[at] = Separation(kept, "pix2pix")
        return [one for one in found if one is not None]

    return engine


def _load(weights: bytes, architecture: Architecture) -> Generator:
    net = Generator(GeneratorSettings(channels=architecture.channels))
    try:
        tensors = {name: value.float() for name, value in load(weights).items()}
        state: dict[str, Any] = {
            name: tensors.get(name, value) for name, value in net.state_dict().items()
        }
        unknown = set(tensors) - set(net.state_dict())
        # statistics too: without them every page would be normalized by made-up ones
        needed = {name for name, value in net.state_dict().items() if value.is_floating_point()}
        lacking = needed - set(tensors)
        if unknown or lacking:
            raise EngineError(f"weights and card disagree about {min(unknown | lacking)}")
        net.load_state_dict(state)
    except (SafetensorError, RuntimeError) as error:
        raise EngineError(f"weights cannot be used: {error}") from error
    return net.eval().requires_grad_(False)


def _groups(shapes: Sequence[tuple[int, ...]], place: str, batch_size: int) -> list[list[int]]:
    if place == "cpu":
        return [[at] for at in range(len(shapes))]
    alike: dict[tuple[int, ...], list[int]] = {}
    for at, shape in enumerate(shapes):
        alike.setdefault(shape, []).append(at)
    return [
        group[start : start + batch_size]
        for group in alike.values()
        for start in range(0, len(group), batch_size)
    ]


def _infer(net: Generator, batch: NDArray[np.float32], place: str) -> NDArray[np.float32]:
    try:
        with torch.inference_mode(), torch.autocast(place, torch.bfloat16, enabled=place != "cpu"):
            pages = torch.from_numpy(batch).to(place, memory_format=torch.channels_last)
            probabilities = net(pages).float().softmax(dim=1).cpu().numpy()
    except torch.OutOfMemoryError as error:
        if len(batch) == 1:
            raise SystemicError("the GPU has no memory for one page; set device = cpu") from error
        half = len(batch) // 2
        return np.concatenate([_infer(net, batch[:half], place), _infer(net, batch[half:], place)])
    return np.asarray(probabilities, dtype=np.float32)
