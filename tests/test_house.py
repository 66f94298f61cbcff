"""The house: who may import whom, what the core may load, how long a function may be."""

import ast
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "cnncalc"
LEVELS = [
    ("record", "collector", "geometry", "source", "work", "recipe", "storage", "diagnostic", "faults"),
    ("layer",),
    ("layers",),
    ("syntax",),
    ("network",),
    ("analysis",),
    ("lint", "emit"),
    ("render",),
    ("zoo", "api"),
    ("cli", "__main__"),
]
LEVEL = {name: level for level, names in enumerate(LEVELS) for name in names}
CORE = [name for names in LEVELS[:7] for name in names]
PARTS = PACKAGE / "emit" / "training" / "parts"
"""Text for training scripts, which is checked as modules are and imported by none."""
HEAVY = ("typer", "click", "rich", "numpy", "torch", "dataclasses", "inspect", "pydantic")


def imports(source: str):
    """(module, whether at import time) of every import of the package in a file."""
    tree = ast.parse(source)
    typing_only = {
        id(n)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for n in ast.walk(node)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "cnncalc":
            parts = node.module.split(".")
            names = [parts[1]] if len(parts) > 1 else [alias.name for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [a.name.split(".")[1] for a in node.names if a.name.startswith("cnncalc.")]
        if id(node) not in typing_only:
            yield from names


def wrong_imports(owner: str, source: str):
    """Imports of modules that stand below their importer, or beside it at levels that hold one thing each."""
    return [name for name in imports(source) if name in LEVEL and LEVEL[name] > LEVEL[owner]]


def files():
    for path in sorted(PACKAGE.rglob("*.py")):
        owner = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
        if owner != "__init__":
            yield owner, path


def test_every_module_has_a_level():
    assert {owner for owner, _ in files()} == set(LEVEL)


@pytest.mark.parametrize(("owner", "path"), list(files()), ids=lambda v: v.name if isinstance(v, Path) else v)
def test_imports_go_upwards_only(owner, path):
    assert wrong_imports(owner, path.read_text(encoding="utf-8")) == []


def test_the_layering_test_can_fail():
    assert wrong_imports("geometry", "from cnncalc.layer import Layer") == ["layer"]
    assert wrong_imports("network", "def f():\n    from cnncalc.render import table") == ["render"]
    assert wrong_imports("network", "if TYPE_CHECKING:\n    from cnncalc.render import table") == []


def loaded(code: str) -> set[str]:
    """The heavy modules that a fresh interpreter holds after running some code."""
    probe = f"import sys\n{code}\nprint(*[m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def core_modules():
    for owner, path in files():
        if owner in CORE and PARTS not in path.parents:
            yield "cnncalc." + ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__")


def test_the_core_imports_the_standard_library_only():
    assert loaded("".join(f"import {name}\n" for name in core_modules())) == set()


def test_the_core_works_out_a_network_with_the_standard_library_only():
    code = """
        import cnncalc
        net = cnncalc.load("alexnet")
        assert net.params == 62_378_344
        net.to_dict(); net.lint(); net.torch_source()
    """
    assert loaded(textwrap.dedent(code)) == set()


def test_the_import_test_can_fail():
    assert "numpy" in loaded("import numpy")
    assert "torch" in loaded("import cnncalc\ncnncalc.load('mnist-mlp').to_torch()")


def functions():
    for _, path in files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef):
                body = node.body
                if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
                    body = body[1:]
                yield (body[-1].end_lineno - body[0].lineno + 1 if body else 0), f"{path.name}:{node.name}"


def test_functions_are_short():
    lengths = sorted(functions())
    assert lengths[-1][0] <= 40, lengths[-1]
    assert lengths[len(lengths) // 2][0] <= 6
    assert lengths[len(lengths) * 9 // 10][0] <= 20


def test_no_kind_is_named_outside_its_file():
    """Analyses, rules, emitters and tables ask a layer for facts; only the language knows kinds' words."""
    kinds = {path.stem for path in (PACKAGE / "layers").glob("[a-z]*.py")} - {"input"}
    for owner, path in files():
        if owner in ("analysis", "lint", "emit", "render", "network"):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            compared = [
                c.value
                for node in ast.walk(tree)
                if isinstance(node, ast.Compare)
                for c in ast.walk(node)
                if isinstance(c, ast.Constant)
            ]
            assert not kinds & {str(value) for value in compared}, path
            imported = [n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
            assert not any(m and m.startswith("cnncalc.layers.") for m in imported), path
