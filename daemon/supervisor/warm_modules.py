"""What our processes load while they run: it is loaded before they are forked, once for all.

Each of them would load it at its start, or at its first job, and hold it for itself: the texts of
both languages alone are 7 MiB and 70 ms of CPU in the bot and in each worker.
"""

import importlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from procs.telegram import raw_classes
from procs.texts import catalogues, i18n

#: Modules that the processes, or libraries of theirs, import in functions.
LOADED_LATER = (
    *("uvloop", "encodings.ascii", "encodings.idna", "encodings.utf_8_sig", "encodings.utf_16_le"),
    *("babel.dates", "babel.lists", "babel.messages.pofile", "babel.numbers", "babel.units"),
)
#: Telegram's functions and types that every sign-in needs, and those of most messages.
FUNCTIONS = """
req_pq_multi req_dh_params set_client_dh_params invoke_with_layer init_connection
invoke_with_takeout get_future_salts ping_delay_disconnect help.get_config
auth.import_bot_authorization messages.send_message messages.send_media messages.edit_message
messages.delete_messages messages.set_bot_callback_answer upload.save_file_part
upload.save_big_file_part
"""
TYPES = """
res_pq pq_inner_data server_dh_params_ok server_dh_inner_data client_dh_inner_data dh_gen_ok
new_session_created msg_detailed_info msg_new_detailed_info pong config dc_option
auth.authorization user peer_user peer_channel peer_color peer_color_collectible channel
chat_invite chat_photo user_profile_photo user_status_online user_status_offline
user_status_recently user_status_last_week user_status_last_month emoji_status
emoji_status_collectible photo photo_size document document_attribute_filename
document_attribute_video message message_service message_reply_header message_media_document
message_media_photo input_peer_user input_document input_reply_to_message update_message_id
update_short_sent_message reply_inline_markup keyboard_inline_button keyboard_inline_button_row
inline_button_type_callback bot_command
"""


def load() -> None:
    """Load it all. Raises ImportError for what must be there; a class that another version of
    Telegram's schema has not is left out."""
    i18n.preload()
    for name in LOADED_LATER:
        importlib.import_module(name)
    for name in classes():
        with suppress(ImportError):
            importlib.import_module(name)


def classes() -> Iterator[str]:
    """The modules of Telegram's classes, by their names."""
    for kind, names in (("functions", FUNCTIONS), ("types", TYPES)):
        for name in names.split():
            yield f"{raw_classes.RAW}.{kind}.{name}"


def files() -> Iterator[str]:
    """The files that are in memory by now besides those of modules."""
    return map(str, Path(catalogues.LOCALE).glob("*.po"))
