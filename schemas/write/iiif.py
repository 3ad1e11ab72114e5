"""IIIF Presentation 3: an issue in a viewer, its illustrations as annotations and as contents.

Source: https://iiif.io/api/presentation/3.0/; newspapers: cookbook recipe 0068; outlines: 0261;
annotations in files of their own: 0269.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from lxml import etree
from lxml.builder import E as S

from schemas.geometry import Box
from schemas.languages import to_tag
from schemas.model import Illustration
from schemas.package import (
    ADDRESS,
    DEFAULT,
    FULLTEXT,
    MANIFEST,
    THUMBS,
    VIEW,
    PackageFile,
    Publication,
    caption_of,
    file_id,
    halves,
    illustrations,
    label,
    page_label,
)
from schemas.published import PublishedIssue, PublishedPage
from schemas.write.harvest import collection_url, nav_date
from schemas.write.iiif_description import Node, direction_of, rights_of, statements, text_of
from schemas.write.structure import logical_id

_CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_ALTO_PROFILE = "http://www.loc.gov/standards/alto/"
_SVG = "http://www.w3.org/2000/svg"
_MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/"

Files = Mapping[str, PackageFile]


def manifest(published: PublishedIssue, files: Files, public: Publication) -> bytes:
    """Return the manifest of an issue; its text stands in annotation pages of their own.

    Raises:
        ValueError: ``public`` has no base_url, so nothing has an address.
    """
    if public.missing(ADDRESS):
        raise ValueError("a manifest needs [export] base_url")
    metadata = published.metadata
    writer = _Writer(published, files, public)
    record: Node = {
        "@context": _CONTEXT,
        "id": public.url(published, MANIFEST),
        "type": "Manifest",
        "label": text_of(label(metadata), metadata),
        "metadata": statements(metadata),
        **nav_date(metadata),
        **rights_of(metadata, public),
        "behavior": ["paged"],
        "viewingDirection": direction_of(metadata),
        "partOf": [{"id": collection_url(metadata.title, public), "type": "Collection"}],
        "seeAlso": [writer.dataset("mets.xml", "METS", "http://www.loc.gov/METS/")],
        "items": [writer.canvas(page) for page in published.pages],
        "structures": [writer.contents()],
    }
    return _bytes(record)


def text_annotations(published: PublishedIssue, page: PublishedPage, public: Publication) -> bytes:
    """Return the lines of ``page`` as an annotation page, for the file the manifest names."""
    canvas = _canvas_id(published, page, public)
    text = page.description.text
    annotations: list[Node] = []
    for region in text.regions if text else ():
        tag = to_tag(region.language) or to_tag(next(iter(published.metadata.languages), ""))
        for line in region.lines:
            number = len(annotations) + 1
            body = {"type": "TextualBody", "value": line.text, "format": "text/plain"}
            annotations.append(
                {
                    "id": f"{canvas}/text/{number}",
                    "type": "Annotation",
                    "motivation": "supplementing",
                    "body": body | ({"language": tag} if tag else {}),
                    "target": f"{canvas}#{_fragment(line.box)}",
                }
            )
    record: Node = {
        "@context": _CONTEXT,
        "id": public.url(published, text_href(page)),
        "type": "AnnotationPage",
        "label": {"en": ["Text"]},
        "items": annotations,
    }
    return _bytes(record)


def text_href(page: PublishedPage) -> str:
    """Return where the text annotations of a page lie in the package."""
    return f"iiif/annotations/{page.scan.page.sequence:04d}.json"


class _Writer:
    """The parts of a manifest that need to know issue, files and addresses."""

    def __init__(self, published: PublishedIssue, files: Files, public: Publication) -> None:
        self._published, self._files, self._public = published, files, public

    def canvas(self, page: PublishedPage) -> Node:
        """A page: what is painted, its thumbnail, its ALTO, its text, its illustrations."""
        key = _canvas_id(self._published, page, self._public)
        sequence = page.scan.page.sequence
        alto = self._files.get(file_id(FULLTEXT, sequence))
        links = [self.dataset(alto.href, "ALTO", _ALTO_PROFILE)] if alto else []
        record: Node = {
            "id": key,
            "type": "Canvas",
            "label": {"none": [page_label(page).strip()]},
            "height": page.scan.height,
            "width": page.scan.width,
            "items": [self._painting(page, key)],
            "annotations": self._annotations(page, key),
        }
        if thumbnail := self._image(THUMBS, sequence):
            record["thumbnail"] = [thumbnail]
        if links:
            record |= {"seeAlso": links, "rendering": [_as_rendering(links[0])]}
        return record

    def contents(self) -> Node:
        """A range for the issue, in it one for every illustration; ids are those of METS."""
        metadata = self._published.metadata
        ranges = [
            self._range(logical_id(number), halves(self._published, page, picture))
            for number, page, picture in illustrations(self._published)
        ]
        pages = [
            {"id": _canvas_id(self._published, page, self._public), "type": "Canvas"}
            for page in self._published.pages
        ]
        return {
            "id": self._public.url(self._published, f"iiif/range/{logical_id(0)}"),
            "type": "Range",
            "label": text_of(label(metadata), metadata),
            "items": [*ranges] if ranges else pages,
        }

    def dataset(self, href: str, name: str, profile: str) -> Node:
        """A document about the same thing, for programs."""
        return {
            "id": self._public.url(self._published, href),
            "type": "Dataset",
            "format": "text/xml",
            "profile": profile,
            "label": {"en": [name]},
        }

    def _painting(self, page: PublishedPage, canvas: str) -> Node:
        body = self._image(DEFAULT, page.scan.page.sequence)
        service = self._public.image_service_of(self._published, page.scan.page.sequence)
        if body and service:
            body |= {"service": [{"id": service, "type": "ImageService3", "profile": "level1"}]}
        painted = {
            "id": f"{canvas}/painting/1",
            "type": "Annotation",
            "motivation": "painting",
            "body": body,
            "target": canvas,
        }
        return {
            "id": f"{canvas}/painting",
            "type": "AnnotationPage",
            "items": [painted] if body else [],
        }

    def _annotations(self, page: PublishedPage, canvas: str) -> list[Node]:
        text = {
            "id": self._public.url(self._published, text_href(page)),
            "type": "AnnotationPage",
            "label": {"en": ["Text"]},
        }
        pictures = page.description.illustrations
        if not pictures:
            return [text]
        annotation_page = {
            "id": f"{canvas}/illustrations",
            "type": "AnnotationPage",
            "label": {"en": ["Illustrations"]},
            "items": [self._classifying(picture, canvas) for picture in pictures],
        }
        return [text, annotation_page]

    def _classifying(self, picture: Illustration, canvas: str) -> Node:
        kind = "illustration" if picture.kind == "unknown" else picture.kind
        bodies: list[Node] = [
            {"type": "TextualBody", "purpose": "classifying", "value": kind,
             "format": "text/plain", "language": "en"}
        ]  # fmt: skip
        if caption := caption_of(picture):
            bodies.append(
                {"type": "TextualBody", "purpose": "describing", "value": caption,
                 "format": "text/plain"}
            )  # fmt: skip
        if view := self._image(VIEW, picture.page.sequence, picture.ordinal):
            bodies.append(view)
        return {
            "id": f"{canvas}/illustrations/{picture.ordinal}",
            "type": "Annotation",
            "motivation": "classifying",
            "body": bodies,
            "target": _specific(canvas, [_rectangle(picture.box), _outline(picture)]),
        }

    def _range(self, name: str, parts: Sequence[tuple[PublishedPage, Illustration]]) -> Node:
        metadata = self._published.metadata
        caption = caption_of(parts[0][1])
        return {
            "id": self._public.url(self._published, f"iiif/range/{name}"),
            "type": "Range",
            "label": text_of(caption, metadata) if caption else {"en": ["Illustration"]},
            "items": [
                _specific(_canvas_id(self._published, page, self._public), _rectangle(picture.box))
                for page, picture in parts
            ],
        }

    def _image(self, use: str, sequence: int, ordinal: int = 0) -> Node | None:
        file = self._files.get(file_id(use, sequence, ordinal))
        if file is None:
            return None
        return {
            "id": self._public.url(self._published, file.href),
            "type": "Image",
            "format": file.mimetype,
            "width": file.width,
            "height": file.height,
        }


def _canvas_id(published: PublishedIssue, page: PublishedPage, public: Publication) -> str:
    return public.url(published, f"iiif/canvas/{page.scan.page.sequence:04d}")


def _as_rendering(link: Node) -> Node:
    return {key: value for key, value in link.items() if key != "profile"}


def _specific(canvas: str, selector: object) -> Node:
    source = {"id": canvas, "type": "Canvas"}
    return {"type": "SpecificResource", "source": source, "selector": selector}


def _rectangle(box: Box) -> Node:
    value = _fragment(box)
    return {"type": "FragmentSelector", "conformsTo": _MEDIA_FRAGMENTS, "value": value}


def _fragment(box: Box) -> str:
    return f"xywh={box.left},{box.top},{box.width},{box.height}"


def _outline(picture: Illustration) -> Node:
    points = " L".join(f"{round(x)},{round(y)}" for x, y in picture.polygon)
    drawing = S.svg(S.path(d=f"M{points} Z"), xmlns=_SVG)  # viewers draw paths, not polygons
    value = etree.tostring(drawing, encoding="unicode")
    return {"type": "SvgSelector", "value": value}


def _bytes(record: Node) -> bytes:
    return json.dumps(record, ensure_ascii=False, indent=1).encode() + b"\n"
