"""Why a request failed, in words for the person who asked. Pure."""

from contextlib import suppress

from procs.core import codec
from procs.errors import NoSuchVariant, Unknown
from procs.texts import i18n
from procs.texts.i18n import LocalText

#: Letters of a fact that a site told.
LETTERS = 200


def reason(language: str, say: str, *, site: str, found: str = "") -> LocalText:
    """The sentence of a failure. `found` is what the request keeps of the facts, as JSON. The row
    may be of another version: what it does not say, or we do not know, leaves a plainer one."""
    key = say if say and i18n.knows(say) else Unknown.say
    with suppress(KeyError, ValueError):
        return i18n.say(language, key, site=site, **sentence_facts(language, found))
    return i18n.say(language, NoSuchVariant.say)


def sentence_facts(language: str, found: str) -> dict[str, object]:
    """The facts of a failure, as they stand in a sentence."""
    facts = codec.load(found) if found else {}
    shown: dict[str, object] = {}
    for name, fact in facts.items() if facts.get("kind") == "failure" else ():
        if name == "length":
            shown[name] = i18n.clock(language, float(fact))
        elif name in ("size", "most"):
            shown[name] = i18n.size(language, int(fact))
        elif name == "count":
            shown[name] = i18n.number(language, int(fact))
        elif name != "kind":
            shown[name] = i18n.isolated(language, i18n.digits(language, str(fact)[:LETTERS]))
    return shown
