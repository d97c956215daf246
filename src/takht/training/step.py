"""What one batch does to a network, each replica with its share of the windows."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from takht.dataset.batches import Batches
from takht.errors import TakhtError
from takht.runtime.tf_config import read_position

# of a share's windows, targets and weight, and the batch's size: parts of its loss and accuracy
Part = Callable[[Any, Any, Any, Any], tuple[Any, Any]]
Step = Callable[[Any, Any], list[Any]]


class TrainStep:
    """Training and judging steps of a network that was built in the scope of a strategy."""

    def __init__(self, network: keras.Model, among: Any, *, learning_rate: Any, xla: bool) -> None:
        self._network, self._among = network, among
        self._replicas = among.num_replicas_in_sync
        self._here = self._replicas // read_position()[0]
        self._loss = keras.losses.SparseCategoricalCrossentropy(reduction="sum")
        with among.scope():
            self._optimizer = keras.optimizers.Adam(learning_rate)
            if any(layer.compute_dtype == "float16" for layer in network.layers):
                self._optimizer = keras.optimizers.LossScaleOptimizer(self._optimizer)
            self._optimizer.build(network.trainable_variables)
        self._train = self._compiled(self._learn, xla=xla)
        self._judge = self._compiled(self._judged, xla=xla)

    @property
    def variables(self) -> list[Any]:
        """Return all that steps change: of the network with its seeds, and of the optimizer."""
        return [*self._network.variables, *self._optimizer.variables]

    def train(self, batches: Batches) -> tuple[float, float]:
        """Learn from each batch; return the mean loss and accuracy of its windows meanwhile.

        Raises:
            TakhtError: a batch has fewer windows than there are replicas.
        """
        return self._epoch(self._train, batches, least=self._replicas)

    def judge(self, batches: Batches) -> tuple[float, float]:
        """Return the mean loss and accuracy of the windows."""
        return self._epoch(self._judge, batches, least=1)

    def _compiled(self, part: Part, *, xla: bool) -> Step:
        windows = tf.TensorSpec([None, *self._network.input_shape[1:]], tf.float32)
        share = (windows, tf.TensorSpec([None], tf.int64), tf.TensorSpec([], tf.float32))
        signature = [[share] * self._here, tf.TensorSpec([], tf.float32)]
        first = read_position()[1] * self._here

        @tf.function(input_signature=signature, jit_compile=xla)  # type: ignore[untyped-decorator]
        def step(shares: Any, batch_size: Any) -> list[Any]:
            of_replicas = self._among.experimental_distribute_values_from_function(
                lambda context: shares[context.replica_id_in_sync_group - first]
            )
            found = self._among.run(part, args=(*of_replicas, batch_size))
            return [self._among.reduce("SUM", each, axis=None) for each in found]

        return step  # type: ignore[no-any-return]

    def _epoch(self, step: Step, batches: Batches, *, least: int) -> tuple[float, float]:
        found, sizes = [], []
        for number in range(len(batches)):
            places = batches.places(number)
            if len(places) < least:
                raise TakhtError(
                    f"training: a batch of {len(places)} windows is fewer than {least} replicas; "
                    "lower scales.SCALE.training.replicas or raise the experiment's batch_size"
                )
            sizes.append(len(places))
            found.append(step(self._shares(batches, places), np.float32(len(places))))
        # not before the last step: a GPU computes while the next batch is read
        loss, right = np.average(np.array(found, np.float64), axis=0, weights=sizes)
        return float(loss), float(right)

    def _shares(self, batches: Batches, places: NDArray[np.int64]) -> list[Any]:
        """Return windows, targets and weight for each replica of this machine.

        TensorFlow refuses an empty share: it gets a window that weighs nothing.
        """
        parts = np.array_split(places, self._replicas)
        first = read_position()[1] * self._here
        return [
            (*batches.at(part if len(part) else places[:1]), np.float32(len(part) > 0))
            for part in parts[first : first + self._here]
        ]

    def _forward(
        self, windows: Any, targets: Any, weight: Any, batch_size: Any, *, training: bool
    ) -> tuple[Any, Any]:
        probabilities = self._network(windows, training=training)
        losses = [weight * self._loss(targets, probabilities) / batch_size]
        losses += [penalty / self._replicas for penalty in self._network.losses]
        right = tf.equal(tf.argmax(probabilities, axis=-1), targets)
        return sum(losses), weight * tf.reduce_sum(tf.cast(right, tf.float32)) / batch_size

    def _judged(self, *share: Any) -> tuple[Any, Any]:
        return self._forward(*share, training=False)

    def _learn(self, *share: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            loss, right = self._forward(*share, training=True)
            scaled = self._optimizer.scale_loss(loss)
        gradients = tape.gradient(scaled, self._network.trainable_variables)
        self._optimizer.apply(self._agreed(gradients), self._network.trainable_variables)
        return loss, right

    def _agreed(self, gradients: list[Any]) -> list[Any]:
        """Return gradients that overflow (float16) in all replicas if they do in one.

        Keras leaves such a step out, but asks the first replica only.
        """
        scales = isinstance(self._optimizer, keras.optimizers.LossScaleOptimizer)
        if not scales or self._replicas == 1:
            return gradients
        nothing_or_nan = tf.add_n([tf.reduce_sum(0 * each) for each in gradients])
        shared = tf.distribute.get_replica_context().all_reduce("SUM", nothing_or_nan)
        return [each + shared for each in gradients]
