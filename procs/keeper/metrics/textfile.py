"""The textfile for node_exporter's collector (github.com/prometheus/node_exporter, "Textfile
Collector"): written under another name and renamed, so that a half one is never read."""

from pathlib import Path

from procs.config import Settings
from procs.core import log
from procs.keeper.metrics import exposition
from procs.store.database import Database

#: The mode of the file: node_exporter is another user.
READABLE = 0o644
TEXTFILE_NAME = "chapar.prom"


class MetricTextfile:
    """Written by the keeper into the folder of CHAPAR_METRICS_TEXTFILE."""

    def __init__(
        self,
        db: Database,
        settings: Settings,
        standing: exposition.Standing = exposition.none_stand,
    ) -> None:
        self.db = db
        self.settings = settings
        self.standing = standing
        self.failed = False

    def write(self) -> None:
        """Write the samples of this moment; nothing without a folder. A folder that cannot be
        written is logged once."""
        folder = self.settings.metrics_textfile
        if folder is None:
            return
        try:
            text = exposition.scrape(self.db, self.settings, self.standing)
            put(folder / TEXTFILE_NAME, text)
        except OSError as error:
            if not self.failed:
                fix = "let this user write there, or change CHAPAR_METRICS_TEXTFILE"
                log.error("metrics.textfile-not-written", folder=folder, error=error, fix=fix)
            self.failed = True
        else:
            self.failed = False


def put(path: Path, text: str) -> None:
    """Replace the file whole, readable for the collector. Raises OSError."""
    # node_exporter reads what ends in .prom alone.
    fresh = path.with_suffix(".prom.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.chmod(READABLE)
    fresh.replace(path)
