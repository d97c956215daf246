"""What keys and stages were called before version 0.2, so that old files get a helpful line."""

from collections.abc import Mapping
from typing import Any

# Of params.yaml, model cards and metrics; the keys that a stage or section is called by, too.
RENAMED: Mapping[str, str] = {
    "repertoire": "plan",
    "yardsticks": "reference_windows",
    "pull_clips": "prior_strength_clips",
    "colours": "spectrum_components",
    "texture": "residual_noise",
    "low_emphasis": "low_frequency_weight",
    "level_emphasis": "level_weight",
    "vae_original": "study_vae",
    "controls": "sanity_checks",
    "genspec": "generation_spectrogram",
    "generation_mel": "generation_spectrogram",
    "logspec": "study_spectrogram",
    "vae_train": "train_vae",
    "prior_train": "train_prior",
    "vae": "codec",
    "steps": "quarter_tone_steps",
    "network": "model",
    "discriminant": "model",
    "known_named": "known_accept_rate",
    "calibration_error": "ece",
    "calibration_error_before": "ece_uncalibrated",
    "shuffled_accuracy_recordings": "permuted_label_accuracy",
    "shuffles": "permutations",
    "largest_composer_share": "majority_class_share",
    "unknown_auroc": "open_set_auroc",
}


_STAGES = {"train_vae@codec": "fit_codec", "train_vae@study_vae": "train_vae"}


def current_name(name: str) -> str:
    """Return the present name of a dotted key or of a stage, such as `controls@best`."""
    head, at, item = name.partition("@")
    parts = (RENAMED.get(part, part) for part in head.split("."))
    whole = ".".join(parts) + at + RENAMED.get(item, item)
    return _STAGES.get(whole, whole).replace("generation.models.", "generation.")


def old_name_in(values: Any, key: str) -> str | None:
    """Return the key that a mapping still has under its old name, or None.

    Sections of models of music were a level deeper, in `models`.
    """
    keys = values if isinstance(values, dict) else {}
    models = keys.get("models")
    old = [name for name, new in RENAMED.items() if new == key]
    names = [name for name in old if name in keys]
    if key not in keys and isinstance(models, dict):
        names += [f"models.{name}" for name in (*old, key) if name in models]
    return names[0] if names else None
