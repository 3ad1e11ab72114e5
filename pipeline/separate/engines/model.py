"""What a separation engine is made from."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.separate.nets.architecture import Architecture


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """The name of an engine in config.ini, its weights and their net, and where it runs.

    ``weights`` is empty for an engine without any; ``device`` is auto, cpu or cuda; ``batch_size``
    is how many pages a GPU is given at once; ``runtime`` is what runs pix2pix: auto, onnxruntime or
    torch.
    """

    engine: str
    weights: bytes = b""
    architecture: Architecture = field(default_factory=Architecture)
    device: str = "auto"
    batch_size: int = 8
    runtime: str = "auto"
