"""Cuts out chapters, and the parts that sponsors paid for."""

from typing import Any

from yt_dlp.postprocessor.ffmpeg import FFmpegMetadataPP
from yt_dlp.postprocessor.modify_chapters import ModifyChaptersPP
from yt_dlp.postprocessor.sponsorblock import SponsorBlockPP
from yt_dlp.utils import PostProcessingError

from procs.engine.protocol.messages import Order
from procs.wishes.variant import parse

#: What is left out: paid parts, advertising for oneself, and calls to subscribe
#: (wiki.sponsor.ajay.app/w/Types).
CATEGORIES = ("sponsor", "selfpromo", "interaction")


ClipDone = tuple[list[str], dict[str, Any]]


class SponsorsPP(SponsorBlockPP):
    """Asks the service which parts were paid for. One that does not answer costs the cuts, not the
    film."""

    def run(self, info: dict[str, Any]) -> ClipDone:
        if not info.get("duration"):
            return [], info
        try:
            done: ClipDone = super().run(info)
            return done
        except PostProcessingError as error:
            self.report_warning(f"no cuts: {error}")
            return [], info


class CutsPP(ModifyChaptersPP):
    """Cuts by the site's word for the duration, which the marks were made for too: yt-dlp asks
    ffprobe, which not every machine has. The file is looked at after all of it anyway."""

    def run(self, info: dict[str, Any]) -> ClipDone:
        self.lasts = info.get("duration")
        done: ClipDone = super().run(info)
        return done

    def _get_real_video_duration(self, filename: str, fatal: bool = True) -> float | None:
        return self.lasts


def add(ydl: Any, order: Order) -> None:
    """Have yt-dlp leave out what the wish says, where the site has such marks, and keep the
    chapters in the file."""
    wish = parse(order.variant)
    if wish.clean:
        service = SponsorsPP(ydl, categories=CATEGORIES, api=order.sponsors)
        ydl.add_post_processor(service, when="after_filter")
        ydl.add_post_processor(CutsPP(ydl, remove_sponsor_segments=CATEGORIES))
    if not (wish.words_alone or wish.sound):
        marks = FFmpegMetadataPP(ydl, add_metadata=False, add_chapters=True, add_infojson=False)
        ydl.add_post_processor(marks)
