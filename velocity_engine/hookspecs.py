"""The hooks of Velocity, version 1. A plugin implements any of them with ``velocity_engine.hookimpl``.

Each hook returns a list of objects that follow the protocols of ``velocity_engine.plugin_types``. Built-ins use the
same hooks. A package names its plugin (a module, class instance or class) in the entry-point group ``velocity``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from velocity_engine.plugin_types import Codec, EffectType, Executor, LayerType, Storage, StyleType

PROJECT = "velocity"
HOOK_VERSION = 1

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def velocity_layers() -> list[LayerType]:  # type: ignore[empty-body]
    """Layer types, by ``key`` and Lottie type number."""


@hookspec
def velocity_effects() -> list[EffectType]:  # type: ignore[empty-body]
    """Effects, by After Effects match name and Lottie type number."""


@hookspec
def velocity_styles() -> list[StyleType]:  # type: ignore[empty-body]
    """Layer styles, by ``key`` and Lottie type number."""


@hookspec
def velocity_codecs() -> list[Codec]:  # type: ignore[empty-body]
    """Video codecs, by name and contract number."""


@hookspec
def velocity_storages() -> list[Storage]:  # type: ignore[empty-body]
    """Storage backends, by URL scheme."""


@hookspec
def velocity_executors() -> list[Executor]:  # type: ignore[empty-body]
    """Executors, by name."""
