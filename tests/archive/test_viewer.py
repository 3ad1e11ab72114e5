"""A package with the profile iiif in a real viewer (Mirador) in a real browser (Chromium)."""

import functools
import hashlib
import http.server
import io
import shutil
import subprocess
import tarfile
import threading

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.wait import WebDriverWait

from archive.package.export import write_package
from tests.packages import ALL, PUBLIC, small_issue

MIRADOR, MIRADOR_SHA256 = (
    "mirador@4.0.0",
    "ac2423944bd52ffb5a0fc02ff280c117fe39433fac56e50c0b79f0d1ca7c57e6",
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--window-size=1200,760", "--hide-scrollbars", "--lang=en",
)  # fmt: skip
PAGE = """<!doctype html><meta charset="utf-8"><style>body{margin:0}
#viewer{position:relative;width:1200px;height:760px}</style><div id="viewer"></div>
<script>window.faults = []; window.onerror = (what) => { window.faults.push(String(what)) }</script>
<script src="/mirador.min.js"></script>
<script>
Mirador.viewer({id: "viewer", language: "en", workspace: {showZoomControls: true},
  annotations: {filteredMotivations: ["classifying", "supplementing"]},
  windows: [{manifestId: "/issue/iiif/manifest.json", sideBarOpen: true,
             defaultSideBarPanel: "annotations", sideBarPanel: "annotations",
             highlightAllAnnotations: true, thumbnailNavigationPosition: "far-bottom"}]});
</script>"""
CAPTION, LABEL = "Fig. 1. Kragen", "1 of 3"
SECONDS = 120
"""Long enough for a busy machine; an idle one is done in three seconds."""


def needed(name):
    path = shutil.which(name)
    if path is None:
        pytest.skip(f"needs {name}, a Debian package (make test installs it where it may)")
    return path


@pytest.fixture(scope="module")
def viewer(tmp_path_factory):
    """Mirador's bundle, from the npm registry, checked against our pin."""
    npm, folder = needed("npm"), tmp_path_factory.mktemp("npm")
    done = subprocess.run(
        [npm, "pack", MIRADOR, "--silent"], cwd=folder, capture_output=True, timeout=120
    )
    results = list(folder.glob("*.tgz"))
    if done.returncode or not results:
        pytest.skip(f"npm cannot fetch {MIRADOR}: {done.stderr.decode()[-200:]}")
    assert hashlib.sha256(results[0].read_bytes()).hexdigest() == MIRADOR_SHA256
    with tarfile.open(results[0]) as archive:
        return archive.extractfile("package/dist/mirador.min.js").read()


class Library(http.server.SimpleHTTPRequestHandler):
    """Serves the payload of a package below /issue/ as the address in its manifest would."""

    def __init__(self, *arguments, bundle, payload, seen, **others):
        self.bundle, self.payload, self.seen = bundle, payload, seen
        super().__init__(*arguments, **others)

    def do_GET(self):
        if self.path == "/":
            return self.answer(PAGE.encode(), "text/html")
        if self.path == "/mirador.min.js":
            return self.answer(self.bundle, "text/javascript")
        path = self.payload / self.path.split("?")[0].removeprefix("/issue/")
        if not self.path.startswith("/issue/") or not path.is_file():
            self.seen["missing"].append(self.path)
            return self.send_error(404)
        content = path.read_bytes()
        if path.suffix == ".json":
            # ids are https and public; what answers there is this server
            public = f"{PUBLIC.base_url}/bazar-1871-11/".encode()
            content = content.replace(public, f"http://{self.headers['Host']}/issue/".encode())
            return self.answer(content, "application/json")
        self.seen["files"].append(self.path)
        return self.answer(content, "image/jpeg")

    def answer(self, content, kind):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture
def library(viewer, tmp_path):
    """A server with the package of a small issue; what it was asked for."""
    issue, layout = small_issue(tmp_path)
    write_package(issue, layout, tmp_path / "out", profiles=ALL, publication=PUBLIC)
    seen = {"missing": [], "files": []}
    handler = functools.partial(
        Library, bundle=viewer, payload=tmp_path / "out/data", seen=seen, directory=str(tmp_path)
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", seen
        server.shutdown()


@pytest.fixture
def browser(tmp_path):
    """Chromium without a window, led by ChromeDriver as Debian has them."""
    options = ChromeOptions()
    options.binary_location = needed("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    with Chrome(options, Service(needed("chromedriver"))) as driver:
        driver.set_page_load_timeout(SECONDS)
        yield driver


def text_of(browser) -> str:
    return browser.execute_script("return document.body.innerText")


def drawn(browser) -> float:
    """Return how much the middle of the window varies, in grey levels 0..255."""
    picture = np.asarray(Image.open(io.BytesIO(browser.get_screenshot_as_png())).convert("L"))
    return float(picture[150:550, 400:1100].std())


@pytest.mark.slow
def test_a_viewer_shows_pages_and_illustrations(library, browser):
    address, seen = library
    browser.get(address)
    wait = WebDriverWait(browser, SECONDS)
    wait.until(lambda at: LABEL in text_of(at), "the three pages are not shown")
    wait.until(lambda at: CAPTION in text_of(at), "the illustration's annotation is not listed")
    wait.until(lambda at: drawn(at) > 5, "nothing was drawn")
    assert "Der Bazar" in text_of(browser)
    assert browser.execute_script("return window.faults") == []
    assert [path for path in seen["missing"] if path != "/favicon.ico"] == []
    assert any("images/default/0001.jpg" in path for path in seen["files"])
