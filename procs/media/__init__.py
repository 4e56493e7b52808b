"""Makes downloaded files fit for Telegram: repacked, named, with a thumbnail.

`prepare` is all that others need, and `will_stream` for files still coming. Whatever opens a file
with a decoder runs in the engine's jailed children (`file_tools`), so that it dies with its job.
"""

from procs.media.file_tools import FileTools
from procs.media.media_programs import MediaPrograms
from procs.media.mp4_boxes import will_stream
from procs.media.preparation import prepare

__all__ = ["FileTools", "MediaPrograms", "prepare", "will_stream"]
