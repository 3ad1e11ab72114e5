"""What the generator is trained on.

Label-map form: cross-entropy and Dice (Milletari et al., 3DV 2016) over class logits. Paper form:
L1 between probabilities and one-hot truth. Both may carry the adversarial term. Pixels labelled
``IGNORE`` count in none of them; pixels whose class is left open count where it is known what they
are not.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from schemas.labels import may_be

_IMPOSSIBLE = -1e4
"""Logarithm of the probability of a class that a pixel cannot have."""

CLASS_WEIGHTS = (0.8, 1.2, 2.0, 2.0, 1.0)
"""Background, illustration, caption, header, text: about 1 / sqrt(frequency), kept mild."""


def label_map_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return cross-entropy plus Dice of (N, C, H, W) logits against (N, H, W) labels."""
    return partial_entropy(logits, labels) + dice_loss(logits, labels)


def partial_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the mean cross-entropy, weighted by class, of pixels that are not ignored.

    Where a label leaves open which of several classes a pixel has, the sum of their probabilities
    is what should be 1 (Cour et al., "Learning from partial labels", JMLR 2011).
    """
    possible = possible_classes(logits)
    weights = torch.tensor(CLASS_WEIGHTS, device=logits.device)[: logits.shape[1]]
    weight = ((possible * weights).sum(dim=1) / possible.sum(dim=1).clamp(min=1))[labels]
    likely = logits.float().log_softmax(dim=1) + _per_pixel((1 - possible) * _IMPOSSIBLE, labels)
    return -(likely.logsumexp(dim=1) * weight).sum() / weight.sum().clamp(min=1)


def dice_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return one minus the mean Dice over the classes that occur in the batch."""
    probability, truth, counted = _compared(logits, labels)
    axes = (0, 2, 3)
    shared = (probability * truth).sum(axes)
    occurring = truth.sum(axes)
    both = (probability * counted).sum(axes) + occurring
    occurs = occurring > 0
    dice = (2 * shared + 1) / (both + 1)
    return 1 - dice[occurs].mean() if bool(occurs.any()) else dice.sum() * 0


def l1_loss(logits: Tensor, labels: Tensor) -> Tensor:
    """Return the paper's L1, between class probabilities and the one-hot truth."""
    probability, truth, counted = _compared(logits, labels)
    return ((probability - truth).abs() * counted).sum() / counted.sum().clamp(min=1)


def adversarial_loss(judged: Tensor, *, real: bool) -> Tensor:
    """Return the paper's vanilla GAN loss of patch logits."""
    target = torch.ones_like(judged) if real else torch.zeros_like(judged)
    return functional.binary_cross_entropy_with_logits(judged, target)


def one_hot(labels: Tensor, classes: int) -> Tensor:
    """Return (N, C, H, W) float truth; pixels that are ignored or left open are background."""
    known = torch.where(labels < classes, labels, torch.zeros_like(labels))
    return functional.one_hot(known, classes).permute(0, 3, 1, 2).float()


def possible_classes(logits: Tensor) -> Tensor:
    """Return (256, C) floats: 1 where a pixel of that label may be of the class.

    The labels are those of ``schemas.labels.open_label``; an ignored pixel is of none.
    """
    every = np.arange(256, dtype=np.uint8)[None]
    table = may_be(every)[: logits.shape[1], 0].T
    return torch.from_numpy(table.astype(np.float32)).to(logits.device)


def _per_pixel(table: Tensor, labels: Tensor) -> Tensor:
    """Return (N, C, H, W) rows of a (256, C) table, laid out as the logits are."""
    return functional.embedding(labels, table).permute(0, 3, 1, 2)


def _compared(logits: Tensor, labels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return probability, truth and whether it counts, all (N, C, H, W).

    A pixel counts for a class if it is known whether it is of it.
    """
    possible = possible_classes(logits)
    choices = possible.sum(dim=1, keepdim=True)
    truth = possible * (choices == 1)
    counted = truth + (1 - possible) * (choices > 0)
    return logits.float().softmax(dim=1), _per_pixel(truth, labels), _per_pixel(counted, labels)
