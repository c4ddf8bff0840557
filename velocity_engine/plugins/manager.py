"""The plugin manager: built-ins and installed plugins, loaded once, and the objects they provide, looked up by name.

Built-ins are modules of the engine; third parties name a module, an instance or a class in the entry-point group
``velocity``. Everything is loaded at the first lookup, not before. A plugin that cannot be imported, that implements a
hook wrongly, or that hands over an object which does not follow its protocol is skipped as a whole, and ``installed()``
says why; with ``VELOCITY_STRICT_PLUGINS=1`` in the environment the first lookup raises PluginError instead.

Where two plugins claim the same name, number or scheme, the winner does not depend on the order of installation: a
third party's object goes before a built-in one (so a built-in can be replaced on purpose), and among third parties the
first by distribution, then entry point, in alphabetical order. The loser's report names the conflict.
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
    "velocity_engine.builtin.executors",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginReport:
    """What became of one plugin.

    ``distribution`` and ``version`` are those of the installed package ("" where the entry point has none).
    ``provides`` lists its objects ("codec h264"), ``conflicts`` the claims it lost to another plugin.
    ``error`` says why it was skipped, None when it works.
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
    """A plugin not yet loaded: ``load`` imports it."""

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
    """The layer type that draws layers whose ``ty`` is ``lottie_type``, or None."""
    found: LayerType | None = _loaded().get(LAYER, "Lottie type", lottie_type)
    return found


def plugin_layer(key: str) -> LayerType | None:
    """The layer type of a plugin that ``{"plugin": key}`` names, or None. Those of the engine itself are not among
    them."""
    return plugin_layers().get(key)


def plugin_layers() -> dict[str, LayerType]:
    """All layer types that ``{"plugin": key}`` can name."""
    registry = _loaded()
    return {key: registry.get(LAYER, "name", key) for key in sorted(registry.added)}


def effect(key: str) -> EffectType:
    """The effect that ``EffectCall.effect`` names. PluginError when it is not installed."""
    found: EffectType = _require(EFFECT, "name", key)
    return found


def effect_for(match_name: str, lottie_type: int) -> EffectType | None:
    """The effect for a document's effect: by After Effects' match name, else by the Lottie type number, else None."""
    registry = _loaded()
    found: EffectType | None = registry.get(EFFECT, "match name", match_name)
    return found if found is not None else registry.get(EFFECT, "Lottie type", lottie_type)


def style_type(lottie_type: int) -> StyleType | None:
    """The layer style whose number in the document is ``lottie_type``, or None."""
    found: StyleType | None = _loaded().get(STYLE, "Lottie type", lottie_type)
    return found


def codec(key: str) -> Codec:
    """The codec of that name. PluginError when it is not installed."""
    found: Codec = _require(CODEC, "name", key)
    return found


def codecs() -> dict[str, Codec]:
    """All codecs by name, in alphabetical order."""
    registry = _loaded()
    return {key: registry.get(CODEC, "name", key) for key in registry.names(CODEC)}


def storage(scheme: str) -> Storage:
    """The storage backend for a URL scheme ("file" for plain paths). PluginError when it is not installed."""
    found: Storage = _require(STORAGE, "scheme", scheme)
    return found


def executor(key: str) -> Executor:
    """The executor of that name. PluginError when it is not installed."""
    found: Executor = _require(EXECUTOR, "name", key)
    return found


def installed() -> list[PluginReport]:
    """A report on each plugin: third parties in order of precedence, then the built-ins."""
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
    """Forgets what was loaded; the next lookup loads anew. For tests."""
    global _registry
    with _lock:
        _registry = None


def require_sound() -> None:
    """Raises PluginError when any plugin was skipped, naming the first and why."""
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
    """Third parties in alphabetical order, then the built-ins: the order of precedence."""
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
    """All that one plugin provides, each checked; the first thing wrong is raised."""
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
