"""The pages that show each thing that the engine draws: text in Markdown, and the scenes of their pictures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pages import effects, looks, texts
from pages.looks import Look
from pages.scenes import Scene, Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """``key`` names the picture within its page; ``note`` is how a document or a request asks for it."""

    key: str
    look: Look
    scene: Scene
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """``groups`` of entries, each with a heading and a sentence."""

    name: str
    title: str
    opening: str
    groups: Sequence[tuple[str, str, Sequence[Entry]]]

    @property
    def entries(self) -> Iterator[Entry]:
        for _heading, _text, entries in self.groups:
            yield from entries


def pages() -> tuple[Page, ...]:
    return (_effects(), _styles(), _blends(), _masks(), _fits(), _animators())


def markdown(page: Page, pictures: Mapping[str, str]) -> str:
    """``pictures``: the addresses of the pictures, as seen from the page, by the entries' keys."""
    parts = [f"# {page.title}", page.opening]
    for heading, text, entries in page.groups:
        parts += [f"## {heading}", text, '<div class="shown" markdown>']
        for entry in entries:
            note = f"\n\n{entry.note}" if entry.note else ""
            alt = entry.look.sentence.replace("]", ")").replace("[", "(")
            parts.append(
                f"<div markdown>\n\n### {entry.look.title} {{ #{entry.key} }}\n\n![{alt}]({pictures[entry.key]})"
                f"{{ loading=lazy width=480 height=270 }}\n\n{entry.look.sentence}{note}\n\n</div>"
            )
        parts.append("</div>")
    return "\n\n".join(part for part in parts if part) + "\n"


def _effects() -> Page:
    titles = {Subject.PHOTO: "Picture", Subject.DISC: "Disc", Subject.WORDS: "Words"}
    before = [
        Entry(key=f"before-{kind.value}", look=Look(title, "Without an effect."), scene=effects.before(kind))
        for kind, title in titles.items()
    ]
    groups = [
        (
            heading,
            "",
            [
                Entry(
                    key=key,
                    look=Look(shown.title, shown.sentence),
                    scene=effects.scene_of(key),
                    note=f"`{shown.match_name}`",
                )
                for key, shown in group.items()
            ],
        )
        for heading, group in effects.GROUPS.items()
    ]
    return Page(
        name="effects",
        title="Effects",
        opening="These effects of After Effects are drawn. An effect that is not here is left out of the video, and "
        "`velocity inspect` tells it as a finding with its layer. Plugins can add others. The name in small letters is "
        "the effect's match name in the document.",
        groups=[("Before", "What the effects below are applied to.", before), *groups],
    )


def _styles() -> Page:
    entries = [Entry(key=key, look=look, scene=looks.style(key)) for key, (look, _values) in looks.STYLES.items()]
    return Page(
        name="layer-styles",
        title="Layer styles",
        opening="The layer styles of After Effects, which Bodymovin writes where its setting for them is on.",
        groups=[("Styles", "", entries)],
    )


def _blends() -> Page:
    entries = [
        Entry(key=f"blend-{number}", look=look, scene=looks.blend(number), note=f"`bm: {number}`")
        for number, look in looks.BLENDS.items()
    ]
    return Page(
        name="blend-modes",
        title="Blend modes",
        opening="How a layer is mixed with what is below it: here a disc with a gradient over a picture. All modes "
        "that Lottie knows are drawn.",
        groups=[("Modes", "", entries)],
    )


def _masks() -> Page:
    modes = [
        Entry(key=f"mask-{mode}", look=look, scene=looks.mask_mode(mode), note=f"`mode: {mode}`")
        for mode, look in looks.MASKS.items()
    ]
    edges = [Entry(key=key, look=look, scene=scene) for key, (look, scene) in looks.mask_edges().items()]
    mattes = [
        Entry(key=f"matte-{mode}", look=look, scene=looks.matte(mode), note=f"`tt: {mode}`")
        for mode, look in looks.MATTES.items()
    ]
    return Page(
        name="masks",
        title="Masks and mattes",
        opening="A mask is a path of a layer that cuts it. A matte is another layer that says where a layer is shown.",
        groups=[
            ("Mask modes", "Two masks of one layer, each a quarter clear. The left one adds, the right has the mode.",
             modes),
            ("Edges of masks", "", edges),
            ("Track mattes", "", mattes),
        ],
    )  # fmt: skip


def _fits() -> Page:
    pictures = [
        Entry(key=f"fit-{key}", look=look, scene=looks.fit(key), note=f'`"fit": "{key}"`')
        for key, look in looks.FITS.items()
    ]
    words = [
        Entry(
            key=f"text-{key or 'plain'}",
            look=look,
            scene=looks.text_fit(key),
            note=f'`"fit": "{key}"`' if key else "Velocity tells by a finding that lines have no room.",
        )
        for key, look in looks.TEXT_FITS.items()
    ]
    return Page(
        name="fits",
        title="Fits",
        opening="How a new picture or a new text finds its place in the box of the old one. The red line is the box.",
        groups=[
            ("Pictures and clips", "A tall picture for a wide box. Without `fit` it is `cover`.", pictures),
            ("Texts", "A text that is longer than the designer planned.", words),
        ],
    )


def _animators() -> Page:
    properties = [
        Entry(key=key.replace("_", "-"), look=look, scene=texts.changed(key))
        for key, (look, _changes) in texts.PROPERTIES.items()
    ]
    shapes = [
        Entry(key=f"shape-{number}", look=look, scene=texts.shaped(number)) for number, look in texts.SHAPES.items()
    ]
    bases = [Entry(key=f"based-{number}", look=look, scene=texts.based(number)) for number, look in texts.BASES.items()]
    others = [Entry(key=f"other-{key}", look=look, scene=texts.other(key)) for key, look in texts.OTHERS.items()]
    return Page(
        name="text-animators",
        title="Text animators",
        opening="An animator changes the characters that its selectors select. They work on replaced texts, too: a "
        "range that selects half of the characters selects half of the new ones.",
        groups=[
            ("What they change", "Each under a range that ramps up: nothing at the first character, all at the last.",
             properties),
            ("Shapes of a range", "How the selection rises and falls from its start to its end.", shapes),
            ("What a range counts", "Each selects the first half.", bases),
            ("Other selectors, and paths", "", others),
        ],
    )  # fmt: skip
