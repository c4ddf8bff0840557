"""The plugin manager: it loads built-ins and installed plugins once, and finds the objects that they provide by name.

Built-ins are modules of the engine. Third parties name a module, an instance or a class in the entry-point group
``velocity``. Everything is loaded at the first lookup, not before. A plugin is skipped as a whole where it cannot be
imported, implements a hook wrongly, or returns an object that does not follow its protocol. ``installed()`` says why.
With ``VELOCITY_STRICT_PLUGINS=1`` in the environment the first lookup raises PluginError instead.

Two plugins can claim the same name, number or scheme. Which one wins does not depend on the order of installation. An
object of a third party wins over a built-in one, so a built-in can be replaced on purpose. Among third parties the
first one wins, in alphabetical order of distribution and then of entry point. The report of the other one names the
conflict. What a program registers itself (``register``) wins over all others.

All functions here may be called from any thread.
"""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, Any

from velocity_engine.errors import NOWHERE, PluginError, VelocityError, nearest
from velocity_engine.plugins.checks import CODEC, EFFECT, EXECUTOR, FONT, LAYER, STORAGE, STYLE, Kind
from velocity_engine.plugins.failures import failure
from velocity_engine.plugins.loading import PluginReport, Registry, candidates, load, objects_of, registered

if TYPE_CHECKING:
    from velocity_engine.plugin_types import Codec, EffectType, Executor, LayerType, ProvidedFont, Storage, StyleType

STRICT_VARIABLE = "VELOCITY_STRICT_PLUGINS"

# --- looking up -----------------------------------------------------------------------------------------------------


def layer_type(lottie_type: int) -> LayerType | None:
    """Returns the layer type that draws layers of a Lottie type, or None where there is none.

    Args:
        lottie_type: The ``ty`` number of the layer.
    """
    found: LayerType | None = _loaded().get(LAYER, "Lottie type", lottie_type)
    return found


def built_in_layer(key: str) -> LayerType | None:
    """Returns a layer type that no Lottie layer has and no customization can name, or None where there is none.

    Args:
        key: Its name, such as "captions".
    """
    found: LayerType | None = _loaded().get(LAYER, "name", key)
    return found


def plugin_layer(key: str) -> LayerType | None:
    """Returns the layer type that ``{"plugin": key}`` names, or None where there is none.

    Args:
        key: The name. Layer types of the engine itself are not found.
    """
    return plugin_layers().get(key)


def plugin_layers() -> dict[str, LayerType]:
    """Returns all layer types that ``{"plugin": key}`` can name, by name, in alphabetical order."""
    registry = _loaded()
    return {key: registry.get(LAYER, "name", key) for key in sorted(registry.added)}


def effect(key: str) -> EffectType:
    """Returns the effect of a name.

    Args:
        key: The name, as in ``EffectCall.effect``.

    Raises:
        PluginError: No effect of that name is installed.
    """
    found: EffectType = _require(EFFECT, "name", key)
    return found


def effect_for(match_name: str, lottie_type: int) -> EffectType | None:
    """Returns the effect type for an effect of a document, or None where there is none.

    Args:
        match_name: The match name of After Effects. It is tried first.
        lottie_type: The ``ty`` number. It is tried where no effect has the match name.
    """
    registry = _loaded()
    found: EffectType | None = registry.get(EFFECT, "match name", match_name)
    return found if found is not None else registry.get(EFFECT, "Lottie type", lottie_type)


def style_type(lottie_type: int) -> StyleType | None:
    """Returns the layer style of a number, or None where there is none.

    Args:
        lottie_type: The ``ty`` number of the style in the document.
    """
    found: StyleType | None = _loaded().get(STYLE, "Lottie type", lottie_type)
    return found


def codec(key: str) -> Codec:
    """Returns the codec of a name.

    Args:
        key: The name, such as "h264".

    Raises:
        PluginError: No codec of that name is installed.
    """
    found: Codec = _require(CODEC, "name", key)
    return found


def codecs() -> dict[str, Codec]:
    """Returns all codecs by name, in alphabetical order."""
    registry = _loaded()
    return {key: registry.get(CODEC, "name", key) for key in registry.names(CODEC)}


def codecs_by_precedence() -> list[Codec]:
    """Returns all codecs: those of third parties as their plugins provide them, then the built-in ones."""
    return [found for (sort, _), found in _loaded().found[CODEC.hook].items() if sort == "name"]


def codec_by_number(number: int) -> Codec | None:
    """Returns the codec of a number, or None where there is none.

    Args:
        number: The number, as in ``Codec.number``.
    """
    found: Codec | None = _loaded().get(CODEC, "number", number)
    return found


def storage(scheme: str) -> Storage:
    """Returns the storage backend for a URL scheme.

    Args:
        scheme: The scheme, such as "s3", or "file" for plain paths.

    Raises:
        PluginError: No storage backend for that scheme is installed.
    """
    found: Storage = _require(STORAGE, "scheme", scheme)
    return found


def executor(key: str) -> Executor:
    """Returns the executor of a name, or of a name with an address.

    Args:
        key: The name, such as "local", or an address whose scheme is the name, such as "farm://host:8786".

    Raises:
        PluginError: No executor of that name is installed, it is not reached at an address, or not at this one.
    """
    name, separator, _ = key.partition("://")
    found: Executor = _require(EXECUTOR, "name", name)
    return _at(found, key) if separator else found


def executors() -> list[Executor]:
    """Returns all executors, in alphabetical order of their names."""
    registry = _loaded()
    return [registry.get(EXECUTOR, "name", key) for key in registry.names(EXECUTOR)]


def fonts() -> list[ProvidedFont]:
    """Returns all fonts: those of third parties as their plugins provide them, then the built-in ones."""
    return [found for (sort, _), found in _loaded().found[FONT.hook].items() if sort == "name"]


def effects_of_plugins() -> list[EffectType]:
    """Returns the effects that do not come with the engine."""
    return _of_plugins(EFFECT)


def all_of_plugins() -> list[Any]:
    """Returns the layer types, effects, styles, codecs and fonts that do not come with the engine."""
    return _of_plugins(LAYER, EFFECT, STYLE, CODEC, FONT)


def _of_plugins(*kinds: Kind) -> list[Any]:
    registry = _loaded()
    found = {id(thing): thing for kind in kinds for thing in registry.found[kind.hook].values()}
    return [thing for identity, thing in found.items() if identity in registry.providers]


def installed() -> list[PluginReport]:
    """Returns a report on each plugin: third parties in order of precedence, then the built-ins."""
    return list(_loaded().reports)


def provider_of(thing: object) -> str | None:
    """Returns who provides an object: the name of the installed package, or "this program" for what was registered.

    What the engine brings along has no provider: None.

    Args:
        thing: What one of the other functions returned.
    """
    return _loaded().providers.get(id(thing))


# --- what a program registers itself --------------------------------------------------------------------------------


def register(thing: Any) -> None:
    """Makes a plugin known to this process, without a package: to try it, or for a program that brings its own.

    It wins over installed plugins and built-ins of the same name. Other processes do not know of it: an executor that
    renders elsewhere needs an installed package.

    Args:
        thing: A layer type, effect, layer style, codec, storage backend, executor or font; or a plugin, as an entry
            point names it: a module, an instance or a class with hooks.

    Raises:
        PluginError: It follows no protocol. The error says what is missing of the one that it is most like.

    Example:
        >>> ve.plugins.register(MyLayerType())
        >>> ve.render_still(template, customizations=[{"layer": "Box", "plugin": "mine", "data": 3}])
    """
    global _registry
    try:
        objects_of(registered(thing))
    except Exception as error:
        raise PluginError(f"{type(thing).__name__} cannot be registered: {error}") from error
    with _lock:
        if all(other is not thing for other in _registered):
            _registered.insert(0, thing)
        _registry = None


def unregister(thing: Any) -> None:
    """Forgets what was registered. What is not registered is forgotten already.

    Args:
        thing: The object that ``register`` was given.
    """
    global _registry
    with _lock:
        _registered[:] = [other for other in _registered if other is not thing]
        _registry = None


def _at(executor: Executor, address: str) -> Executor:
    from velocity_engine.plugin_types import ReachedAtAddress

    who = f"the executor {executor.key!r}"
    if not isinstance(executor, ReachedAtAddress):
        raise PluginError(f"{who} is not reached at an address: {address}", hint=f"Name it alone: {executor.key}")
    try:
        found = executor.at(address)
        if problems := EXECUTOR.problems(found):
            raise TypeError(f"at returned what is no executor: {'; '.join(problems)}")
    except VelocityError:
        raise
    except (Exception, SystemExit) as error:
        raise failure(who, error, NOWHERE, "while it was given an address") from error
    return found


def _require(kind: Kind, sort: str, value: str) -> Any:
    registry = _loaded()
    found = registry.get(kind, sort, value)
    if found is not None:
        return found
    choices = registry.names(kind, sort)
    near = nearest(value, choices)
    hint = f"Did you mean {near}?" if near else f"Installed: {', '.join(choices) or 'none'}"
    broken = [f"{report.name} ({report.error})" for report in registry.reports if report.error]
    if broken:
        hint += f". Plugins that were skipped: {'; '.join(broken)}"
    raise PluginError(f"there is no {kind.noun} for the {sort} {value!r}", hint=hint)


# --- loading --------------------------------------------------------------------------------------------------------

_lock = threading.RLock()
_registry: Registry | None = None
_registered: list[Any] = []
_loading = False


def reset() -> None:
    """Forgets what was loaded, so that the next lookup loads everything again. It is meant for tests."""
    global _registry
    with _lock:
        _registry = None


def require_sound() -> None:
    """Checks that no plugin was skipped.

    Raises:
        PluginError: A plugin was skipped. The error names the first one and says why.
    """
    _raise_broken(_loaded())


def _loaded() -> Registry:
    registry = _registry
    return registry if registry is not None else _load_once()


def _load_once() -> Registry:
    global _registry, _loading
    with _lock:
        if _registry is None:
            if _loading:
                raise PluginError(
                    "a plugin looked up others while it was being loaded", hint="Look them up when they are needed"
                )
            _loading = True
            try:
                registry = load([*map(registered, _registered), *candidates()])
            finally:
                _loading = False
            if os.environ.get(STRICT_VARIABLE, "").lower() in ("1", "true", "yes"):
                _raise_broken(registry)
            _registry = registry
        return _registry


def _raise_broken(registry: Registry) -> None:
    for report in registry.reports:
        if report.error:
            raise PluginError(
                f"the plugin {report.name} is broken: {report.error}", hint="Mend it, update it, or uninstall it"
            )
