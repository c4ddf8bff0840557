"""Loading plugins: candidates from entry points, the built-ins and what was registered; their objects, each checked."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pluggy

from velocity_engine import hookspecs
from velocity_engine.errors import nearest
from velocity_engine.plugins.checks import KINDS, LAYER, Claim, Kind

GROUP = "velocity"
THIS_PROGRAM = "this program"  # who provides what was registered
BUILT_INS = (
    "velocity_engine.builtin.layers",
    "velocity_engine.builtin.effects",
    "velocity_engine.builtin.styles",
    "velocity_engine.builtin.codecs",
    "velocity_engine.builtin.fonts",
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
class Candidate:
    """A plugin that is not loaded yet. ``load`` imports it."""

    report: PluginReport
    load: Any


@dataclass(frozen=True, slots=True)
class Registry:
    reports: tuple[PluginReport, ...]
    found: Mapping[str, Mapping[Claim, Any]]  # by hook
    added: frozenset[str]  # names of the layer types that do not come with the engine
    providers: Mapping[int, str]  # by the id of each object that does not come with the engine

    def get(self, kind: Kind, sort: str, value: Hashable) -> Any:
        return self.found[kind.hook].get((sort, value))

    def names(self, kind: Kind, sort: str = "name") -> list[str]:
        return sorted(str(value) for s, value in self.found[kind.hook] if s == sort)


def candidates() -> list[Candidate]:
    """Returns all plugins in order of precedence: third parties in alphabetical order, then the built-ins."""
    from importlib.metadata import entry_points

    found: dict[tuple[str, str, str], Candidate] = {}
    for entry in entry_points(group=GROUP):
        distribution = entry.dist.name if entry.dist else ""
        version = entry.dist.version if entry.dist else ""
        report = PluginReport(name=entry.name, distribution=distribution, version=version)
        found.setdefault((distribution.casefold(), entry.name, entry.value), Candidate(report, entry.load))
    third_parties = [found[order] for order in sorted(found)]
    return third_parties + [_built_in(module) for module in BUILT_INS]


def _built_in(module: str) -> Candidate:
    report = PluginReport(name=module.rpartition(".")[2], distribution="velocity-render", version="", built_in=True)
    return Candidate(report, lambda: importlib.import_module(module))


def load(found_plugins: Sequence[Candidate]) -> Registry:
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    found: dict[str, dict[Claim, Any]] = {kind.hook: {} for kind in KINDS}
    owners: dict[tuple[str, Claim], str] = {}
    reports = []
    added = set()
    providers: dict[int, str] = {}
    for candidate in found_plugins:
        report = candidate.report
        try:
            objects = _objects(manager, candidate.load())
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's code does, the rest goes on
            reports.append(replace(report, error=_reason(error)))
            continue
        conflicts = []
        for kind, thing in objects:
            if not report.built_in:
                providers[id(thing)] = report.distribution or THIS_PROGRAM
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
    return Registry(
        tuple(reports),
        MappingProxyType({hook: MappingProxyType(table) for hook, table in found.items()}),
        frozenset(added),
        MappingProxyType(providers),
    )


def registered(thing: Any) -> Candidate:
    """Returns the candidate of what a program registered itself: a plugin, or an object that a hook would return."""
    name = getattr(thing, "key", None) or getattr(thing, "__name__", None) or type(thing).__name__
    return Candidate(PluginReport(name=str(name), distribution="", version=""), lambda: _as_plugin(thing))


def objects_of(candidate: Candidate) -> list[tuple[Kind, Any]]:
    """Returns the objects that one plugin provides, with the kind of each. It raises what is wrong with them."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return _objects(manager, candidate.load())


class _Bare:
    """A plugin of one object that stands without hooks."""

    def __init__(self, kind: Kind, thing: Any) -> None:
        def provide() -> list[Any]:
            return [thing]

        setattr(self, kind.hook, hookspecs.hookimpl(provide))


def _as_plugin(thing: Any) -> Any:
    alike = [kind for kind in KINDS if any(callable(getattr(thing, method, None)) for method in kind.methods)]
    if not alike or any(hasattr(getattr(thing, name, None), f"{hookspecs.PROJECT}_impl") for name in dir(thing)):
        return thing
    return _Bare(min(alike, key=lambda one: len(one.problems(thing))), thing)


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
