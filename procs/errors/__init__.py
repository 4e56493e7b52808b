"""Every class of failure that Chapar knows.

Others import every class from here, and the modules `remedies` and `alert_kinds`. A class answers
these questions: does another attempt help (`retry`), what does the user read (`say`, a key of the
catalogue), how soon (`least`), and what does it mean (its docstring). Exactly one place, the
worker's `settlement`, turns these into a failed or a retried job. Which of them count against a
site stands beside its breaker, what the sysadmin can do about one in `remedies`.
"""

from procs.errors.base import ChaparError as ChaparError
from procs.errors.base import JobError as JobError
from procs.errors.engine_errors import Cancelled as Cancelled
from procs.errors.engine_errors import DiskFull as DiskFull
from procs.errors.engine_errors import DiskTooSmall as DiskTooSmall
from procs.errors.engine_errors import EngineDied as EngineDied
from procs.errors.engine_errors import NotEncoded as NotEncoded
from procs.errors.engine_errors import NotNow as NotNow
from procs.errors.engine_errors import ProcessingFailed as ProcessingFailed
from procs.errors.engine_errors import Quarantined as Quarantined
from procs.errors.engine_errors import TimedOut as TimedOut
from procs.errors.engine_errors import TooLarge as TooLarge
from procs.errors.engine_errors import TooLong as TooLong
from procs.errors.engine_errors import Unknown as Unknown
from procs.errors.form_errors import ClipBeyond as ClipBeyond
from procs.errors.form_errors import NoEntry as NoEntry
from procs.errors.form_errors import NoSound as NoSound
from procs.errors.form_errors import NoSubtitles as NoSubtitles
from procs.errors.form_errors import NoSuchVariant as NoSuchVariant
from procs.errors.form_errors import OtherSubtitles as OtherSubtitles
from procs.errors.site_errors import BotCheck as BotCheck
from procs.errors.site_errors import BrokenOff as BrokenOff
from procs.errors.site_errors import ConsentNeeded as ConsentNeeded
from procs.errors.site_errors import CutShort as CutShort
from procs.errors.site_errors import Drm as Drm
from procs.errors.site_errors import Empty as Empty
from procs.errors.site_errors import ExtractorBroken as ExtractorBroken
from procs.errors.site_errors import Forbidden as Forbidden
from procs.errors.site_errors import GeoBlocked as GeoBlocked
from procs.errors.site_errors import Gone as Gone
from procs.errors.site_errors import HostBlocked as HostBlocked
from procs.errors.site_errors import LeftAlone as LeftAlone
from procs.errors.site_errors import LiveNow as LiveNow
from procs.errors.site_errors import LoginNeeded as LoginNeeded
from procs.errors.site_errors import NetworkBroken as NetworkBroken
from procs.errors.site_errors import NoSuchFile as NoSuchFile
from procs.errors.site_errors import NotReady as NotReady
from procs.errors.site_errors import PartMissing as PartMissing
from procs.errors.site_errors import ProxyBroken as ProxyBroken
from procs.errors.site_errors import RedirectLoop as RedirectLoop
from procs.errors.site_errors import Refused as Refused
from procs.errors.site_errors import SiteBroken as SiteBroken
from procs.errors.site_errors import SiteBusy as SiteBusy
from procs.errors.site_errors import SiteFiltered as SiteFiltered
from procs.errors.site_errors import TlsBroken as TlsBroken
from procs.errors.site_errors import TokenMissing as TokenMissing
from procs.errors.site_errors import Unsupported as Unsupported
from procs.errors.store_errors import LeaseLost as LeaseLost
from procs.errors.store_errors import NewerDatabase as NewerDatabase
from procs.errors.store_errors import StoreAway as StoreAway
from procs.errors.store_errors import StoreError as StoreError
from procs.errors.store_errors import StoreFull as StoreFull
from procs.errors.store_errors import StoreUnready as StoreUnready
from procs.errors.store_errors import UnreadableText as UnreadableText
from procs.errors.telegram_errors import ChatClosed as ChatClosed
from procs.errors.telegram_errors import Crowded as Crowded
from procs.errors.telegram_errors import GroupLeft as GroupLeft
from procs.errors.telegram_errors import GroupMediaForbidden as GroupMediaForbidden
from procs.errors.telegram_errors import GroupMuted as GroupMuted
from procs.errors.telegram_errors import GroupTooLarge as GroupTooLarge
from procs.errors.telegram_errors import ReferenceStale as ReferenceStale
from procs.errors.telegram_errors import SessionRevoked as SessionRevoked
from procs.errors.telegram_errors import TelegramAway as TelegramAway
from procs.errors.telegram_errors import TelegramRefused as TelegramRefused
from procs.errors.telegram_errors import TelegramWait as TelegramWait
from procs.errors.telegram_errors import TopicClosed as TopicClosed
from procs.errors.telegram_errors import UploadRefused as UploadRefused
