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
    "pi_heif": {"archive"},
    "pytesseract": {"pipeline"},
    "torch": {"pipeline"},
    "torchvision": {"pipeline"},
    "cv2": {"pipeline"},
    "pymatting": {"pipeline"},
    "imagehash": {"pipeline"},
}
MODULES = sorted(p for d in MAY_IMPORT for p in (ROOT / d).rglob("*.py"))
LONGEST = 300
"""Lines of a module."""


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


READS_OR_WRITES = {
    "open", "Image.open", "cv2.imread", "cv2.imwrite", "np.load", "np.save", "safe_open",
    "save_file", "load_file",
}  # fmt: skip
METHODS = {"read_bytes", "read_text", "write_bytes", "write_text", "open", "unlink", "mkdir"}
MAY_READ = {"pipeline/recognize/tesseract.py"}
"""Tesseract writes its table beside the file that it was handed."""


def test_below_archive_no_file_is_opened():
    for path in (p for p in MODULES if p.relative_to(ROOT).parts[0] in ("pipeline", "schemas")):
        if path.relative_to(ROOT).as_posix() in MAY_READ:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                is_method = isinstance(node.func, ast.Attribute) and node.func.attr in METHODS
                assert called not in READS_OR_WRITES and not is_method, (
                    f"{path.relative_to(ROOT)}:{node.lineno} reads or writes a file: {called}"
                )


def test_siblings_do_not_know_each_others_folders():
    """``archive`` finds nothing in the folders of ``pipeline``, nor the other way round."""
    for path in MODULES:
        layer = path.relative_to(ROOT).parts[0]
        names = {"archive": {"pipeline", "tasks"}, "pipeline": {"archive", "tasks"}}.get(
            layer, set()
        )
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
                parts = {
                    part.value for part in (node.left, node.right) if isinstance(part, ast.Constant)
                }
                assert not parts & names, (
                    f"{path.relative_to(ROOT)}:{node.lineno} spells {parts & names}"
                )


def name_of(path):
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


NAMES = {name_of(path): path for path in MODULES}


def our_imports(path):
    """The modules of ours that ``path`` imports when it runs, function-local imports too."""
    tree = ast.parse(path.read_text())
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        yield from (name for name in names if name in NAMES)


def circle(graph):
    """Some circle of ``graph``, or nothing."""
    done = set()

    def follow(name, way):
        if name in way:
            return [*way[way.index(name) :], name]
        if name in done:
            return []
        for other in sorted(graph.get(name, ())):
            if result := follow(other, [*way, name]):
                return result
        done.add(name)
        return []

    return next((result for name in sorted(graph) if (result := follow(name, []))), [])


GRAPH = {name: set(our_imports(path)) - {name} for name, path in NAMES.items()}


def test_no_module_imports_itself_by_way_of_others():
    assert circle(GRAPH) == []


def room(name):
    """The package a module lies in; the entry point is a room of its own."""
    is_package = NAMES[name].name == "__init__.py"
    return name if is_package or name == "tasks.__main__" else name.rpartition(".")[0]


def test_no_package_imports_itself_by_way_of_others():
    rooms = {}
    for name, others in GRAPH.items():
        rooms.setdefault(room(name), set()).update(room(other) for other in others)
    for name, others in rooms.items():
        others.discard(name)
    assert circle(rooms) == []


def test_a_circle_would_be_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert circle({"a": {"b", "c"}, "b": {"c"}}) == []


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_is_longer_than_one_can_read(path):
    if path.parts[-2] != "versions":
        assert len(path.read_text().splitlines()) <= LONGEST


def test_the_core_prints_nothing():
    """Messages to people are made in ``tasks/commands`` and ``tasks/__main__``."""
    for name, path in NAMES.items():
        if name.startswith("tasks.commands") or name == "tasks.__main__":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                assert called not in ("print", "click.echo", "click.secho"), (
                    f"{path.relative_to(ROOT)}:{node.lineno} prints"
                )
        assert not any(other.startswith("tasks.commands") for other in GRAPH[name]), name


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


def test_a_name_of_a_class_is_given_once():
    names = [
        node.name
        for path in MODULES
        if "versions" not in path.parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef)
    ]
    assert sorted(name for name in set(names) if names.count(name) > 1) == []
