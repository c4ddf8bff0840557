"""The plugin manager: it loads built-ins and installed plugins once, and finds the objects that they provide by name.

Built-ins are modules of the engine. Third parties name a module, an instance or a class in the entry-point group
``velocity``. Everything is loaded at the first lookup, not before. A plugin is skipped as a whole where it cannot be
imported, implements a hook wrongly, or returns an object that does not follow its protocol. ``installed()`` says why.
With ``VELOCITY_STRICT_PLUGINS=1`` in the environment the first lookup raises PluginError instead.

Two plugins can claim the same name, number or scheme. Which one wins does not depend on the order of installation. An
object of a third party wins over a built-in one, so a built-in can be replaced on purpose. Among third parties the
first one wins, in alphabetical order of distribution and then of entry point. The report of the other one names the
conflict.

All functions here may be called from any thread.
"""

from __future__ import annotations

import importlib
import inspect
import os
import threading
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pluggy

from velocity_engine import hookspecs
from velocity_engine.errors import PluginError, nearest
from velocity_engine.plugins.checks import CODEC, EFFECT, EXECUTOR, KINDS, LAYER, STORAGE, STYLE, Claim, Kind

if TYPE_CHECKING:
    from velocity_engine.plugin_types import Codec, EffectType, Executor, LayerType, Storage, StyleType

GROUP = "velocity"
STRICT_VARIABLE = "VELOCITY_STRICT_PLUGINS"
BUILT_INS = (
    "velocity_engine.builtin.layers",
    "velocity_engine.builtin.effects",
    "velocity_engine.builtin.styles",
    "velocity_engine.builtin.codecs",
    "velocity_engine.builtin.storage",
    "velocity_engine.executors",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginReport:
    """What is known of one plugin after loading.

    Attributes:
        name: The name of its entry point, or of its module for a built-in.
        distribution: The name of the installed package, or "" where the entry point has none.
        version: The version of the installed package, or "".
        built_in: Whether it comes with the engine.
        provides: Its objects, such as "codec h264".
        conflicts: The names, numbers and schemes that another plugin has taken.
        error: Why it was skipped, or None where it works.
    """

    name: str
    distribution: str
    version: str
    built_in: bool = False
    provides: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A plugin that is not loaded yet. ``load`` imports it."""

    report: PluginReport
    load: Any


@dataclass(frozen=True, slots=True)
class _Registry:
    reports: tuple[PluginReport, ...]
    found: Mapping[str, Mapping[Claim, Any]]  # by hook
    added: frozenset[str]  # names of the layer types that do not come with the engine

    def get(self, kind: Kind, sort: str, value: Hashable) -> Any:
        return self.found[kind.hook].get((sort, value))

    def names(self, kind: Kind, sort: str = "name") -> list[str]:
        return sorted(str(value) for s, value in self.found[kind.hook] if s == sort)


# --- looking up -----------------------------------------------------------------------------------------------------


def layer_type(lottie_type: int) -> LayerType | None:
    """Returns the layer type that draws layers of a Lottie type, or None where there is none.

    Args:
        lottie_type: The ``ty`` number of the layer.
    """
    found: LayerType | None = _loaded().get(LAYER, "Lottie type", lottie_type)
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
    """Returns the executor of a name.

    Args:
        key: The name, such as "local".

    Raises:
        PluginError: No executor of that name is installed.
    """
    found: Executor = _require(EXECUTOR, "name", key)
    return found


def installed() -> list[PluginReport]:
    """Returns a report on each plugin: third parties in order of precedence, then the built-ins."""
    return list(_loaded().reports)


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
_registry: _Registry | None = None
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


def _loaded() -> _Registry:
    registry = _registry
    return registry if registry is not None else _load_once()


def _load_once() -> _Registry:
    global _registry, _loading
    with _lock:
        if _registry is None:
            if _loading:
                raise PluginError(
                    "a plugin looked up others while it was being loaded", hint="Look them up when they are needed"
                )
            _loading = True
            try:
                registry = _load(_candidates())
            finally:
                _loading = False
            if os.environ.get(STRICT_VARIABLE, "").lower() in ("1", "true", "yes"):
                _raise_broken(registry)
            _registry = registry
        return _registry


def _raise_broken(registry: _Registry) -> None:
    for report in registry.reports:
        if report.error:
            raise PluginError(
                f"the plugin {report.name} is broken: {report.error}", hint="Mend it, update it, or uninstall it"
            )


def _candidates() -> list[_Candidate]:
    """Returns all plugins in order of precedence: third parties in alphabetical order, then the built-ins."""
    from importlib.metadata import entry_points

    found: dict[tuple[str, str, str], _Candidate] = {}
    for entry in entry_points(group=GROUP):
        distribution = entry.dist.name if entry.dist else ""
        version = entry.dist.version if entry.dist else ""
        report = PluginReport(name=entry.name, distribution=distribution, version=version)
        found.setdefault((distribution.casefold(), entry.name, entry.value), _Candidate(report, entry.load))
    third_parties = [found[order] for order in sorted(found)]
    return third_parties + [_built_in(module) for module in BUILT_INS]


def _built_in(module: str) -> _Candidate:
    report = PluginReport(name=module.rpartition(".")[2], distribution="velocity-render", version="", built_in=True)
    return _Candidate(report, lambda: importlib.import_module(module))


def _load(candidates: Sequence[_Candidate]) -> _Registry:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    found: dict[str, dict[Claim, Any]] = {kind.hook: {} for kind in KINDS}
    owners: dict[tuple[str, Claim], str] = {}
    reports = []
    added = set()
    for candidate in candidates:
        report = candidate.report
        try:
            objects = _objects(manager, candidate.load())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's code does, the rest goes on
            reports.append(replace(report, error=_reason(error)))
            continue
        conflicts = []
        for kind, thing in objects:
            for claim in kind.claims(thing):
                owner = owners.setdefault((kind.hook, claim), report.distribution or report.name)
                if claim in found[kind.hook]:
                    conflicts.append(f"{kind.noun} {claim[0]} {claim[1]} is taken by {owner}")
                    continue
                found[kind.hook][claim] = thing
                if kind is LAYER and claim[0] == "name" and not report.built_in:
                    added.add(str(claim[1]))
        provides = tuple(f"{kind.noun} {_title(thing)}" for kind, thing in objects)
        reports.append(replace(report, provides=provides, conflicts=tuple(conflicts)))
    return _Registry(
        tuple(reports),
        MappingProxyType({hook: MappingProxyType(table) for hook, table in found.items()}),
        frozenset(added),
    )


def _objects(manager: pluggy.PluginManager, plugin: Any) -> list[tuple[Kind, Any]]:
    """Returns all objects that one plugin provides, each one checked. It raises the first problem that it finds."""
    if inspect.isclass(plugin):
        plugin = plugin()
    _check_version(plugin)
    manager.register(plugin)
    callers = manager.get_hookcallers(plugin) or []
    unknown = [caller.name for caller in callers if not caller.has_spec()]
    if unknown:
        choices = [kind.hook for kind in KINDS]
        near = nearest(unknown[0], choices)
        raise TypeError(f"the hook {unknown[0]} is unknown; {f'did you mean {near}?' if near else f'known: {choices}'}")
    if not callers:
        raise TypeError("it implements no hook: its functions must be marked with velocity_engine.hookimpl")
    others = [other for other in manager.get_plugins() if other is not plugin]
    return [(kind, thing) for kind in KINDS for thing in _checked(manager, kind, others)]


def _checked(manager: pluggy.PluginManager, kind: Kind, others: list[Any]) -> Iterator[Any]:
    for given in manager.subset_hook_caller(kind.hook, others)():
        if not isinstance(given, list | tuple):
            raise TypeError(f"{kind.hook} gave {type(given).__name__}: it must give a list of objects")
        for thing in given:
            problems = kind.problems(thing)
            if problems:
                raise TypeError(f"{kind.noun} {_title(thing)} does not follow its protocol: {'; '.join(problems)}")
            yield thing


def _check_version(plugin: Any) -> None:
    wanted = getattr(plugin, "velocity_hook_version", hookspecs.HOOK_VERSION)
    if wanted != hookspecs.HOOK_VERSION:
        raise TypeError(f"it needs version {wanted} of the hooks; this is version {hookspecs.HOOK_VERSION}")


def _title(thing: Any) -> str:
    key = getattr(thing, "key", None) or "/".join(map(str, getattr(thing, "schemes", ())))
    return str(key or type(thing).__name__)


def _reason(error: BaseException) -> str:
    text = str(error) or "no reason given"
    return text if isinstance(error, TypeError) else f"{type(error).__name__}: {text}"
