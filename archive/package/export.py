"""Write an issue as a package another system can take.

A package is a BagIt bag:

    bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt
    data/
        mets.xml mets.dfg.xml dc.xml
        images/original/0001.tif        the master, bit for bit
        images/default/0001.jpg         to look at; images/thumbs/0001.jpg for lists
        fulltext/alto/0001.xml          fulltext/hocr/0001.html, fulltext/text/0001.txt
        illustrations/0003_01.png       cut-out with alpha; 0003_01.jpg to look at
        iiif/manifest.json              iiif/annotations/0001.json
        catalog/issue.json illustrations.csv
"""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from pathlib import Path

from archive.layout import Layout
from archive.package import bag
from archive.package.payload import Payload
from archive.package.profiles import PROFILES, profile_of
from archive.package.schema_store import SchemaStore
from archive.store import whole
from schemas.errors import ConfigError, DocumentError
from schemas.package import (
    ARCHIVE,
    WANTED_ADDRESSES,
    Publication,
    created_at,
    label,
    urn,
)
from schemas.published import PublishedIssue
from schemas.write.provenance import SOFTWARE


def write_package(
    published: PublishedIssue,
    layout: Layout,
    to: Path,
    *,
    profiles: Collection[str] = (ARCHIVE,),
    publication: Publication | None = None,
    store: SchemaStore | None = None,
) -> None:
    """Write the package of ``published`` to the folder ``to``, whole or not at all.

    ``profiles`` are archive (always written), dfg and iiif. Every document is checked before
    anything appears: by our profiles and rules, and by the official schemas of ``store``. The same
    issue gives the same bytes.

    Raises:
        ConfigError: a profile needs options that ``publication`` does not have, or not as it
            needs them; they are named.
        DocumentError: a master is gone or changed, or a document we made is invalid.
        ScanError: a master cannot be decoded.
    """
    public = publication or Publication()
    _check_profiles(published, profiles, public)
    with whole(to) as draft:
        folder = draft / bag.PAYLOAD
        folder.mkdir(parents=True)
        payload = Payload(published, layout, folder, public, store)
        for page in published.pages:
            payload.add_page(page)
        payload.add_tables()
        for profile in PROFILES:
            if profile.is_always_written or profile.name in profiles:
                profile.write(payload)
        payload.check()
        info = _bag_info(published, public)
        bag.seal(draft, payload.digests, size_bytes=payload.size_bytes, info=info)


def is_package(path: Path) -> bool:
    """Say whether ``path`` is a package that this program wrote, as a folder or as a zip."""
    is_zip = path.is_file() and zipfile.is_zipfile(path)
    folder = zipfile.Path(path, f"{path.stem}/") if is_zip else path
    info = folder / bag.INFO
    agent = f"\nBag-Software-Agent: {SOFTWARE.split()[0]} "
    return info.is_file() and agent in info.read_text(encoding="utf-8", errors="replace")


def _check_profiles(
    published: PublishedIssue, profiles: Collection[str], public: Publication
) -> None:
    for profile in map(profile_of, profiles):
        if missing := public.missing(profile.needs):
            options = ", ".join(missing)
            raise ConfigError(f"the profile {profile.name} needs {options} in config.ini")
        if profile.needs_web_addresses and (unusable := public.unusable()):
            raise ConfigError(
                f"the profile {profile.name} cannot use {', '.join(unusable)} of config.ini; "
                f"{WANTED_ADDRESSES}"
            )
        if profile.needs_title and not published.metadata.title:
            raise DocumentError(
                f"{published.issue.issue}: has no title, which the profile {profile.name} needs; "
                "say it in issue.ini and ingest the issue again"
            )


def _bag_info(published: PublishedIssue, public: Publication) -> dict[str, str]:
    return {
        "Source-Organization": published.metadata.owner or public.owner,
        "External-Description": label(published.metadata),
        "External-Identifier": urn(published),
        "Internal-Sender-Identifier": f"{published.issue.issue} {published.edition}",
        "Bagging-Date": f"{created_at(published):%Y-%m-%d}",
        "Bag-Software-Agent": SOFTWARE,
    }
