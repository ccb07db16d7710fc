"""Processes that train together: ``torchrun --nproc_per_node=2 -m training.ppo``.

Every rank holds the same networks and moves its own share of the bodies. Gradients are averaged,
and whatever steers the training (learning rate, curriculum, normalisation, when to stop) follows
from numbers of all ranks, so that all decide alike. Tensors on the CPU travel by gloo, those on
GPUs by NCCL.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn

from kinesis_app.errors import KinesisError

_SEED_STRIDE = 1_000_003  # further apart than the seeds that stages and phases add to one another


@dataclass(frozen=True)
class Ranks:
    """This process among those that train together; alone by default.

    Every method but ``share`` and ``seed`` is collective: all ranks call it, in the same order.

    Attributes:
        rank: Number of this process, 0 to ``size - 1``; rank 0 writes logs, checkpoints, policies.
        size: Number of processes.
        local_rank: Number of this process on its machine; the GPU it uses.
        local_size: Processes on this machine.
    """

    rank: int = 0
    size: int = 1
    local_rank: int = 0
    local_size: int = 1

    @property
    def is_first(self) -> bool:
        return self.rank == 0

    def share(self, total: int, name: str) -> int:
        """This rank's part of ``total``.

        Raises:
            KinesisError: If it does not divide.
        """
        if total % self.size:
            raise KinesisError(f"'{name}: {total}' cannot be shared by {self.size} processes evenly.")
        return total // self.size

    def seed(self, seed: int) -> int:
        """A seed of this rank's own; rank 0 keeps ``seed``."""
        return seed + _SEED_STRIDE * self.rank

    @property
    def cores(self) -> int:
        """Cores of this machine for this process."""
        return max(1, (os.cpu_count() or 1) // self.local_size)

    def average(self, tensors: Sequence[Tensor]) -> None:
        """Replace tensors of one device and type by their means over the ranks, in place."""
        if self.size == 1:
            return
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        dist.all_reduce(flat)
        flat /= self.size
        for tensor, mean in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
            tensor.copy_(mean.view_as(tensor))

    def average_numbers(self, numbers: Mapping[str, float]) -> dict[str, float]:
        """Means of named numbers; the same names on every rank."""
        values = torch.tensor(list(numbers.values()), dtype=torch.float64)
        self.average([values])
        return dict(zip(numbers, values.tolist(), strict=True))

    def mean_std(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation of all ranks' samples ``x``, as many on each."""
        if self.size == 1:
            return x.mean(), x.std()
        moments = torch.stack([x.double().mean(), x.double().square().mean()])
        self.average([moments])
        n = x.numel() * self.size
        var = (moments[1] - moments[0].square()).clamp_min(0.0) * (n / (n - 1))
        return moments[0].to(x.dtype), var.sqrt().to(x.dtype)

    def gather(self, rows: Tensor) -> list[Tensor]:
        """Rows (k, ...) of every rank in the order of the ranks; k may differ between them."""
        if self.size == 1:
            return [rows]
        count = torch.tensor([len(rows)], device=rows.device)
        counts = [torch.zeros_like(count) for _ in range(self.size)]
        dist.all_gather(counts, count)
        longest = max(int(c) for c in counts)
        padded = rows.new_zeros(longest, *rows.shape[1:])
        padded[: len(rows)] = rows
        out = [torch.empty_like(padded) for _ in range(self.size)]
        dist.all_gather(out, padded)
        return [part[: int(c)] for part, c in zip(out, counts, strict=True)]

    def gather_states(self, state: dict[str, Any]) -> list[dict[str, Any]]:
        """States (tensors on the CPU, numbers and text) of every rank."""
        if self.size == 1:
            return [state]
        buffer = io.BytesIO()
        torch.save(state, buffer)
        parts = self.gather(torch.frombuffer(bytearray(buffer.getvalue()), dtype=torch.uint8))
        return [torch.load(io.BytesIO(part.numpy().tobytes()), weights_only=True) for part in parts]

    def any(self, flag: bool) -> bool:
        """Whether ``flag`` is set on any rank."""
        return any(bool(part) for part in self.gather(torch.tensor([int(flag)])))

    def wait(self) -> None:
        """Until every rank is here."""
        self.any(False)

    def copy_from_first(self, module: nn.Module) -> None:
        """Give every rank the parameters and buffers of rank 0."""
        if self.size > 1:
            for tensor in module.state_dict().values():
                dist.broadcast(tensor, 0)


ALONE = Ranks()


def average_gradients(ranks: Ranks, parameters: Iterable[nn.Parameter], numbers: Tensor) -> None:
    """Average gradients over the ranks, and ``numbers`` (k,) of the same device along with them."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    ranks.average([*gradients, numbers])


def start_ranks() -> Ranks:
    """Meet the other processes that torchrun started; :data:`ALONE` without torchrun."""
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return ALONE
    names = ("RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE")
    ranks = Ranks(*(int(os.environ[name]) for name in names))
    if not torch.cuda.is_available():
        dist.init_process_group("gloo")
    else:
        torch.cuda.set_device(ranks.local_rank % torch.cuda.device_count())
        dist.init_process_group("cpu:gloo,cuda:nccl")
    return ranks


def stop_ranks(ranks: Ranks) -> None:
    """Part from the other processes."""
    if ranks.size > 1:
        dist.destroy_process_group()
