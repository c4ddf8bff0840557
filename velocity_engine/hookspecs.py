"""The hooks of Velocity, version 1. A plugin implements any of them with ``velocity_engine.hookimpl``.

Each hook returns a list of objects (not classes) that follow the protocols of ``velocity_engine.plugin_types``.
Built-ins use the same hooks. A package names its plugin (a module, an instance or a class) in the entry-point group
``velocity``.

The engine calls all hooks once in a process, when something is looked up for the first time. Import what is slow to
import inside the hook, and do not look up other plugins there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from velocity_engine.plugin_types import Codec, EffectType, Executor, LayerType, ProvidedFont, Storage, StyleType

PROJECT = "velocity"
HOOK_VERSION = 1

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def velocity_layers() -> list[LayerType]:  # type: ignore[empty-body]
    """Returns the layer types of the plugin, which draw layers of a new kind.

    A layer type is found by its Lottie type numbers (``ty``), and by its ``key`` where a customization has
    ``{"plugin": key}``.

    Example:
        >>> @hookimpl
        ... def velocity_layers() -> list[LayerType]:
        ...     from my_plugin.qrcode import QrCodeLayerType
        ...     return [QrCodeLayerType()]
    """


@hookspec
def velocity_effects() -> list[EffectType]:  # type: ignore[empty-body]
    """Returns the effects of the plugin, which change the picture of a layer.

    An effect is found by its After Effects match names, and by its Lottie type numbers where no match name fits.

    Example:
        >>> @hookimpl
        ... def velocity_effects() -> list[EffectType]:
        ...     from my_plugin.pixelate import Pixelate
        ...     return [Pixelate()]
    """


@hookspec
def velocity_styles() -> list[StyleType]:  # type: ignore[empty-body]
    """Returns the layer styles of the plugin, such as a shadow or a glow.

    A layer style is found by its ``key`` and by its Lottie type numbers (``ty`` of an entry of ``sy``).

    Example:
        >>> @hookimpl
        ... def velocity_styles() -> list[StyleType]:
        ...     from my_plugin.outline import Outline
        ...     return [Outline()]
    """


@hookspec
def velocity_codecs() -> list[Codec]:  # type: ignore[empty-body]
    """Returns the video codecs of the plugin.

    A codec is found by its name (``EncoderConfig.codec``) and by its number in the REST contract.

    Example:
        >>> @hookimpl
        ... def velocity_codecs() -> list[Codec]:
        ...     from my_plugin.vp9 import Vp9
        ...     return [Vp9()]
    """


@hookspec
def velocity_storages() -> list[Storage]:  # type: ignore[empty-body]
    """Returns the storage backends of the plugin, which keep finished files.

    A storage backend is found by the scheme of a URL.

    Example:
        >>> @hookimpl
        ... def velocity_storages() -> list[Storage]:
        ...     from my_plugin.bucket import BucketStorage
        ...     return [BucketStorage()]
    """


@hookspec
def velocity_executors() -> list[Executor]:  # type: ignore[empty-body]
    """Returns the executors of the plugin, which decide where segments are rendered.

    An executor is found by its name (``render(..., executor="farm")``, ``velocity render --executor farm``), or by the
    scheme of an address (``--executor farm://host:8786``) where it is reached at one.

    Example:
        >>> @hookimpl
        ... def velocity_executors() -> list[Executor]:
        ...     from my_plugin.farm import FarmExecutor
        ...     return [FarmExecutor()]
    """


@hookspec
def velocity_fonts() -> list[ProvidedFont]:  # type: ignore[empty-body]
    """Returns the fonts of the plugin.

    A font is found by its names, by the scripts that it helps out with where the font of a text lacks a character, and
    by the families that it has the widths of.

    Example:
        >>> @hookimpl
        ... def velocity_fonts() -> list[ProvidedFont]:
        ...     from my_plugin.fonts import FONTS
        ...     return list(FONTS)
    """
