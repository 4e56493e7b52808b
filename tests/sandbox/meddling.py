"""A prisoner's tries to change, watch or look at files that are not its own: modes, owners, times,
attributes, and what a path alone tells."""

import ctypes
import fcntl
import os
import struct

from tests.sandbox.attempts import (
    AT_EMPTY_PATH,
    AT_FDCWD,
    FOLDER,
    LIBC,
    LIBRARY,
    NUMBERS,
    SECRET,
    attempt,
    call,
)

MODE = 0o600
NAME, VALUE = b"user.chapar", b"x"
F_SETLEASE, F_NOTIFY, FS_IOC_SETFLAGS, FS_IOC_GETFLAGS = 1024, 1026, 0x40086602, 0x80086601


def opened(path, flags, use):
    descriptor = os.open(path, flags)
    try:
        return use(descriptor)
    finally:
        os.close(descriptor)


def mode(path):
    return os.stat(path).st_mode & 0o7777


@attempt
def mode_by_path():
    os.chmod(SECRET, MODE)


@attempt
def mode_of_the_folder():
    os.chmod(FOLDER, 0o700)


@attempt
def mode_of_what_may_be_read():
    os.chmod(LIBRARY, mode(LIBRARY))


@attempt
def mode_by_folder_and_name():
    opened(FOLDER, os.O_PATH, lambda at: os.chmod(os.path.basename(SECRET), MODE, dir_fd=at))


@attempt
def mode_by_a_readable_descriptor():
    opened(LIBRARY, os.O_RDONLY, lambda file: os.fchmod(file, mode(LIBRARY)))


@attempt
def mode_by_a_name_for_a_descriptor():
    opened(LIBRARY, os.O_PATH, lambda f: os.chmod(f"/proc/self/fd/{f}", mode(LIBRARY)))


@attempt
def mode_by_the_newest_call():
    at = LIBRARY.encode()
    call("fchmodat2", AT_FDCWD, at, mode(LIBRARY), 0)


@attempt
def mode_by_an_empty_path():
    use = lambda file: call("fchmodat2", file, b"", mode(LIBRARY), AT_EMPTY_PATH)  # noqa: E731
    opened(LIBRARY, os.O_PATH, use)


@attempt
def mode_of_the_own_folder():
    os.chmod(".", 0o777)


@attempt
def owner_by_path():
    os.chown(SECRET, os.getuid(), os.getgid())


@attempt
def owner_of_what_may_be_read():
    os.lchown(LIBRARY, -1, -1)


@attempt
def owner_by_a_readable_descriptor():
    opened(LIBRARY, os.O_RDONLY, lambda file: os.fchown(file, -1, -1))


@attempt
def owner_by_an_empty_path():
    use = lambda file: call("fchownat", file, b"", -1, -1, AT_EMPTY_PATH)  # noqa: E731
    opened(LIBRARY, os.O_PATH, use)


@attempt
def times_by_path():
    os.utime(SECRET, (1, 1))


@attempt
def times_of_what_may_be_read():
    found = os.stat(LIBRARY)
    os.utime(LIBRARY, ns=(found.st_atime_ns, found.st_mtime_ns))


@attempt
def times_by_a_readable_descriptor():
    found = os.stat(LIBRARY)
    times = found.st_atime_ns, found.st_mtime_ns
    opened(LIBRARY, os.O_RDONLY, lambda file: os.utime(file, ns=times))


@attempt
def times_by_the_old_call():
    name = "utimes" if "utimes" in NUMBERS else "utimensat"
    words = (SECRET.encode(), None) if name == "utimes" else (AT_FDCWD, SECRET.encode(), None, 0)
    call(name, *words)


@attempt
def an_attribute_by_path():
    os.setxattr(SECRET, NAME, VALUE)


@attempt
def an_attribute_without_following():
    os.setxattr(SECRET, NAME, VALUE, follow_symlinks=False)


@attempt
def an_attribute_by_a_readable_descriptor():
    opened(LIBRARY, os.O_RDONLY, lambda file: os.setxattr(file, NAME, VALUE))
    os.removexattr(LIBRARY, NAME)


@attempt
def an_attribute_by_the_newest_call():
    value = ctypes.create_string_buffer(VALUE)
    words = struct.pack("=QII", ctypes.addressof(value), len(VALUE), 0)
    call("setxattrat", AT_FDCWD, SECRET.encode(), 0, NAME, words, ctypes.c_size_t(len(words)))


@attempt
def taking_an_attribute_away():
    with open(SECRET, "rb") as source:
        os.setxattr(source.fileno(), NAME, VALUE)
    os.removexattr(SECRET, NAME)


@attempt
def reading_attributes():
    os.listxattr(SECRET)


@attempt
def flags_of_a_file():
    def use(file):
        words = bytearray(8)
        fcntl.ioctl(file, FS_IOC_GETFLAGS, words)
        fcntl.ioctl(file, FS_IOC_SETFLAGS, bytes(words))

    opened(LIBRARY, os.O_RDONLY, use)


@attempt
def flags_of_a_file_by_the_newest_call():
    words = ctypes.create_string_buffer(24)
    size = ctypes.c_size_t(len(words))
    call("file_getattr", AT_FDCWD, LIBRARY.encode(), words, size, 0)
    call("file_setattr", AT_FDCWD, LIBRARY.encode(), words, size, 0)


@attempt
def cutting_short():
    os.truncate(SECRET, 0)


@attempt
def watching_a_folder():
    watch = call("inotify_init1", 0)
    try:
        call("inotify_add_watch", watch, FOLDER.encode(), 0x100)
    finally:
        os.close(watch)


@attempt
def watching_what_may_be_read():
    watch = call("inotify_init1", 0)
    try:
        call("inotify_add_watch", watch, LIBRARY.encode(), 0x2)
    finally:
        os.close(watch)


@attempt
def watching_a_file_system():
    os.close(call("fanotify_init", 0x200, 0))


@attempt
def watching_by_a_descriptor():
    folder = os.path.dirname(LIBRARY)
    opened(folder, os.O_RDONLY, lambda at: fcntl.fcntl(at, F_NOTIFY, 0x2))


@attempt
def a_lease_on_what_may_be_read():
    def use(file):
        fcntl.fcntl(file, F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(file, F_SETLEASE, fcntl.F_UNLCK)

    opened(LIBRARY, os.O_RDONLY, use)


@attempt
def a_handle_of_a_file():
    handle, mount = struct.pack("Ii128x", 128, 0), ctypes.c_int()
    words = ctypes.create_string_buffer(handle)
    call("name_to_handle_at", AT_FDCWD, SECRET.encode(), words, ctypes.byref(mount), 0)


@attempt
def a_look_at_a_file():
    os.stat(SECRET)


@attempt
def a_look_by_another_call():
    call("statx", AT_FDCWD, SECRET.encode(), 0, 0x7FF, ctypes.create_string_buffer(256))


@attempt
def a_question_whether_it_is_there():
    if LIBC.access(SECRET.encode(), os.F_OK):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


@attempt
def where_a_link_leads():
    os.readlink(os.path.join(FOLDER, "link"))


@attempt
def a_step_into_the_folder():
    here = os.getcwd()
    os.chdir(FOLDER)
    os.chdir(here)


@attempt
def the_way_up():
    opened("../elsewhere", os.O_PATH, lambda at: None)
