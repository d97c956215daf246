"""From an experiment's windows to a trained classifier."""

from typing import Any

import keras
import numpy as np
import pandas as pd
import tensorflow as tf

from takht.cache.checkpoint import Checkpoint
from takht.classifiers import networks, predictions
from takht.classifiers.network_classifier import NetworkCard, NetworkClassifier
from takht.classifiers.networks import mflop_per_window
from takht.classifiers.standardisation import fit_standardisation
from takht.core.tensorflow_setup import list_devices
from takht.dataset.batches import Batches, ShuffledBatches
from takht.dataset.raw_windows import RawWindows
from takht.dataset.windows import FeatureFolder, WindowSize
from takht.errors import TakhtError
from takht.runtime.by_name import load_by_name
from takht.training.experiments import NetworkExperiment, Training
from takht.training.loop import train_network
from takht.training.network_inputs import NetworkInputs, limit_and_mask
from takht.training.replicas import (
    choose_strategy,
    report_lost_machines,
    require_same_inputs,
    to_single_device,
)

_BATCH = 256  # windows at a time, where only sums are kept


@report_lost_machines()
def fit_network(
    experiment: NetworkExperiment,
    shape: WindowSize,
    scale: Training,
    features: FeatureFolder,
    rows: pd.DataFrame,
    validation: pd.DataFrame,
    labels: dict[str, str],
    checkpoint: Checkpoint | None = None,
) -> tuple[NetworkClassifier, pd.DataFrame]:
    """Return the classifier that the training `rows` give, and its learning curve.

    `rows` and `validation` name windows with their composer (`window_selection`) and mask
    (`frequency_masks`); `labels` holds every composer's display label, in the order of the
    classifier's probabilities.

    Raises:
        TakhtError: the features are statistics of windows, or the windows are too small.
    """
    if "groups" in features.settings:
        raise TakhtError(
            f"{features.folder}: a network needs frames, and these are statistics of windows; set "
            "the experiment's features to mel or mfcc, or its kind to discriminant"
        )
    unit = features.settings["unit"]

    def side(part: pd.DataFrame) -> dict[str, Any]:
        masked = "mask_width" in part
        return {
            "source": RawWindows(features, part, shape.frames),
            "targets": predictions.encode_composers(part["composer"], list(labels)),
            "masks": part[["mask_first", "mask_width"]].to_numpy(np.int16) if masked else None,
        }

    training, watched = side(rows), side(validation)
    norm = fit_standardisation(
        limit_and_mask(batch.windows, batch.masks, unit).numpy()
        for batch in Batches(**training, batch_size=_BATCH)
    )
    strategy = choose_strategy(scale.replicas)
    hashes = [int(pd.util.hash_pandas_object(each).sum()) for each in (rows, validation)]
    require_same_inputs(strategy, experiment, shape, scale, hashes, labels)
    with strategy.scope():
        network = networks.build_network(
            experiment.model,
            frames=shape.frames,
            bands=features.bands,
            composers=len(labels),
            width=scale.width,
            seed=experiment.seed,
            mixed_precision=scale.mixed_precision,
        )
    if checkpoint and scale.replicas == 1:  # replicas' seeds differ, and each has its own machine
        values = [each.model_dump() for each in (experiment, shape, scale)]
        code = [fit_network, load_by_name("networks", experiment.model).build_layers]
        checkpoint.open(code, [values, labels, hashes, list_devices()], [features.folder])
    max_steps = max(1, scale.max_steps // experiment.epochs)
    curve = train_network(
        network,
        ShuffledBatches(
            **training,
            batch_size=experiment.batch_size,
            max_steps=max_steps,
            seed=experiment.seed,
        ),
        Batches(**watched, batch_size=experiment.batch_size),
        NetworkInputs(unit, training["source"].dtype, norm),
        epochs=experiment.epochs,
        learning_rate=experiment.learning_rate,
        patience=experiment.patience,
        xla=scale.xla,
        strategy=strategy,
        checkpoint=checkpoint,
    )
    network = to_single_device(network, strategy)
    card = NetworkCard(
        composers=tuple(labels),
        labels=tuple(labels.values()),
        frames=shape.frames,
        step_frames=shape.step_frames,
        bands=features.bands,
        features=features.settings,
        parameters=network.count_params(),
        mflop_per_window=mflop_per_window(network),
        training_windows=len(rows),
        training_recordings=rows["recording"].nunique(),
        experiment=experiment.model_dump(),
        training=scale.model_dump(),
        libraries={"tensorflow": tf.__version__, "keras": keras.__version__},
        network=experiment.model,
        width=scale.width,
        threads=scale.threads,
        mean=tuple(norm.mean.tolist()),
        std=tuple(norm.std.tolist()),
    )
    return NetworkClassifier(card, network), curve
