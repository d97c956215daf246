"""The floor plan: packages import downward only, and plumbing does no arithmetic."""

import ast

from deps import BY_NAME
from pipeline import ROOT, STAGES

from takht.runtime import code_hash

LIBRARY = ROOT / "src/takht"
# From the ground up. A package imports those before it.
LAYERS = [
    *("core", "text", "runtime", "cache"),  # what carries the others
    *("audio", "corpus", "preparation", "dataset"),  # from recordings …
    *("features", "recipes", "augmentations"),  # … to features …
    *("classifiers", "networks", "discriminants"),
    *("training", "evaluation", "inference"),  # … to composers
    "generation",
    *("report", "demo", "cli"),  # what people see
]
PARTS = {  # of a package that holds packages, in the same order
    "features": ["spectrograms", "statistics", "fingerprints"],
    "generation": [
        *("cards", "spectrogram", "study_vae", "codec", "sound", "prior", "prior_training"),
        "pieces",
        "metrics",
    ],
    "report": ["results", "page", "comparison"],
}
ARITHMETIC = {"numpy", "scipy", "sklearn", "pandas", "tensorflow", "keras", "threadpoolctl"}
MODULES = sorted(path for path in LIBRARY.rglob("*.py") if path.name != "__init__.py")


def place(parts):
    """Where a module stands: its package, and its part of that."""
    layer = LAYERS.index(parts[0])
    inside = PARTS.get(parts[0], [])
    return layer, inside.index(parts[1]) if len(parts) > 2 and inside else 0


def upward(path):
    """What of a higher package a module imports."""
    here = path.relative_to(LIBRARY).with_suffix("").parts
    for name in sorted(code_hash.list_imports(path)):
        target = LIBRARY.joinpath(*name.split(".")[1:]).with_suffix(".py")
        if not name.startswith("takht.") or not target.exists() or len(name.split(".")) < 3:
            continue
        if place(tuple(name.split(".")[1:])) > place(here):
            yield name


def test_every_package_has_its_layer():
    folders = {path.name for path in LIBRARY.iterdir() if path.is_dir()} - {"__pycache__"}
    assert folders == set(LAYERS)
    for name, parts in PARTS.items():
        inside = {path.name for path in (LIBRARY / name).iterdir() if path.is_dir()}
        assert inside - {"__pycache__"} == set(parts)


def test_packages_import_downward_only():
    assert {str(path): list(upward(path)) for path in MODULES if path.parent != LIBRARY} == {
        str(path): [] for path in MODULES if path.parent != LIBRARY
    }


def test_plumbing_does_no_arithmetic():
    plumbing = [
        path
        for path in MODULES
        if str(path.relative_to(ROOT / "src")).startswith(code_hash.PLUMBING)
    ]
    assert len(plumbing) > 10
    for path in plumbing:
        roots = {name.partition(".")[0] for name in code_hash.list_imports(path)}
        assert not roots & ARITHMETIC, path


def test_no_folder_is_crowded():
    for folder in {path.parent for path in MODULES}:
        assert len([path for path in folder.glob("*.py") if path.name != "__init__.py"]) <= 18


def test_packages_hold_no_code_of_their_own():
    for path in set(LIBRARY.rglob("__init__.py")) - {LIBRARY / "__init__.py"}:  # the Python API
        module = ast.parse(path.read_bytes())
        assert ast.get_docstring(module), path
        assert len(module.body) == 1, path


def test_every_module_is_used_by_a_stage_the_command_line_or_the_api():
    used, queue = set(), [ROOT / f"src/{name}.py" for name in STAGES]
    queue += [file for name in BY_NAME for file in (LIBRARY / name).glob("*.py")]
    queue += [LIBRARY / "cli/main.py", LIBRARY / "api.py"]
    while queue:
        path = queue.pop()
        if path in used:
            continue
        used.add(path)
        files = (ROOT / f"src/{name.replace('.', '/')}.py" for name in code_hash.list_imports(path))
        queue += [file for file in files if file.exists()]
    assert set(MODULES) <= used
