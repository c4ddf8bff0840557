"""Every sentence that the engine and the service can send, as the sources have it, stands in ``sentences.txt``, and is
one for the person who sent the request. ``{}`` stands for what only a run knows.

Whoever adds or changes a sentence renews the file in the same commit, so that who reviews it reads the sentence:

    PYTHONPATH=tests python tests/web/test_every_sentence.py
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from web.support_sentences import FAILURES, faults
from web.support_source import BLANK, Source, thrown

from velocity_engine import errors

ROOT = Path(__file__).resolve().parent.parent.parent
STORED = Path(__file__).with_name("sentences.txt")
ENGINE = ("velocity_engine", *(f"plugins/{path.parent.name}/src" for path in sorted((ROOT / "plugins").glob("*/src"))))
FOR_PROGRAMMERS = (
    *("cache/", "cli/", "forecasting/", "given/", "kernels/", "stills/", "testing/", "proofs/", "profiling/"),
    *("api/manifests.py", "plugins/checks.py", "model/digests.py", "composite/compositor.py"),
)
"""What these say is for who writes plugins, embeds the engine or types commands, in the words of Python."""

KINDS = [name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Exception)]
NETWORK = ("ForbiddenAddress", "NotFetched", "NotFetchedNow")
PLAIN = ("Malformed", "PathOperationError", "_OutOfTime", "TypeError", "ValueError", "RuntimeError", "LookupError")
SERVICE: dict[str, Sequence[int | str]] = {
    **dict.fromkeys((*FAILURES, "send"), ("*",)),
    **dict.fromkeys(
        (
            *(
                "TaskLost",
                "NoSpace",
                "Busy",
                "Unavailable",
                "NotJson",
                "ForbiddenAddress",
                "Unanswered",
                "RenderFailed",
            ),
            *("NotFetched", "NotTaken", "StorageError", "TemporaryStorageError"),
        ),
        (0,),
    ),
    "problem_body": (1, 2),
    "fail": (2,),
    "_fail": (1, 2),
    "condemn": (1,),
    "lose": (1,),
    "_failed": (1,),
    "failed": (1,),
    "BatchRowResult": ("reason",),
}
"""By who tells them: which of the arguments are sentences."""

NAMED = (
    "RenderOrder.to_json",  # an order is made in Python only
    "VELOCITY_PRIVATE_HOSTS",  # who sets it reads it
    "velocity_engine.hookimpl",  # told to who writes plugins
    "H.264",
    "H.265",
    "AV1",
    "AVI",
    "JSON",
    "ProRes",
    "Unsupported audio codec",  # the contract's
    "Insufficient VM budget mid-render",  # the contract's
)
PYTHON = re.compile(r"\w_\w|\w+(?:Error|Exception)\b|\b(?:None|True|False|NoneType|dict|tuple|str|int|float)\b|\w\(\)")
NO_SENTENCES = re.compile(
    r"ADBE |CC |module 'velocity_engine'|str \| os|layer picture|out of memory|.* of chars"  # names
    r"|Duration \| float|float \| None|no address$"  # types, and what cannot happen
    r"|the clip|the box for missing|of an unknown codec|an object|an array of |a huge number"  # shown as values are
    r"|it is skipped"
    r"|not a zip|central directory|extra field|file header|File name in directory"  # what zipfile says
    r"|\[|\r\n\|"  # patterns
    r"|a text$|a number$|a whole number$|true or false$|an array$|the earlier customizationMap"  # kinds and places
    r"|the layer plugin $|the plugin's own file$"  # who and what
    r"|ScriptType: |Dialogue: 0,|Format: Name|Underline, |Style: Default"  # lines of caption files
    r"|animated PNG$|sound has no frames$"  # a codec's title, and what cannot happen
    r"|more than $"  # what of an effect is not drawn
    r"|, held|, closed|motion blur of | frames at | a second"  # of what an object is called in Python
)
NOT_OF_REQUESTS = (
    *("frame_differences.py", "picture.py", "manager.py", "loading.py", "velocity_qrcode/layer.py"),
    *("builtin/fonts/__init__.py", "velocity_fonts_noto/fonts.py", "velocity_fonts_emoji/font.py"),
    *("encode/bit_strings.py", "encode/h264_headers.py"),
    *(f"velocity_charts/{name}.py" for name in ("bars", "countdown", "lines", "look")),
)
"""What else these say is of plugins that are installed, of data schemas, names of fonts, and of x264's own streams."""


@functools.cache
def sections() -> dict[str, list[str]]:
    """The sentences under the headings of the file."""
    files = sources(*ENGINE)
    engine: dict[str, Sequence[int | str]] = {
        **dict.fromkeys((*KINDS, *NETWORK, *PLAIN), (0, "message")),
        "Finding": (1, "message"),
        "DataFault": (1,),
        "OSError": (1,),
    }
    lookups: dict[str, Sequence[int | str]] = {"Kind": ("what",), "MediaAsset": ("missing",)}
    hints: dict[str, Sequence[int | str]] = {
        **dict.fromkeys(KINDS, ("hint",)),
        "Kind": (3,),
        "error": (2,),
        "DataFault": (2,),
    }
    scripts = [path.read_text() for path in (ROOT / "velocity_engine/evaluate/expressions").glob("*.js")]
    return {
        "What the engine says is wrong": sorted(Source(files, engine | lookups).sentences()),
        "What the engine says would be right": sorted(Source(files, hints).sentences()),
        "What the engine does instead": sorted(Source(files, {"Finding": (3, "instead")}).sentences()),
        "What the engine says to expressions": sorted({text for script in scripts for text in thrown(script)}),
        "What the service says": sorted(Source(sources("velocity_web"), SERVICE, ("errors",)).sentences()),
    }


def sources(*folders: str) -> dict[str, str]:
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    found = {str(path.relative_to(ROOT)): path.read_text() for path in paths}
    return {file: text for file, text in found.items() if not any(part in file for part in FOR_PROGRAMMERS)}


def snapshot() -> str:
    return "\n".join(f"# {heading}\n\n" + "\n".join(texts) + "\n" for heading, texts in sections().items())


def test_the_file_has_every_sentence() -> None:
    stored = STORED.read_text().splitlines()
    here = snapshot().splitlines()
    new = sorted(set(here) - set(stored))
    gone = sorted(set(stored) - set(here))
    assert here == stored, (
        f"new: {new}; gone: {gone}. Read them, and run PYTHONPATH=tests python tests/web/test_every_sentence.py"
    )


def test_each_is_for_people() -> None:
    wrong = [(text, found) for texts in sections().values() for text in texts if (found := faults_in(text))]
    assert not wrong, wrong


def faults_in(text: str) -> list[str]:
    plain = text
    for name in NAMED:
        plain = plain.replace(name, "x")
    found = faults(plain.replace(BLANK, "X"))
    if PYTHON.search(plain):
        found.append(f"says {PYTHON.findall(plain)}")
    if plain.endswith(".") and not plain.endswith("..."):
        found.append("ends with a full stop")
    if "  " in plain:
        found.append("lacks a word")
    return found


@pytest.mark.parametrize(
    ("heading", "form"),
    [
        ("What the engine says is wrong", r"[a-z{(\"0-9]|4:2:0"),
        ("What the engine says would be right", r"[A-Z{]|data: URIs|4:2:0|\(\{\} more|\. Plugins"),
        ("What the engine does instead", r"[a-z{]"),
        ("What the engine says to expressions", r"[a-z{]"),
    ],
)
def test_each_begins_as_the_others_do(heading: str, form: str) -> None:
    """So that they stand after a colon, in brackets or after a full stop."""
    texts = sections()[heading]
    for name in NAMED:
        if "right" not in heading:
            texts = ["x" + text.removeprefix(name) if text.startswith(name) else text for text in texts]
    assert len(texts) > 5
    assert not [text for text in texts if not re.match(form, text)]


def test_no_sentence_of_the_engine_is_overlooked() -> None:
    """Each text of two words or more is part of a sentence of the file, or known to be something else."""
    engine = {
        **dict.fromkeys((*KINDS, *NETWORK, *PLAIN), (0, "message", "hint")),
        "Finding": (1, 3, "message", "instead"),
    }
    more = {"OSError": (1,), "Kind": ("what", 3), "MediaAsset": ("missing",), "DataFault": (1, 2)}
    more |= {"require": (3,), "named_file": (2,), "number": (2,), "given_number": (2,), "wrong_type": (2,)}
    files = {file: text for file, text in sources(*ENGINE).items() if not file.endswith(NOT_OF_REQUESTS)}
    source = Source(files, engine | more)
    source.sentences()
    assert not [found for found in source.unreached() if not NO_SENTENCES.match(found[2])]


def test_what_is_wrong_with_a_sentence_is_found() -> None:
    for text in ("KeyError: 'x'", "it is a dict", "the max_size is 3", "it ends.", "file file", "no such NoneType"):
        assert faults_in(text), text
    assert not faults_in("the width is {}: it must be from 1 to {} pixels")


if __name__ == "__main__":
    STORED.write_text(snapshot())
