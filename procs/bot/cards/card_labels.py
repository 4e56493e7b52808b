"""The buttons of a card as the pages make them, and what stands on those of its forms. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from procs.core import codec
from procs.store.media.cards import Card
from procs.texts import i18n
from procs.wishes import picks
from procs.wishes.look_text import BEST, CUT, READY
from procs.wishes.variant import WORDLESS

#: What the buttons of a card do: fetch a form, show another page or set something, say why a form
#: cannot be had, end the card.
CHOOSE, TURN, REFUSED, DROP = "card-choose", "card-turn", "card-refused", "card-drop"

#: What a look found, as a request or a card keeps it.
Told = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CardButton:
    """What stands on a button, and what its token will mean."""

    label: str
    action: str
    data: Mapping[str, Any] = field(default_factory=dict)

    @property
    def meaning(self) -> str:
        """The same for the same meaning, whatever stands on it."""
        return f"{self.action}:{codec.dump(dict(self.data))}"


def form_label(card: Card, told: Told, one: Mapping[str, Any], language: str) -> str:
    """`⚡ 720p · 93 MB ✂️×2`, for what would come with the options that are set."""
    size, parts = weight(card, told, one), 1 if is_cut(card, told) else one["parts"]
    name = form_name(language, one["variant"])
    mark = f"{READY} " if is_ready(card, told, one["variant"]) else ""
    told_size = f" · {i18n.size(language, size)}" if size else ""
    cut = f" {CUT.format(i18n.number(language, parts))}" if parts > 1 else ""
    return f"{mark}{name}{told_size}{cut}"


def weight(card: Card, told: Told, one: Mapping[str, Any]) -> int:
    """Bytes of a form with the part that is set on the card; 0 where nobody knows."""
    size = int(one["size"] or 0)
    if not size or not is_cut(card, told):
        return size
    start, _, end = card.options.part.partition("-")
    share = (min(int(end), told["duration"]) - int(start)) / told["duration"]
    return int(size * max(0.0, min(1.0, share)))


def is_over(card: Card, told: Told, one: Mapping[str, Any]) -> bool:
    """Whether a form, with what is set on the card, is larger than its group takes."""
    return bool(card.largest and weight(card, told, one) > card.largest)


def is_cut(card: Card, told: Told) -> bool:
    """Whether a part was set of a media whose length is known."""
    return bool(card.options.part and told["duration"])


def form_name(language: str, form: str) -> str:
    """A form as people read it."""
    main, _, pick = form.partition("#")
    if main.endswith(WORDLESS):
        return i18n.say(
            language, "form-wordless", form=form_name(language, main.removesuffix(WORDLESS))
        )
    name = i18n.say(language, "look-best") if main == BEST else i18n.isolated(language, main)
    return i18n.say(language, "form-picked", form=name, count=picks.count(pick)) if pick else name


def is_ready(card: Card, told: Told, form: str) -> bool:
    """Whether what a button would bring is kept already."""
    options = card.options
    changed = options.part or options.inside or options.sound or options.document or options.anew
    return not changed and form in told["ready"]
