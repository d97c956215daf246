"""Arabic-music composer classification: the library behind the stages, and its Python API.

Each package imports only packages before it, in this order:

- core, text, runtime, cache: what carries the others
- audio, corpus, preparation, dataset: from recordings ...
- features, recipes, augmentations: ... to features ...
- classifiers, networks, discriminants, training, evaluation, inference: ... to composers
- generation: new music
- report, demo, cli: what people see

`import takht` loads nothing; the names below are loaded when one of them is first used.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from takht.api import Classifier as Classifier
    from takht.api import Features as Features
    from takht.api import Prediction as Prediction
    from takht.api import WindowPredictions as WindowPredictions
    from takht.api import read_features as read_features
    from takht.api import read_split as read_split
    from takht.errors import TakhtError as TakhtError

_API = (
    *("Classifier", "Features", "Prediction", "TakhtError", "WindowPredictions"),
    *("read_features", "read_split"),
)


def __getattr__(name: str) -> object:
    """Load the API (PEP 562); NumPy, where it is not there yet, as the commands have it."""
    if name not in _API:
        raise AttributeError(f"module 'takht' has no attribute {name!r}")
    from takht.core import cpu

    cpu.pin_to_avx2()
    from takht import api

    if not cpu.is_pinned():
        import warnings

        warnings.warn(
            "NumPy was imported before takht and uses wider vectors than AVX2: probabilities may "
            "differ from those of `takht predict` in the last decimal; import from takht first",
            stacklevel=2,
        )
    globals().update({each: getattr(api, each) for each in _API})
    return globals()[name]


def __dir__() -> list[str]:
    return sorted([*globals(), *_API])
