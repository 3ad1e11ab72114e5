"""DeepLabV3 of torchvision as a generator: a grey page to class logits.

Chen et al., "Rethinking Atrous Convolution for Semantic Image Segmentation", 2017.
"""

from __future__ import annotations

from torch import Tensor, nn
from torchvision.models import segmentation

from pipeline.separate.nets.norms import follow_quickly

BACKBONES = {
    "deeplab-mobilenet": segmentation.deeplabv3_mobilenet_v3_large,
    "deeplab-resnet50": segmentation.deeplabv3_resnet50,
    "deeplab-resnet101": segmentation.deeplabv3_resnet101,
}


class DeepLab(nn.Module):
    """(N, 1 or 3, H, W) pages to (N, classes, H, W) logits; a grey page is shown three times."""

    stride = 32

    def __init__(self, backbone: str, classes: int) -> None:
        super().__init__()
        # never download: weights are the user's, or trained here
        self.model = BACKBONES[backbone](
            weights=None, weights_backbone=None, num_classes=classes, aux_loss=False
        )
        follow_quickly(self)

    def forward(self, page: Tensor) -> Tensor:
        """Return class logits of ``page`` at its own size."""
        three = page if page.shape[1] == 3 else page.expand(-1, 3, -1, -1)
        logits: Tensor = self.model(three)["out"]
        return logits.float()
