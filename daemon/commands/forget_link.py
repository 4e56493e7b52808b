"""`chapar forget`: deletes what is kept of a link, so that it is fetched again next time."""

from daemon.command_error import Refusal
from daemon.commands.admins import terminal_acts
from procs.store.database import Database
from procs.store.media import references
from procs.wishes.grammar import link


def forget(db: Database, text: str) -> str:
    """Delete the stored media of one link, in every form. Raises Refusal when the text is no
    link."""
    parsed = link.parse(text)
    if len(parsed.links) != 1:
        raise Refusal(f"{text!r} is not one link: write an address such as https://example.org/x")
    key = parsed.links[0].key
    with db.write(full=True):
        variants = references.forget_link(db, key)
        if not variants:
            return f"nothing is kept of {key}"
        terminal_acts.note(db, "link-forget", f"link:{key}", ", ".join(variants), "forgotten")
    return f"forgotten: {key} ({', '.join(variants)}); who asks next gets it fetched anew"
