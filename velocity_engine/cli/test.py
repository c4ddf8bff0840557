"""``velocity test``"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from velocity_engine.cli import options, report, values

if TYPE_CHECKING:
    from collections.abc import Sequence

    from velocity_engine.proofs.goldens import Difference
    from velocity_engine.proofs.proof import Proof
    from velocity_engine.template import Template

GOLDENS, DIFFERENCES = ".goldens", ".differences"


def test(
    template: options.TemplatePath,
    frames: Annotated[
        list[float] | None,
        typer.Option(
            "--frame", metavar="N", help="A frame to look at; by default one at which each layer is seen. Repeatable."
        ),
    ] = None,
    layers: Annotated[
        list[str] | None,
        typer.Option("--layer", metavar="LAYER", help="A text or picture to try out; by default all. Repeatable."),
    ] = None,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="FILE.png", help="Draw all stills into one picture as well.")
    ] = None,
    goldens: Annotated[
        Path | None,
        typer.Option("--goldens", metavar="DIR", help="The folder of the goldens; by default beside the template."),
    ] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the goldens in place of comparing.")] = False,
    size: options.Size = None,
    animation: options.Animation = None,
    font_folder: options.FontFolder = None,
    system_fonts: options.SystemFonts = False,
    as_json: options.Json = False,
    quiet: options.Quiet = False,
    plugin_strict: options.PluginStrict = False,
    debug: options.Debug = False,
) -> None:
    """Try a template out with long, short, missing and unusual values, and compare the stills with kept ones."""
    import velocity_engine
    from velocity_engine.proofs.cases import cases_of
    from velocity_engine.proofs.goldens import INDEX, compare, read_goldens, write_goldens
    from velocity_engine.proofs.proof import draw_proofs, proof_size

    if sheet is not None:
        _check_sheet(sheet)
    folder = goldens or _beside(template, GOLDENS)
    kept = read_goldens(folder) if (folder / INDEX).exists() and not update else None
    with velocity_engine.open_template(template, animation=animation) as opened:
        cases = cases_of(opened, layers or (kept.layers if kept else ()), frames or ())
        if kept is not None and not frames:
            cases = kept.at_their_frames(cases)
        pixels = size or (kept.size if kept else proof_size(opened))
        proofs = list(draw_proofs(opened, cases, pixels))
        if sheet is not None:
            _draw_sheet(sheet, opened, proofs)
    if not as_json and not quiet:
        _print_proofs(proofs)
        typer.echo(f"{len(proofs)} stills of {len(cases)} cases" + (f" are kept in {folder}" if update else ""))
    if update:
        write_goldens(folder, proofs, pixels, layers or ())
    kept = kept or read_goldens(folder)
    differences = compare(kept, proofs, complete=not (layers or frames))
    pictures = _write_pictures(folder.with_name(folder.name + DIFFERENCES), differences)
    if as_json:
        report.print_json(_object(folder, proofs, differences, pictures))
    else:
        _print_differences(differences, pictures, kept.version)
    if differences:
        raise typer.Exit(report.FAILURE)


def _check_sheet(sheet: Path) -> None:
    values.output_file(str(sheet), "--sheet")
    if sheet.suffix.lower() != ".png":
        raise typer.BadParameter(f"{sheet} must end in .png", param_hint="--sheet")


def _beside(template: str, ending: str) -> Path:
    """``promo.goldens`` beside ``promo.zip`` or the folder ``promo``."""
    if values.is_url(template):
        raise typer.BadParameter(f"nothing can be kept beside {template}. Name a folder", param_hint="--goldens")
    path = Path(os.path.abspath(template))
    return path.with_name((path.name if path.is_dir() else path.stem) + ending)


def _draw_sheet(sheet: Path, template: Template, proofs: Sequence[Proof]) -> None:
    from velocity_engine.proofs.sheet import contact_sheet

    title = f"{template.name}  ·  {template.width}x{template.height}  ·  {len(proofs)} stills"
    contact_sheet(title, proofs).save(sheet, "PNG")


def _write_pictures(folder: Path, differences: Sequence[Difference]) -> list[str]:
    """Writes what differs, and deletes what an earlier run wrote. Returns the path of each picture, or ""."""
    from PIL import Image

    from velocity_engine.proofs.goldens import file_name

    if folder.is_dir():
        for old in folder.glob("*.png"):
            old.unlink()
    names: set[str] = set()
    paths: list[str] = []
    for one in differences:
        path = ""
        if one.picture is not None:
            folder.mkdir(exist_ok=True)
            path = str(folder / file_name(one.case, one.frame, names))
            Image.fromarray(one.picture).save(path, "PNG")
        paths.append(path)
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    return paths


def _print_proofs(proofs: Sequence[Proof]) -> None:
    """The findings of each still. What the template has as it was designed is said once, with that."""
    from velocity_engine.proofs.goldens import sentence_of

    designed = {finding for proof in proofs if not proof.case.layer for finding in proof.findings}
    for proof in proofs:
        own = [finding for finding in proof.findings if not proof.case.layer or finding not in designed]
        failed = [f"it cannot be drawn: {proof.error}"] if proof.error else []
        if told := [*failed, *(f"remark: {one}" for one in proof.remarks), *map(sentence_of, own)]:
            typer.echo("\n  ".join((f"{proof.name}:", *told)))


def _print_differences(differences: Sequence[Difference], pictures: Sequence[str], version: str) -> None:
    import velocity_engine

    if not differences:
        return
    stills = len({(one.case, one.frame) for one in differences})
    typer.echo(f"{stills} still{'s differ' if stills > 1 else ' differs'} from the goldens:", err=True)
    for one, picture in zip(differences, pictures, strict=True):
        typer.echo(f"  {one.case}, frame {one.frame:g}: {one.reason}", err=True)
        if picture:
            typer.echo(f"    {picture}", err=True)
    if version != velocity_engine.__version__:
        told = f"The goldens are of velocity {version}, this is {velocity_engine.__version__}"
        typer.echo(told, err=True)
    typer.echo("Where the new stills are right, --update keeps them", err=True)


def _object(
    folder: Path, proofs: Sequence[Proof], differences: Sequence[Difference], pictures: Sequence[str]
) -> dict[str, Any]:
    return {
        "goldens": str(folder),
        "stills": [
            {
                "case": proof.case.name,
                "layer": proof.case.layer,
                "kind": proof.case.kind,
                "frame": proof.frame,
                "error": proof.error,
                "remarks": list(proof.remarks),
                "findings": [report.finding_object(finding) for finding in proof.findings],
            }
            for proof in proofs
        ],
        "differences": [
            {"case": one.case, "frame": one.frame, "reason": one.reason, "picture": picture}
            for one, picture in zip(differences, pictures, strict=True)
        ],
    }
