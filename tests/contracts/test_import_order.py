"""Stages and the command line pin the processor's instructions before NumPy loads."""

import ast
import sys

from pipeline import ROOT


def test_stages_import_nothing_that_may_import_numpy_before_they_pin():
    for script in [*(ROOT / "src").glob("*.py"), ROOT / "src/takht/cli/main.py"]:
        names = []
        for node in ast.parse(script.read_bytes()).body:
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names.append(node.module)
        others = [name for name in names if name.split(".")[0] not in sys.stdlib_module_names]
        first = next(n for n, name in enumerate(others) if name.startswith("takht"))
        expected = ["typer"] if script.name == "main.py" else []
        assert others[:first] == expected, script  # Typer does not import NumPy
