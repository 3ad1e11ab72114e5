"""How far single label maps lower the figures of their source.

    python -m benchmarks.label_maps TRUTH PAGES NAME...

Class figures of the shipped weights over all pages that have a label map; without the pages named;
and with every page but those named answered by its own label map, which is perfect there.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from archive.images.images import load_image
from archive.training.truth import annotated_pages, page_image
from pipeline.separate.tidy import drawn
from pipeline.training.evaluation import PageScore, score_page, summarize
from tasks.flow.separators import separator
from tasks.settings import SeparateSettings

_CLASSES = ("iou", "caption_iou", "header_iou", "text_iou")


def main(truth: Path, pages: Path, doubtful: set[str]) -> None:
    """Print the three rows."""
    score_pairs = list(_scores(truth, pages))
    unknown = doubtful - {score.name for score, _ in score_pairs}
    if unknown:
        sys.exit(f"no page with a label map is called {', '.join(sorted(unknown))}; see {truth}")
    rows = {
        "as they are": [score for score, _ in score_pairs],
        "without those named": [score for score, _ in score_pairs if score.name not in doubtful],
        "the others perfect": [s if s.name in doubtful else perfect for s, perfect in score_pairs],
    }
    print("| pages | illustration | caption | header | text |\n|---|---:|---:|---:|---:|")
    for name, scores in rows.items():
        summary = summarize(scores)
        values = [getattr(summary, key) for key in _CLASSES]
        cells = ["–" if value is None else f"{value:.3f}" for value in values]
        print(f"| {name} | {' | '.join(cells)} |")


def _scores(truth: Path, pages: Path) -> Iterator[tuple[PageScore, PageScore]]:
    """Yield the score of the shipped weights and that of the label map itself, page by page."""
    engine = separator(SeparateSettings())
    for page in annotated_pages(truth):
        if page.labels is None:
            continue
        rgb = load_image(page_image(pages, page)).rgb
        labels = drawn(engine([rgb])[0], rgb, min_area=SeparateSettings().min_area)
        result, perfect = (
            score_page(page.truth, page.labels, label_map, name=page.name)
            for label_map in (labels, page.labels)
        )
        yield result, perfect


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), set(sys.argv[3:]))
