"""What the generator is trained on.

Label-map form: cross-entropy and Dice (Milletari et al., 3DV 2016) over class logits. Paper form:
L1 between probabilities and one-hot truth. Both may carry the adversarial term. Pixels labelled
``IGNORE`` count in none of them.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

IGNORE = 255

CLASS_WEIGHTS = (0.8, 1.2, 2.0, 2.0, 1.0)
"""Background, illustration, caption, header, text: about 1 / sqrt(frequency), kept mild."""


def label_map_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return cross-entropy plus Dice of (N, C, H, W) logits against (N, H, W) labels."""
    weights = torch.tensor(CLASS_WEIGHTS, dtype=logits.dtype, device=logits.device)
    entropy = functional.cross_entropy(logits, labels, weight=weights, ignore_index=IGNORE)
    return entropy + dice_loss(logits, labels)


def dice_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return one minus the mean Dice over the classes that occur in the batch."""
    probability, truth, counted = _compared(logits, labels)
    axes = (0, 2, 3)
    shared = (probability * truth * counted).sum(axes)
    both = ((probability + truth) * counted).sum(axes)
    occurs = (truth * counted).sum(axes) > 0
    dice = (2 * shared + 1) / (both + 1)
    return 1 - dice[occurs].mean()


def l1_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the paper's L1, between class probabilities and the one-hot truth."""
    probability, truth, counted = _compared(logits, labels)
    return ((probability - truth).abs() * counted).sum() / counted.sum().clamp(min=1)


def adversarial_loss(judged: Tensor, *, real: bool) -> Tensor:
    """Return the paper's vanilla GAN loss of patch logits."""
    target = torch.ones_like(judged) if real else torch.zeros_like(judged)
    return functional.binary_cross_entropy_with_logits(judged, target)


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Return (N, C, H, W) float truth; ignored pixels are background there."""
    known = torch.where(labels == IGNORE, torch.zeros_like(labels), labels)
    return functional.one_hot(known, classes).permute(0, 3, 1, 2).float()


def _compared(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    counted = (labels != IGNORE).unsqueeze(1).float()
    return logits.softmax(dim=1), one_hot(labels, logits.shape[1]), counted
