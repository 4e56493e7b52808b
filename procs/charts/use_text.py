"""The figures of a period as text: the same numbers as the charts."""

from procs.charts.use_charts import MOST
from procs.store.reports.use_report import UseReport
from procs.texts import i18n
from procs.texts.i18n import LocalText


def use(report: UseReport, period: str, language: str) -> LocalText:
    """The use of the bot."""
    sums = report.total.sums
    return i18n.say(
        language,
        "use-text",
        period=i18n.say(language, f"use-period-{period}"),
        received=sums["received"],
        delivered=sums["delivered"],
        kept=percent(report.total.share("kept", "delivered"), language),
        failed=sums["failed"],
        cancelled=sums["cancelled"],
        bytes=i18n.size(language, sums["bytes"]),
        saved=i18n.size(language, sums["saved"]),
        people=report.people,
        new=sums["new"],
    )


def server(report: UseReport, period: str, language: str) -> LocalText:
    """The state of the server."""
    total = report.total
    times = {
        f"{name}_{word}": span(total.seconds(name, share), language)
        for name in ("waited", "took")
        for word, share in (("half", 0.5), ("most", 0.95))
    }
    machine = {
        name: percent(_thousandths(total.share(name, "samples")), language)
        for name in ("load", "memory", "disk")
    }
    return i18n.say(
        language,
        "server-text",
        period=i18n.say(language, f"use-period-{period}"),
        **times,
        **machine,
        classes=ranking(total.failed_by(0, MOST), language),
        sites=ranking(total.failed_by(1, MOST), language),
    )


def ranking(found: list[tuple[str, int]], language: str) -> LocalText:
    """The most frequent failures, one line each."""
    words = [i18n.say(language, "use-ranking", name=name, count=count) for name, count in found]
    return LocalText(i18n.say(language, "use-comma").join(words) or "—")


def span(seconds: float | None, language: str) -> LocalText:
    """A duration, or a dash for none."""
    return LocalText("—") if seconds is None else i18n.span(language, seconds)


def percent(share: float | None, language: str) -> LocalText:
    """A share as percent; it may exceed 100, such as the load of cores."""
    if share is None:
        return LocalText("—")
    sign = "%" if i18n.base(language) == "en" or language == i18n.PERSIAN_LATIN else "٪"
    return LocalText(f"{i18n.number(language, round(share * 100))}{sign}")


def _thousandths(share: float | None) -> float | None:
    return None if share is None else share / 1000
