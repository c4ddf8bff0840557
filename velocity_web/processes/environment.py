"""The environment of the processes that fork and render: listed variables only, so that no secret reaches them."""

from __future__ import annotations

from collections.abc import Mapping

KEPT = (
    "PATH",
    "HOME",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TZDIR",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
    "XDG_CACHE_HOME",
    "SOURCE_DATE_EPOCH",
    "SVT_LOG",
    "VELOCITY_STRICT_PLUGINS",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONUSERBASE",
    "PYTHONNOUSERSITE",
    "PYTHONSAFEPATH",
    "PYTHONPYCACHEPREFIX",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONUNBUFFERED",
    "PYTHONUTF8",
    "PYTHONIOENCODING",
    "PYTHONHASHSEED",
    "PYTHONWARNINGS",
)
KEPT_BEGINNINGS = ("LC_", "NUMBA_")

# One process renders on threads of its own, and the one that forks must have a single thread.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def fork_server_environment(surroundings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in surroundings.items() if name in KEPT or name.startswith(KEPT_BEGINNINGS)}
    return {**kept, **ONE_THREAD}
