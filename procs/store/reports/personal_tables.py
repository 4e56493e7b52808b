"""Every column that names a person, and what a deletion does with it.

A test walks the schema for columns that can name a person, and finds each of them here.
"""

from dataclasses import dataclass

#: The treatments by a deletion of rows that name a person.
DELETED, ANONYMISED, KEPT = "deleted", "anonymised", "kept"


@dataclass(frozen=True, slots=True)
class PersonalTable:
    """A table that names people. `rows` reads those of a person, for the export ("" where they
    cannot be found by person, or say nothing that another row does not); `delete` removes them.
    `why` is a text of the catalogue, `kept-<why>`, where they are kept."""

    columns: tuple[str, ...]
    end: str
    rows: str = ""
    delete: str = ""
    why: str = ""


JOBS = """
SELECT id, kind, site, state, attempt, payload, error FROM jobs
 WHERE id IN (SELECT job FROM requests WHERE user_id = :person AND job IS NOT NULL)
"""
REQUESTS = """
SELECT id, chat, message, ordinal, url, site, variant, title, state, code, received_at, started_at,
       ended_at, delivered_at
  FROM requests WHERE user_id = :person ORDER BY id
"""
DELIVERIES = """
SELECT d.request, d.part, d.receipt, d.sent_at
  FROM requests r JOIN deliveries d ON d.request = r.id WHERE r.user_id = :person
"""
USERS = "SELECT id, language, name, nick, cap, first_seen, last_seen FROM users WHERE id = :person"
BUTTONS = """
SELECT chat, request, action, data, created_at, pressed_at FROM buttons WHERE person = :person
"""
INLINE = """
SELECT dc, owner, message, access, token FROM inline_messages WHERE person = :person
"""
PREFERENCES = """
SELECT body, changed_at FROM preferences WHERE kind = 'person' AND peer = :person
"""
USAGE = """
SELECT day, day_requests, day_bytes, day_kept, day_saved, requests, bytes, kept, saved
  FROM usage WHERE person = :person
"""
TALLIES = "SELECT kind, since, count FROM tallies WHERE person = :person"
PASSING = "SELECT message, due_at FROM passing_messages WHERE chat = :person"
HEARD = "SELECT message, edited, at FROM heard WHERE chat = :person"
ACTIVE = "SELECT hour, day FROM active_people WHERE person = :person"
SUPPORT = "SELECT opened_at, said_at FROM support_threads WHERE person = :person"
THREAD = "SELECT chat, message, at FROM support_messages WHERE person = :person"
MUTES = "SELECT kind, until FROM alert_mutes WHERE admin = :person"
HOURS = "SELECT start, stop FROM alert_hours WHERE admin = :person"
PAUSES = "SELECT scope, since, why FROM pauses WHERE scope = :scope"
BREAKERS = "SELECT site, failures, until, since FROM breakers WHERE person = :person"
VERDICTS = "SELECT site, media, failed, at FROM verdicts WHERE person = :person"
DEAF = "SELECT since, why FROM deaf WHERE admin = :person"
FOLLOWS = """
SELECT s.url, s.title, f.form, f.state, f.since
  FROM follows f JOIN sources s ON s.id = f.source WHERE f.person = :person
"""
BROADCAST_SENDS = """
SELECT broadcast, state, messages, at FROM broadcast_sends WHERE person = :person
"""
ERASURES = "SELECT asked_at FROM erasures WHERE person = :person"

ADMINS = "SELECT role, since FROM admins WHERE person = :person"
CONVERSATIONS = "SELECT chat, name, step, data, until FROM conversations WHERE admin = :person"
COSTS = "SELECT day, day_cpu, cpu FROM engine_costs WHERE person = :person"
BANS = "SELECT since, until, reason FROM bans WHERE person = :person"
AUDIT = """
SELECT at, action, was, became FROM audit WHERE subject = 'person:' || CAST(:person AS TEXT)
"""

SPONSOR_MEMBERS = "SELECT sponsor, state, until FROM sponsor_members WHERE person = :person"
SPONSOR_VISITS = """
SELECT sponsor, shown_at, pressed_at, joined_at, left_at FROM sponsor_visits
 WHERE person = :person
"""
HELD = "SELECT chat, message, body, at FROM held_messages WHERE person = :person"

MEMBERS = "SELECT chat, role, until FROM members WHERE person = :person"

DELETE_SPONSOR_MEMBERS = "DELETE FROM sponsor_members WHERE person = :person"
DELETE_SPONSOR_VISITS = "DELETE FROM sponsor_visits WHERE person = :person"
DELETE_HELD = "DELETE FROM held_messages WHERE person = :person"
BOT_MEMBERS = "SELECT since FROM bot_members WHERE person = :person"

DELETE_BOT_MEMBER = "DELETE FROM bot_members WHERE person = :person"
DELETE_COSTS = "DELETE FROM engine_costs WHERE person = :person"
DELETE_ADMIN = "DELETE FROM admins WHERE person = :person"
DELETE_CONVERSATIONS = "DELETE FROM conversations WHERE admin = :person"
DELETE_BUTTONS = """
DELETE FROM buttons
 WHERE token IN (SELECT b.token FROM buttons b WHERE b.person = :person LIMIT :most)
"""
DELETE_INLINE = """
DELETE FROM inline_messages
 WHERE id IN (SELECT i.id FROM inline_messages i WHERE i.person = :person LIMIT :most)
"""
DELETE_PREFERENCES = "DELETE FROM preferences WHERE kind = 'person' AND peer = :person"
DELETE_USAGE = "DELETE FROM usage WHERE person = :person"
DELETE_MEMBERS = "DELETE FROM members WHERE person = :person"
DELETE_ACTIVE = "DELETE FROM active_people WHERE person = :person"
DELETE_SUPPORT = "DELETE FROM support_threads WHERE person = :person"
DELETE_THREAD = "DELETE FROM support_messages WHERE person = :person"
DELETE_MUTES = "DELETE FROM alert_mutes WHERE admin = :person"
DELETE_HOURS = "DELETE FROM alert_hours WHERE admin = :person"
DELETE_TALLIES = "DELETE FROM tallies WHERE person = :person"
DELETE_PASSING = "DELETE FROM passing_messages WHERE chat = :person"
DELETE_BREAKERS = "DELETE FROM breakers WHERE person = :person"
DELETE_VERDICTS = "DELETE FROM verdicts WHERE person = :person"
DELETE_FOLLOWS = "DELETE FROM follows WHERE person = :person"
DELETE_DEAF = "DELETE FROM deaf WHERE admin = :person"
DELETE_BROADCAST_SENDS = "DELETE FROM broadcast_sends WHERE person = :person"
#: A cap is a decision of the operator; its row keeps the number and the cap alone.
DELETE_USER = "DELETE FROM users WHERE id = :person AND cap IS NULL"

TABLES: dict[str, PersonalTable] = {
    "users": PersonalTable(("id", "name", "nick"), DELETED, USERS, DELETE_USER),
    "requests": PersonalTable(
        ("user_id", "chat", "chat_access", "status_message"), ANONYMISED, REQUESTS
    ),
    "jobs": PersonalTable(("user_id", "payload", "story", "mark"), ANONYMISED, JOBS),
    "deliveries": PersonalTable(("receipt",), ANONYMISED, DELIVERIES),
    "copies": PersonalTable(("chat", "access", "message"), DELETED),
    "buttons": PersonalTable(("person", "chat"), DELETED, BUTTONS, DELETE_BUTTONS),
    "inline_messages": PersonalTable(
        ("person", "owner", "message", "access"), DELETED, INLINE, DELETE_INLINE
    ),
    "preferences": PersonalTable(("peer",), DELETED, PREFERENCES, DELETE_PREFERENCES),
    "usage": PersonalTable(("person",), DELETED, USAGE, DELETE_USAGE),
    "support_threads": PersonalTable(("person",), DELETED, SUPPORT, DELETE_SUPPORT),
    "support_messages": PersonalTable(
        ("chat", "message", "person"), DELETED, THREAD, DELETE_THREAD
    ),
    "alert_mutes": PersonalTable(("admin",), DELETED, MUTES, DELETE_MUTES),
    "alert_hours": PersonalTable(("admin",), DELETED, HOURS, DELETE_HOURS),
    "active_people": PersonalTable(("person",), DELETED, ACTIVE, DELETE_ACTIVE),
    "members": PersonalTable(("chat", "person"), DELETED, MEMBERS, DELETE_MEMBERS),
    "tallies": PersonalTable(("person",), DELETED, TALLIES, DELETE_TALLIES),
    "passing_messages": PersonalTable(
        ("chat", "message", "access"), DELETED, PASSING, DELETE_PASSING
    ),
    "breakers": PersonalTable(("person",), DELETED, BREAKERS, DELETE_BREAKERS),
    "follows": PersonalTable(("person",), DELETED, FOLLOWS, DELETE_FOLLOWS),
    "verdicts": PersonalTable(("person",), DELETED, VERDICTS, DELETE_VERDICTS),
    "deaf": PersonalTable(("admin",), DELETED, DEAF, DELETE_DEAF),
    "erasures": PersonalTable(("person",), DELETED, ERASURES),
    "heard": PersonalTable(("chat", "message"), KEPT, HEARD, why="repeats"),
    "pauses": PersonalTable(("scope",), KEPT, PAUSES, why="bans"),
    "budget": PersonalTable(("scope",), KEPT, why="pace"),
    "departures": PersonalTable(("scope",), KEPT, why="pace"),
    "waits": PersonalTable(("scope",), KEPT, why="pace"),
    "admins": PersonalTable(("person", "given_by"), DELETED, ADMINS, DELETE_ADMIN),
    "conversations": PersonalTable(
        ("admin", "chat", "message"), DELETED, CONVERSATIONS, DELETE_CONVERSATIONS
    ),
    "engine_costs": PersonalTable(("person",), DELETED, COSTS, DELETE_COSTS),
    "bot_members": PersonalTable(("person", "given_by"), DELETED, BOT_MEMBERS, DELETE_BOT_MEMBER),
    "modes": PersonalTable(("admin",), KEPT, why="audit"),
    "host_lists": PersonalTable(("admin",), KEPT, why="audit"),
    "bans": PersonalTable(("person", "admin"), KEPT, BANS, why="bans"),
    "admin_orders": PersonalTable(("admin", "chat", "access", "mark"), KEPT, why="audit"),
    "admin_menus": PersonalTable(("person", "access"), KEPT, why="audit"),
    "audit": PersonalTable(("admin", "subject", "mark"), KEPT, AUDIT, why="audit"),
    "sponsor_members": PersonalTable(("person",), DELETED, SPONSOR_MEMBERS, DELETE_SPONSOR_MEMBERS),
    "sponsor_visits": PersonalTable(("person",), DELETED, SPONSOR_VISITS, DELETE_SPONSOR_VISITS),
    "held_messages": PersonalTable(
        ("chat", "message", "person", "shown", "body"), DELETED, HELD, DELETE_HELD
    ),
    "sponsor_wishes": PersonalTable(
        ("mark", "admin", "chat", "access", "message", "nick"), KEPT, why="audit"
    ),
    "broadcast_sends": PersonalTable(
        ("person", "messages"), DELETED, BROADCAST_SENDS, DELETE_BROADCAST_SENDS
    ),
    "broadcasts": PersonalTable(
        ("admin", "access", "content", "status_message"), KEPT, why="audit"
    ),
    "notices": PersonalTable(("admin",), KEPT, why="audit"),
}
#: Columns that look as if they named a person, and name something else.
OTHERS = {
    "admin_menus.mark": "a digest of commands",
    "sponsors.chat": "a sponsor's channel",
    "sponsors.access": "what addresses a sponsor's channel",
    "sponsors.nick": "the public name of a sponsor's channel",
    "conversations.name": "what a conversation is about",
    "alerts.subject": "a site, a machine, a version",
    "upload_peers.account": "the bot's own account",
    "upload_peers.peer": "the kind of peer, such as `user`",
    "sessions.mark": "a sign-in of the bot",
}
