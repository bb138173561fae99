"""Engines: where shards are scanned. joblib hands them out, here or over Dask or Ray."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import contextmanager
from typing import Literal

from detector.bulk import Counts, Settings, forget, scan_shard, tidy
from detector.errors import InputError
from detector.optional import needs
from detector.shards import Shard

__all__ = ["Engine", "scan"]

Engine = Literal["local", "dask", "ray"]


def scan(
    shards: Sequence[Shard],
    settings: Settings,
    engine: Engine = "local",
    jobs: int = 1,
    address: str | None = None,
) -> list[Counts]:
    """Scan ``shards``, and return what their parts hold.

    ``jobs`` processes of this machine work for the engine ``local``, each on a shard of its own, or
    all on the same where there are fewer shards than processes. Those of ``dask`` and ``ray``
    are the workers of the cluster at ``address``: they need this package, the same model, the
    inputs and the folder ``settings.out``, under the same names.

    Raises OSError where a part cannot be written, and :class:`InputError` where the cluster
    cannot be reached or a worker process died.
    """
    from joblib import Parallel, delayed

    forget(settings, shards)
    try:
        with _backend(engine, address):
            workers = jobs if engine == "local" else -1
            if engine == "local" and len(shards) < jobs:
                counts = [scan_shard(shard, settings, jobs) for shard in shards]
            else:
                counts = Parallel(n_jobs=workers, batch_size=1)(
                    delayed(scan_shard)(shard, settings) for shard in shards
                )
    except BrokenExecutor as error:
        raise InputError(
            "a worker process was killed, perhaps for want of memory: try fewer --jobs. "
            "The same command goes on where this one stopped"
        ) from error
    tidy(settings)
    return counts


@contextmanager
def _backend(engine: Engine, address: str | None) -> Iterator[None]:
    from joblib import parallel_config

    if engine == "local":
        yield
    elif address is None:
        raise InputError(f"the engine {engine} needs the address of a cluster: --address")
    elif engine == "dask":
        with needs("dask"):
            from distributed import Client
        try:
            client = Client(address, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(f"no Dask scheduler at {address}: {error}") from error
        with client, parallel_config(backend="dask", client=client):
            yield
    else:
        with needs("ray"):
            import ray
            from ray.util.joblib import register_ray
        try:
            ray.init(address=address, ignore_reinit_error=True, log_to_driver=False)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise InputError(f"no Ray cluster at {address}: {error}") from error
        register_ray()
        with parallel_config(backend="ray"):
            yield
