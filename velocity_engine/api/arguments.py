"""What callers of the public functions give, checked: errors name the argument."""

from __future__ import annotations

import os
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from velocity_engine import plugins
from velocity_engine.captions.writing import SIDECARS
from velocity_engine.encoder_config import EncoderConfig, bad_setting
from velocity_engine.errors import CaptionsError, FrameRangeError, Place, wrong_type
from velocity_engine.given.arguments import named_file
from velocity_engine.order import POSTER_FORMATS, Poster, RenderOrder
from velocity_engine.plugins.output_shape import output_size
from velocity_engine.plugins.outputs import may_be_the_same
from velocity_engine.storage.delivery import check_target
from velocity_engine.template import OPENED, Template

if TYPE_CHECKING:
    from velocity_engine.cache.render_cache import RenderCache
    from velocity_engine.plugin_types import Executor


def check_template(template: object) -> None:
    if not isinstance(template, Template):
        raise wrong_type("template", template, OPENED)


def check_named(name: str, file: object) -> None:
    if not isinstance(file, str | os.PathLike):
        raise wrong_type(name, file, "An order names files: give a path or a URL")


def checked_encoder(encoder: object) -> EncoderConfig:
    if encoder is None:
        return EncoderConfig()
    if not isinstance(encoder, EncoderConfig):
        raise wrong_type("encoder", encoder, 'Give an EncoderConfig, such as EncoderConfig(bitrate="5M")')
    return encoder


def checked_poster(template: Template, poster: object, order: RenderOrder) -> Poster | None:
    if poster is None:
        return None
    if isinstance(poster, str | os.PathLike):
        poster = Poster(os.fspath(poster))
    if not isinstance(poster, Poster):
        raise wrong_type("poster", poster, 'Give a path, a URL, or a Poster such as Poster("promo.jpg", frame=75)')
    if not poster.format:
        message = f"no poster is written to {poster.output}"
        raise bad_setting("poster", message, f"Its name must end with {' or '.join(POSTER_FORMATS)}")
    if may_be_the_same(poster.output, order.output):
        raise bad_setting("poster", "the poster and the video have the same name", "Give the poster another one")
    if fault := poster.fault(*output_size(template.document, order.encoder)):
        raise bad_setting("poster", fault, "Choose .png or .jpg")
    if poster.frame is not None and order.duration is None:
        try:
            template.require_frame(poster.frame)
        except FrameRangeError as error:
            raise FrameRangeError(error.message, place=Place(field="poster"), hint=error.hint) from None
    check_target(poster.output, "poster")
    return poster


def checked_sidecar(sidecar: object, order: RenderOrder) -> str | None:
    """Returns where the captions of an order go as a file."""
    if sidecar is None:
        return None
    target = named_file("sidecar", sidecar, "Give a path or a URL")
    if order.captions is None:
        what = "there are no captions for the sidecar file"
        raise CaptionsError(what, place=Place(field="sidecar"), hint="Give captions, too")
    if PurePath(target).suffix.lower() not in SIDECARS:
        what, right = f"no captions are written to {target}", f"Its name must end with {' or '.join(SIDECARS)}"
        raise CaptionsError(what, place=Place(field="sidecar"), hint=right)
    others = [order.output] + ([] if order.poster is None else [order.poster.output])
    if any(may_be_the_same(target, other) for other in others):
        what = "the sidecar and another file of the render have the same name"
        raise CaptionsError(what, place=Place(field="sidecar"), hint="Give the sidecar another one")
    check_target(target, "sidecar")
    return target


def checked_executor(executor: Any) -> Executor | None:
    if executor is None:
        return None
    chosen: Executor = plugins.executor(executor) if isinstance(executor, str) else executor
    if isinstance(executor, type) or not callable(getattr(chosen, "run", None)):
        raise wrong_type("executor", executor, "Give the name of an executor, or an object with a method run")
    return chosen


def checked_cache(cache: Any) -> RenderCache | None:
    from velocity_engine.cache.render_cache import RenderCache

    if cache is None or isinstance(cache, RenderCache):
        return cache
    if not isinstance(cache, str | os.PathLike):
        raise wrong_type("cache", cache, "Give a RenderCache, or the folder or the URL of one")
    return RenderCache(cache)
