"""Messages on their way out of the system, in their order, until each channel took them."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from procs.config import Settings
from procs.core import log
from procs.core.clock import Now
from procs.keeper.outside import certificates, outside_channels
from procs.keeper.outside.bounded_call import BoundedCall
from procs.keeper.outside.outside_channels import UNDELIVERED
from procs.keeper.outside.outside_message import MOST_WAITING, OutsideMessage

#: Seconds until a channel that failed is tried again, and between two looks at certificates.
CHANNEL_REST, CERTIFICATE_LOOK = 30.0, 6 * 3600.0
WEBHOOK, MAIL = "webhook", "mail"


class ChannelQueue:
    """The channels that the operator named."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        sends: dict[str, Callable[[OutsideMessage], None]] = {}
        proxy = settings.upstream_proxy
        if settings.alert_webhook:
            sends[WEBHOOK] = partial(outside_channels.post, settings.alert_webhook, proxy=proxy)
        if settings.alert_mail:
            sends[MAIL] = partial(outside_channels.mail, settings.alert_mail)
        self.sends = sends
        self.calls = {channel: BoundedCall[None]() for channel in sends}
        self.looks = BoundedCall[tuple[float | None, str]]()
        #: The boot instant until which a channel that failed rests.
        self.resting: dict[str, float] = {}
        self.due: tuple[float | None, str] = (None, "")
        self.next_certificates = 0.0

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of the channels."""
        return tuple(self.sends)

    def send(self, messages: list[OutsideMessage], now: Now) -> bool:
        """Send what waits; each channel gets messages in their order. Returns whether something of
        it changed."""
        before = [list(one.left) for one in messages]
        for channel in {name for one in messages for name in one.left}:
            if channel not in self.sends:  # the operator took it out
                for one in messages:
                    one.left = [name for name in one.left if name != channel]
            elif self.resting.get(channel, 0.0) <= now.boot:
                self.send_all(channel, messages, now)
        changed = before != [one.left for one in messages]
        messages[:] = [one for one in messages if one.left][-MOST_WAITING:]
        return changed

    def send_all(self, channel: str, messages: list[OutsideMessage], now: Now) -> None:
        """Send all that a channel has not taken yet, in order, up to the first failure, after which
        it rests. A message that it refuses while it takes the next one will never be taken, and is
        given up: it would hold up all that come later."""
        refused: OutsideMessage | None = None
        for one in [one for one in messages if channel in one.left]:
            try:
                self.calls[channel].run(partial(self.sends[channel], one))
            except UNDELIVERED as error:
                self.resting[channel] = now.boot + CHANNEL_REST
                why = f"{type(error).__name__}: {error}"
                log.warning("alert.unsent", channel=channel, message=one.id, error=why)
                if refused or not outside_channels.is_refusal(error):
                    return
                refused = one
                continue
            one.left.remove(channel)
            log.info("alert.sent", channel=channel, message=one.id, alerts=len(one.alerts))
            if refused:
                refused.left.remove(channel)
                log.error("alert.given-up", channel=channel, message=refused.id)
                refused = None

    def gauges(self, now: Now) -> dict[str, tuple[float | None, str]]:
        """How many days nearer than two weeks the end of a certificate is."""
        if now.boot >= self.next_certificates:
            self.next_certificates = now.boot + CERTIFICATE_LOOK
            look = partial(certificates.due, self.addresses(), now=now)
            try:
                self.due = self.looks.run(look)
            except TimeoutError as error:
                log.warning("certificate.unread", error=error)
        return {"certificate_due": self.due}

    def addresses(self) -> list[tuple[str, int]]:
        """The servers that we speak TLS with in the operator's name."""
        urls = (self.settings.alert_webhook, self.settings.heartbeat_url, self.settings.alert_mail)
        parts = [urlsplit(url) for url in urls if url]
        ports = {"https": 443, "smtps": 465}
        return [
            (one.hostname, one.port or ports[one.scheme])
            for one in parts
            if one.hostname and one.scheme in ports
        ]
