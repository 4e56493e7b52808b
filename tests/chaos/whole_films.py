"""Whether all parts of a film came, by what others got of it and by what the site has.

The product's own record is no witness: a part that it neither planned nor sent is missing nowhere
in it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import av

from tests.chaos.media_bytes import Came
from tests.sandbox.site import files

#: Seconds by which the parts of a film last longer or shorter than it: a frame at each cut.
SLACK = 0.5


def not_whole(found: Sequence[Came]) -> list[str]:
    """Who got another number of parts than most of those who got the same film in that form, or
    parts that last shorter or longer than the film."""
    by_film: dict[tuple[str, str], list[Came]] = defaultdict(list)
    for one in found:
        by_film[one.film].append(one)
    odd = [name for same in by_film.values() for name in of_other_number(same)]
    return odd + [one.name for one in found if one.name not in odd and not lasts(one)]


def of_other_number(same: Sequence[Came]) -> Iterable[str]:
    """Who got another number of parts than most."""
    ((usual, _),) = Counter(len(one.media) for one in same).most_common(1)
    return [one.name for one in same if len(one.media) != usual]


def lasts(one: Came) -> bool:
    """Whether parts last as long as the film; also where the site has no such file, or Telegram was
    told no duration."""
    whole = duration(urlsplit(one.link).path)
    told = [m.media.get("duration") for m in one.media if m.media and m.kind == "video"]
    if not whole or len(told) < len(one.media) or None in told:
        return True
    return abs(sum(told) - whole) <= SLACK


@cache
def duration(path: str) -> float:
    """Seconds of a file of the site's; 0 for a page."""
    file = Path(files.folder() / path.lstrip("/"))
    if not file.is_file():
        return 0.0
    with av.open(str(file)) as film:
        return (film.duration or 0) / av.time_base
