"""The plugin manager with real distributions: folders with a module and its metadata, as pip leaves them."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from velocity_engine import plugins
from velocity_engine.errors import PluginError
from velocity_engine.plugins.checks import EFFECT, LAYER

Install = Callable[..., None]

LAYER_MODULE = """
    from velocity_engine.hookspecs import hookimpl

    class Clock:
        key = {key!r}
        lottie_types = {types}

        def prepare(self, layer, context):
            raise NotImplementedError

    @hookimpl
    def velocity_layers():
        return [Clock()]
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_plugins: None) -> Install:
    """``install("my-dist", source, entry="clock")`` puts a distribution with one plugin module on the path."""
    monkeypatch.syspath_prepend(tmp_path)

    def put(distribution: str, source: str, *, entry: str = "clock", value: str | None = None) -> None:
        module = distribution.replace("-", "_") + "_plugin"
        (tmp_path / f"{module}.py").write_text(textwrap.dedent(source))
        info = tmp_path / f"{distribution.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.2\n")
        (info / "entry_points.txt").write_text(f"[velocity]\n{entry} = {value or module}\n")
        monkeypatch.delitem(sys.modules, module, raising=False)

    return put


def report_of(distribution: str) -> plugins.PluginReport:
    return next(report for report in plugins.installed() if report.distribution == distribution)


def test_a_module_is_loaded_and_reported(install: Install) -> None:
    install("acme-clock", LAYER_MODULE.format(key="clock", types=(77,)))
    found = plugins.plugin_layer("clock")
    assert found is not None and plugins.layer_type(77) is found
    report = report_of("acme-clock")
    assert (report.name, report.version, report.error) == ("clock", "1.2", None)
    assert report.provides == ("layer type clock",)


@pytest.mark.parametrize("made", ["Plugin", "plugin"])
def test_a_class_and_an_instance_are_plugins_too(install: Install, made: str) -> None:
    source = textwrap.dedent(LAYER_MODULE.format(key="clock", types=())).split("@hookimpl")[0] + textwrap.dedent("""
        class Plugin:
            @hookimpl
            def velocity_layers(self):
                return [Clock()]

        plugin = Plugin()
    """)
    install("acme-clock", source, value=f"acme_clock_plugin:{made}")
    assert plugins.plugin_layer("clock") is not None


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("import no_such_module_at_all", "No module named"),
        ("raise SystemExit(3)", "SystemExit"),
        ("x = 1", "it implements no hook"),
        (LAYER_MODULE.replace("velocity_layers", "velocity_layer"), "did you mean velocity_layers?"),
        (LAYER_MODULE.replace("velocity_layers()", "velocity_layers(surplus)"), "surplus"),
        (LAYER_MODULE.replace("return [Clock()]", "return Clock()"), "must give a list"),
        (LAYER_MODULE.replace("return [Clock()]", "return [Clock]"), "the class Clock"),
        (LAYER_MODULE.replace("return [Clock()]", "return 1 / 0"), "ZeroDivisionError"),
        (LAYER_MODULE.replace("lottie_types", "types"), "lottie_types is missing"),
        (LAYER_MODULE.replace("{types}", "'all'"), "a tuple of whole numbers"),
        (LAYER_MODULE.replace("prepare(self, layer, context)", "prepare(self)"), "must take 2 arguments"),
        (LAYER_MODULE + "\n    velocity_hook_version = 9", "version 9 of the hooks"),
    ],
)
def test_a_broken_plugin_is_reported_and_the_rest_works(
    install: Install, monkeypatch: pytest.MonkeyPatch, source: str, reason: str
) -> None:
    install("broken", source.replace("{key!r}", "'bad'").replace("{types}", "()"), entry="bad")
    install("sound", LAYER_MODULE.format(key="clock", types=()))
    assert reason in (report_of("broken").error or "")
    assert plugins.plugin_layer("bad") is None
    assert plugins.plugin_layer("clock") is not None
    with pytest.raises(PluginError, match="bad is broken"):
        plugins.require_sound()
    plugins.reset()
    monkeypatch.setenv(plugins.STRICT_VARIABLE, "1")
    with pytest.raises(PluginError, match="bad is broken"):
        plugins.plugin_layer("clock")


def test_a_missing_object_names_the_skipped_plugin(install: Install) -> None:
    install("broken", "import no_such_module_at_all", entry="dirac")
    with pytest.raises(PluginError, match=r"no codec for the name 'dirac'.*skipped: dirac \(ModuleNotFoundError"):
        plugins.codec("dirac")


def test_the_winner_of_a_conflict_is_the_first_in_the_alphabet(install: Install) -> None:
    install("zeta", LAYER_MODULE.format(key="clock", types=(77,)))
    install("alpha", LAYER_MODULE.format(key="clock", types=(78,)))
    winner = plugins.plugin_layer("clock")
    assert type(winner).__module__ == "alpha_plugin"
    assert type(plugins.layer_type(77)).__module__ == "zeta_plugin"
    assert report_of("alpha").conflicts == ()
    assert report_of("zeta").conflicts == ("layer type name clock is taken by alpha",)


def test_a_third_party_replaces_a_built_in(install: Install) -> None:
    install("my-shapes", LAYER_MODULE.format(key="shape", types=(4,)))
    assert type(plugins.layer_type(4)).__module__ == "my_shapes_plugin"


def test_a_plugin_that_looks_up_others_while_it_loads_is_broken(install: Install) -> None:
    install("eager", "from velocity_engine import plugins\nplugins.codecs()", entry="eager")
    assert "looked up others" in (report_of("eager").error or "")


def test_many_threads_load_once(install: Install) -> None:
    install("acme-clock", LAYER_MODULE.format(key="clock", types=()))
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: plugins.plugin_layer("clock"), range(32)))
    assert len(found) == 1 and None not in found


def test_the_engine_itself_comes_as_plugins() -> None:
    reports = {report.name: report for report in plugins.installed() if report.built_in}
    assert {report.name: report.error for report in reports.values() if report.error} == {}
    assert {0, 1, 2, 3, 4, 5} <= {number for number in range(10) if plugins.layer_type(number)}
    assert {"h264", "h265", "av1"} <= set(plugins.codecs())
    assert "file" in plugins.storage("file").schemes
    assert plugins.executor("local").key == "local"


def test_the_engines_own_layer_types_are_no_plugin_layers() -> None:
    assert plugins.plugin_layer("shape") is None


def test_an_effect_is_found_by_match_name_before_number(install: Install) -> None:
    source = """
        from velocity_engine.hookspecs import hookimpl

        class Glitch:
            def __init__(self, key, match_names, lottie_types):
                self.key, self.match_names, self.lottie_types = key, match_names, lottie_types
            def evaluate(self, effect, sampler, matrix):
                return None
            def apply(self, pixels, call, origin):
                return pixels

        @hookimpl
        def velocity_effects():
            return [Glitch("one", ("ACME One",), (501,)), Glitch("two", ("ACME Two",), (502,))]
    """
    install("acme-effects", source)
    one, two = plugins.effect("one"), plugins.effect("two")
    assert plugins.effect_for("ACME Two", 501) is two
    assert plugins.effect_for("unheard of", 501) is one
    assert plugins.effect_for("unheard of", 599) is None
    with pytest.raises(PluginError, match="Did you mean two"):
        plugins.effect("twoo")


def test_claims_and_problems_of_a_kind() -> None:
    class Thing:
        key = "x"
        match_names = ("A", "B")
        lottie_types = (1,)

    assert set(EFFECT.claims(Thing())) == {("name", "x"), ("match name", "A"), ("match name", "B"), ("Lottie type", 1)}
    assert LAYER.problems(Thing()) == ["the method prepare is missing"]


KINDS_OF_BUILT_INS: list[tuple[str, Callable[[], Any], dict[str, Any], Callable[[], Any]]] = [
    (
        "layer type",
        lambda: plugins.layer_type(1),
        {"key": "mine", "lottie_types": ()},
        lambda: plugins.plugin_layer("mine"),
    ),
    (
        "effect",
        lambda: plugins.effect("tint"),
        {"key": "mine", "match_names": ("ACME Mine",), "lottie_types": ()},
        lambda: plugins.effect_for("ACME Mine", 0),
    ),
    (
        "layer style",
        lambda: plugins.style_type(1),
        {"key": "mine", "lottie_types": (77,), "order": 9},
        lambda: plugins.style_type(77),
    ),
    ("codec", lambda: plugins.codec("h264"), {"key": "mine", "number": None}, lambda: plugins.codecs().get("mine")),
    ("storage", lambda: plugins.storage("file"), {"schemes": ("mine",)}, lambda: plugins.storage("mine")),
    ("executor", lambda: plugins.executor("local"), {"key": "mine"}, lambda: plugins.executor("mine")),
]


@pytest.mark.parametrize(("noun", "built_in", "names", "find"), KINDS_OF_BUILT_INS, ids=lambda value: str(value)[:11])
def test_one_of_each_kind_can_be_registered_without_a_package(
    fresh_plugins: None,
    noun: str,
    built_in: Callable[[], Any],
    names: dict[str, Any],
    find: Callable[[], Any],
) -> None:
    known = built_in()
    mine: Any = object.__new__(type("Mine", (type(known),), names))
    plugins.register(mine)
    try:
        assert find() is mine and plugins.provider_of(mine) == "this program"
        (report,) = (report for report in plugins.installed() if not (report.built_in or report.distribution))
        assert report.provides == (f"{noun} mine",)
        plugins.register(mine)
        assert len([one for one in plugins.installed() if not (one.built_in or one.distribution)]) == 1
    finally:
        plugins.unregister(mine)
    with suppress(PluginError):
        assert find() is not mine


def test_what_follows_no_protocol_cannot_be_registered(fresh_plugins: None) -> None:
    class Half:
        key = "half"

        def prepare(self, layer: Any) -> None:
            raise NotImplementedError

    with pytest.raises(
        PluginError, match=r"Half cannot be registered: layer type half .*lottie_types is missing.*2 arg"
    ):
        plugins.register(Half())
    with pytest.raises(PluginError, match="int cannot be registered: it implements no hook"):
        plugins.register(3)
    assert plugins.plugin_layer("half") is None


def test_what_is_registered_wins_over_what_is_installed(install: Install) -> None:
    install("acme-clock", LAYER_MODULE.format(key="clock", types=(77,)))
    mine = type("Mine", (type(plugins.plugin_layer("clock")),), {})()
    plugins.register(mine)
    try:
        assert plugins.plugin_layer("clock") is mine
    finally:
        plugins.unregister(mine)
    assert plugins.plugin_layer("clock") is not mine


class Farm:
    """An executor that is reached at an address."""

    key = "farm"

    def __init__(self, host: str = "") -> None:
        self.host = host

    def at(self, address: str) -> Any:
        if address == "farm://odd":
            return object()
        if address == "farm://broken":
            raise KeyError("host")
        if not address.endswith(":8786"):
            raise PluginError(f"{address} has no port")
        return Farm(address.removeprefix("farm://"))

    def run(self, order: Any, segments: Any, watch: Any) -> list[Any]:
        return []


def test_an_executor_is_given_the_address_that_it_is_named_with(register: Callable[[Any], None]) -> None:
    register(Farm())
    found: Any = plugins.executor("farm://one.example:8786")
    assert (found.key, found.host) == ("farm", "one.example:8786")
    plain: Any = plugins.executor("farm")
    assert plain.host == ""


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("farm://one", r"^farm://one has no port$"),
        ("farm://odd", r"'farm' failed while it was given an address: TypeError: at returned what is no executor: key"),
        ("farm://broken", r"'farm' failed while it was given an address: KeyError: 'host'"),
        ("local://here", r"'local' is not reached at an address: local://here\. Name it alone: local"),
        ("fram://one:8786", r"there is no executor for the name 'fram'\. Did you mean farm\?"),
    ],
)
def test_an_address_that_is_wrong_is_told(register: Callable[[Any], None], name: str, sentence: str) -> None:
    register(Farm())
    with pytest.raises(PluginError, match=sentence):
        plugins.executor(name)


def test_an_address_is_taken_by_a_method_of_one_argument(register: Callable[[Any], None]) -> None:
    class Deaf(Farm):
        at: Any = None

    with pytest.raises(PluginError, match="at is None: it must be a method that takes an address"):
        register(Deaf())
