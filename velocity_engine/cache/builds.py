"""What decides the bytes of a video beside its order: the engine, the libraries below it, plugins, the processor.

Encoders and compiled kernels may choose other instructions on another processor, and instructions may round otherwise.
So what one kind of processor made is of no use to another.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterable
from functools import cache
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from velocity_engine import plugins
from velocity_engine.errors import PluginError
from velocity_engine.model.digests import digest_of
from velocity_engine.model.version import __version__
from velocity_engine.plugin_types import FontFile
from velocity_engine.plugins.loading import THIS_PROGRAM

ENGINE = "velocity_engine"
DISTRIBUTION = "velocity-render"
_NAME = re.compile(r"[A-Za-z0-9._-]+")


@cache
def engine_build() -> str:
    """Returns a name of the engine, all libraries that it needs, and this processor. It changes with any of them."""
    return digest_of(*(f"{name} {value}" for name, value in sorted(_engine_parts().items()))).hex()


def build_parts() -> dict[str, str]:
    """Returns what decides the bytes of a video beside its order, by name: the engine, Python, the libraries, the
    packages of plugins that draw or encode, and the processor. Where two processes have the same parts, the same order
    has the same bytes in both. An executor compares them before it renders elsewhere.

    Raises:
        PluginError: The program has registered a layer type, effect, style, codec or font itself, which no other has.

    Example:
        >>> ve.build_parts()["numpy"]
        '2.4.6'
    """
    return {**_engine_parts(), **_plugin_parts(plugins.all_of_plugins())}


def _engine_parts() -> dict[str, str]:
    import av
    from llvmlite import binding

    libraries = ", ".join(
        f"{name} {'.'.join(map(str, number))}" for name, number in sorted(av.library_versions.items())
    )
    features = digest_of(binding.get_host_cpu_features().flatten()).hex()
    return {
        DISTRIBUTION: f"{__version__} {package_build(ENGINE)}",
        "Python": sys.version.split()[0],
        **dict(_versions()),
        "FFmpeg": f"{av.ffmpeg_version_info}: {libraries}",
        "ICU": _icu_version(),
        "processor": f"{processor()} {features}",
    }


def _icu_version() -> str:
    """Of the dictionaries by which lines of some scripts break; "" where they are not installed."""
    try:
        import icu
    except ImportError:
        return ""
    return f"{icu.ICU_VERSION}"


def _plugin_parts(things: Iterable[object]) -> dict[str, str]:
    found = {}
    for thing in things:
        provider = plugins.provider_of(thing)
        if provider == THIS_PROGRAM:
            what = f"{getattr(thing, 'key', type(thing).__name__)} is registered in this process, and in no other"
            raise PluginError(what, hint="Put it into a package, and install that where segments are rendered")
        if isinstance(thing, FontFile) and provider is not None:
            found[f"{provider} ({thing.key})"] = f"{_version(provider)} {font_build(thing)}"
        elif provider is not None:
            top = type(thing).__module__.partition(".")[0]
            found[f"{provider} ({top})"] = f"{_version(provider)} {package_build(top)}"
    return found


def processor() -> str:
    """Returns the name of this processor, as LLVM calls it."""
    from llvmlite import binding

    name: str = binding.get_host_cpu_name()
    return name


def plugin_build(things: Iterable[object]) -> str | None:
    """Returns a name of the packages that provide some objects of plugins. It changes with any of their files.

    Args:
        things: Layer types, effects, styles, codecs or fonts. Those of the engine itself add nothing.

    Returns:
        The name; None where the program has registered one of them itself, which nobody can tell from a changed one.
    """
    found = set()
    for thing in things:
        provider = plugins.provider_of(thing)
        if provider == THIS_PROGRAM:
            return None
        if isinstance(thing, FontFile) and provider is not None:
            found.add(f"{provider} {thing.key} {font_build(thing)}")
        elif provider is not None:
            top = type(thing).__module__.partition(".")[0]
            found.add(f"{provider} {package_build(top)}")
    return digest_of(*sorted(found)).hex() if found else ""


@cache
def font_build(font: FontFile) -> str:
    """Returns a name of a font of a plugin, by what it holds. Its class is the engine's own, so it says nothing."""
    return digest_of(font.read()).hex()


@cache
def package_build(name: str) -> str:
    """Returns a name of the files of a top-level package or module that is imported, by what they hold."""
    module = sys.modules[name]
    folders = [Path(path) for path in getattr(module, "__path__", ())]
    if not folders:
        file = module.__file__
        return digest_of(Path(file).read_bytes()).hex() if file else ""
    digest = hashlib.blake2b(digest_size=16)
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if "__pycache__" not in path.parts and path.is_file():
                content = path.read_bytes()
                digest.update(f"{path.relative_to(folder).as_posix()} {len(content)}\n".encode())
                digest.update(content)
    return digest.hexdigest()


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _versions() -> Iterable[tuple[str, str]]:
    """Of the libraries that the engine requires, without those of extras."""
    try:
        required = requires(DISTRIBUTION) or ()
    except PackageNotFoundError:
        required = ()
    names = [found[0] for line in required if "extra ==" not in line and (found := _NAME.match(line))]
    for name in (*names, "llvmlite"):
        if found_version := _version(name):  # else one that this system does not need
            yield name.lower(), found_version
