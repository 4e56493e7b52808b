"""Makes downloaded files fit for Telegram: repacked, named, with a thumbnail.

`prepare` is all that others need, and `will_stream` for files still coming. Every program runs
through the engine's `run`, so that it dies with its job.
"""

from procs.media.mp4_boxes import will_stream
from procs.media.preparation import prepare

__all__ = ["prepare", "will_stream"]
