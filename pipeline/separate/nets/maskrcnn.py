"""Mask R-CNN of torchvision: boxes with masks and scores, painted into class planes.

He et al., "Mask R-CNN", ICCV 2017. Its classes are ours without background, in our order.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.models import detection
from torchvision.models.detection.backbone_utils import mobilenet_backbone
from torchvision.models.detection.transform import GeneralizedRCNNTransform

from pipeline.separate.nets.norms import follow_quickly
from schemas.model import CLASSES

_MOST = 60
"""Boxes a page; a page of a magazine has no more."""
_SMALLEST = 24
"""Pixels of the working page below which a region teaches nothing."""

NETS = ("maskrcnn-mobilenet", "maskrcnn-resnet50")


class _AsGiven(GeneralizedRCNNTransform):  # type: ignore[misc] # torchvision has no types
    """Leaves pages as they are: they were reduced and normalized before."""

    def resize(
        self, image: Tensor, target: dict[str, Tensor] | None = None
    ) -> tuple[Tensor, dict[str, Tensor] | None]:
        """Return both as given; torchvision's own has no size that leaves every page alone."""
        return image, target


class MaskRCNN(nn.Module):
    """(N, 1 or 3, H, W) pages to (N, classes, H, W) log-probabilities."""

    stride = 32

    def __init__(self, name: str, classes: int) -> None:
        super().__init__()
        common: dict[str, Any] = {"num_classes": classes, "box_detections_per_img": _MOST}
        self.classes = classes
        self.model: nn.Module
        if name == "maskrcnn-resnet50":
            self.model = detection.maskrcnn_resnet50_fpn(
                weights=None, weights_backbone=None, **common
            )
        else:
            backbone = mobilenet_backbone(
                backbone_name="mobilenet_v3_large", weights=None, fpn=True, trainable_layers=6,
                norm_layer=nn.BatchNorm2d,  # frozen norms, its default, are for trained backbones
            )  # fmt: skip
            sizes = tuple((size,) for size in (32, 96, 256))
            anchors = detection.anchor_utils.AnchorGenerator(sizes, ((0.4, 1.0, 2.5),) * 3)
            self.model = detection.MaskRCNN(backbone, rpn_anchor_generator=anchors, **common)
        self.model.transform = _AsGiven(0, 0, [0.0], [1.0])
        follow_quickly(self)

    def losses(self, pages: Tensor, labels: Tensor) -> Tensor:
        """Return the sum of the detector's losses on (N, C, H, W) pages and (N, H, W) labels."""
        shown = [self._three(page) for page in pages]
        targets = [_target(page.cpu().numpy(), pages.device) for page in labels]
        losses_by_name: dict[str, Tensor] = self.model(shown, targets)
        return torch.stack(list(losses_by_name.values())).sum()

    def forward(self, pages: Tensor) -> Tensor:
        """Return log-probabilities of ``pages`` at their own size."""
        detections = self.model([self._three(page) for page in pages])
        return torch.stack(
            [_painted(detection, self.classes, tuple(pages.shape[-2:])) for detection in detections]
        ).log()

    @staticmethod
    def _three(page: Tensor) -> Tensor:
        return page if page.shape[0] == 3 else page.expand(3, -1, -1)


def _painted(detection: dict[str, Tensor], classes: int, size: tuple[int, ...]) -> Tensor:
    planes = torch.zeros((classes, *size), device=detection["scores"].device)
    for label, score, mask in zip(
        detection["labels"], detection["scores"], detection["masks"], strict=True
    ):
        planes[label] = torch.maximum(planes[label], score * mask[0])
    planes[0] = 1 - planes[1:].amax(dim=0)
    planes = planes.clamp(min=1e-6)
    return planes / planes.sum(dim=0, keepdim=True)


def _target(labels: NDArray[np.int64], device: torch.device) -> dict[str, Tensor]:
    """Return boxes, classes and masks of the regions of a label map."""
    boxes, kinds, masks = [], [], []
    for kind in range(1, len(CLASSES)):
        count, parts, stats, _ = cv2.connectedComponentsWithStats((labels == kind).astype(np.uint8))
        order = np.argsort(-stats[1:count, cv2.CC_STAT_AREA])[: _MOST // 4] + 1
        for part in order.tolist():
            left, top, width, height = stats[part, :4].tolist()
            if width * height >= _SMALLEST and min(width, height) >= 3:
                boxes.append((left, top, left + width, top + height))
                kinds.append(kind)
                masks.append(parts == part)
    shape = (0, *labels.shape)
    return {
        "boxes": torch.tensor(boxes, dtype=torch.float32, device=device).reshape(-1, 4),
        "labels": torch.tensor(kinds, dtype=torch.int64, device=device),
        "masks": torch.from_numpy(np.array(masks, np.uint8).reshape(-1, *shape[1:])).to(device),
    }
