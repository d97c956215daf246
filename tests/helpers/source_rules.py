"""What no source file may do: run text, run a shell, or read data that can run."""

import ast
from collections.abc import Iterator

# Modules that run what they read, whatever is asked of them.
_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal", "jsonpickle", "pty"}
# Functions that run text, a shell, or what a file says; by their full names.
_CALLS = {
    *("eval", "exec", "compile", "__import__", "builtins.eval", "builtins.exec"),
    *("os.system", "os.popen", "subprocess.getoutput", "subprocess.getstatusoutput"),
    *("joblib.load", "joblib.dump", "pandas.read_pickle", "pandas.read_hdf", "torch.load"),
    *("yaml.load", "yaml.load_all", "yaml.unsafe_load", "yaml.unsafe_load_all"),
    *("yaml.full_load", "yaml.full_load_all", "yaml.Loader", "yaml.UnsafeLoader"),
    *("yaml.FullLoader", "asyncio.create_subprocess_shell", "tempfile.mktemp"),
    "sklearn.externals.joblib.load",
}
_ENDINGS = ("to_pickle", "read_pickle", "enable_unsafe_deserialization", "set_allow_unpickle")
# What must be said in so many words, and how: the default may change, or is the unsafe one.
_SAID = {
    "numpy.load": ("allow_pickle", False),
    "numpy.lib.format.read_array": ("allow_pickle", False),
    "keras.models.load_model": ("safe_mode", True),
    "tensorflow.keras.models.load_model": ("safe_mode", True),
    "keras.saving.load_model": ("safe_mode", True),
}


def faults(source: str) -> Iterator[str]:
    """Yield line and rule of each place that breaks one."""
    tree = ast.parse(source)
    full = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [getattr(node, "module", None) or "", *(each.name for each in node.names)]
            if bad := {name.split(".")[0] for name in modules} & _MODULES:
                yield f"{node.lineno}: imports {', '.join(sorted(bad))}"
        elif isinstance(node, ast.Name | ast.Attribute):
            name = _full_name(node, full)
            if name in _CALLS or name.endswith(_ENDINGS):
                yield f"{node.lineno}: uses {name}"
        elif isinstance(node, ast.Call):
            yield from _call_faults(node, _full_name(node.func, full))


def _call_faults(call: ast.Call, name: str) -> Iterator[str]:
    said = {each.arg: each.value for each in call.keywords}
    if "shell" in said and not _is(said["shell"], False):
        yield f"{call.lineno}: a shell"
    if "allow_pickle" in said and not _is(said["allow_pickle"], False):
        yield f"{call.lineno}: allow_pickle"
    if "safe_mode" in said and not _is(said["safe_mode"], True):
        yield f"{call.lineno}: safe_mode"
    if "preexec_fn" in said:
        yield f"{call.lineno}: preexec_fn, which may deadlock beside threads"
    if name in _SAID:
        word, value = _SAID[name]
        if word not in said or not _is(said[word], value):
            yield f"{call.lineno}: {name} without {word}={value}"
    if name == "ruamel.yaml.YAML" and "typ" in said and not _is(said["typ"], "safe"):
        yield f"{call.lineno}: {name} of another kind than safe"


def _is(node: ast.expr, value: object) -> bool:
    return isinstance(node, ast.Constant) and node.value == value


def _imported(tree: ast.AST) -> dict[str, str]:
    """Return what each imported name stands for in full."""
    full = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for each in node.names:
                name = each.asname or each.name.split(".")[0]
                full[name] = each.name if each.asname else name
        elif isinstance(node, ast.ImportFrom):
            full |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    return full


def _full_name(node: ast.expr, full: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return full.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        return f"{_full_name(node.value, full)}.{node.attr}"
    return ""
