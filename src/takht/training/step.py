"""What one batch does to a network, each replica with its share of the windows."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from takht.dataset.batches import Batch, Batches
from takht.errors import TakhtError
from takht.runtime.tf_config import read_position
from takht.training.network_inputs import NetworkInputs

# of a share's windows, masks, targets and weight, the batch's size, and the norm: parts of the
# batch's loss and accuracy
Part = Callable[..., tuple[Any, Any]]
Step = Callable[[Any, Any, Any, Any], list[Any]]


class TrainStep:
    """Training and judging steps of a network that was built in the scope of a strategy."""

    def __init__(
        self,
        network: keras.Model,
        strategy: Any,
        inputs: NetworkInputs,
        *,
        learning_rate: float,
        xla: bool,
    ) -> None:
        self._network, self._strategy, self._inputs = network, strategy, inputs
        self._replicas = strategy.num_replicas_in_sync
        self._here = self._replicas // read_position()[0]
        self._loss = keras.losses.SparseCategoricalCrossentropy(reduction="sum")
        with strategy.scope():
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
        windows = tf.TensorSpec([None, *self._network.input_shape[1:]], self._inputs.dtype)
        masks, targets = tf.TensorSpec([None, 2], tf.int32), tf.TensorSpec([None], tf.int64)
        number, band = tf.TensorSpec([], tf.float32), tf.TensorSpec([None], tf.float32)
        signature = [[(windows, masks, targets, number)] * self._here, number, band, band]
        first = read_position()[1] * self._here

        @tf.function(input_signature=signature, jit_compile=xla)  # type: ignore[untyped-decorator]
        def step(shares: Any, batch_size: Any, mean: Any, std: Any) -> list[Any]:
            of_replicas = self._strategy.experimental_distribute_values_from_function(
                lambda context: shares[context.replica_id_in_sync_group - first]
            )
            found = self._strategy.run(part, args=(*of_replicas, batch_size, mean, std))
            return [self._strategy.reduce("SUM", each, axis=None) for each in found]

        return step  # type: ignore[no-any-return]

    def _epoch(self, step: Step, batches: Batches, *, least: int) -> tuple[float, float]:
        found, sizes = [], []
        norm = [tf.constant(each) for each in (self._inputs.norm.mean, self._inputs.norm.std)]
        for batch in batches:
            size = len(batch.targets)
            if size < least:
                raise TakhtError(
                    f"training: a batch of {size} windows is fewer than {least} replicas; "
                    "lower scales.SCALE.training.replicas or raise the experiment's batch_size"
                )
            sizes.append(size)
            found.append(step(self._shares(batch), np.float32(size), *norm))
        # not before the last step: a GPU computes while the next batch is read
        loss, right = np.average(np.array(found, np.float64), axis=0, weights=sizes)
        return float(loss), float(right)

    def _shares(self, batch: Batch) -> list[Any]:
        """Return windows, masks, targets and weight for each replica of this machine.

        TensorFlow refuses an empty share: it gets a window that weighs nothing.
        """
        parts = np.array_split(np.arange(len(batch.targets)), self._replicas)
        first = read_position()[1] * self._here
        return [
            (*(each[part if len(part) else [0]] for each in batch), np.float32(len(part) > 0))
            for part in parts[first : first + self._here]
        ]

    def _forward(
        self,
        windows: Any,
        masks: Any,
        targets: Any,
        weight: Any,
        batch_size: Any,
        mean: Any,
        std: Any,
        *,
        training: bool,
    ) -> tuple[Any, Any]:
        inputs = self._inputs.prepare(windows, masks, mean, std)
        probabilities = self._network(inputs, training=training)
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
