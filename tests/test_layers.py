"""The house rules of docs/architecture.md, as a test."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MAY_IMPORT = {
    "schemas": set(),
    "pipeline": {"schemas"},
    "archive": {"schemas"},
    "tasks": {"schemas", "pipeline", "archive"},
}
KEPT_TO = {
    "luigi": {"tasks"},
    "click": {"tasks"},
    "rich": {"tasks"},
    "configparser": {"tasks", "schemas"},  # schemas only in sidecar.py, see below
    "sqlalchemy": {"archive"},
    "alembic": {"archive"},
    "bagit": {"archive"},
    "pypdfium2": {"archive"},
    "pytesseract": {"pipeline"},
    "torch": {"pipeline"},
    "torchvision": {"pipeline"},
    "cv2": {"pipeline"},
    "pymatting": {"pipeline"},
    "imagehash": {"pipeline"},
}
MODULES = sorted(p for d in MAY_IMPORT for p in (ROOT / d).rglob("*.py"))


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may(path):
    layer = path.relative_to(ROOT).parts[0]
    for name in imports(path):
        if name in MAY_IMPORT:
            assert name == layer or name in MAY_IMPORT[layer], f"{layer} -> {name}"
        assert layer in KEPT_TO.get(name, {layer}), f"{name} belongs in {KEPT_TO[name]}"


def test_only_settings_and_the_sidecar_read_ini_files():
    readers = {p.relative_to(ROOT).as_posix() for p in MODULES if "configparser" in imports(p)}
    assert readers <= {"tasks/config_file.py", "schemas/sidecar.py"}


def test_pipeline_opens_no_file():
    for path in (p for p in MODULES if p.relative_to(ROOT).parts[0] in ("pipeline", "schemas")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            assert called not in ("open", "Image.open", "cv2.imread", "cv2.imwrite"), (
                f"{path.relative_to(ROOT)}:{node.lineno} opens a file"
            )


ARCHIVE_FOLDERS = ("masters", "register", "work", "issues", "exports", "reports")


def test_only_the_layout_knows_paths():
    for path in MODULES:
        if path.name == "layout.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                right = node.right
                if isinstance(right, ast.Constant) and right.value in ARCHIVE_FOLDERS:
                    raise AssertionError(
                        f"{path.relative_to(ROOT)}:{node.lineno} spells {right.value!r}"
                    )
