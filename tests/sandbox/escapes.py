"""A prisoner's tries to use parts of the kernel that no download needs."""

import ctypes
import errno
import mmap
import os
import platform
import struct
import threading

from tests.sandbox.attempts import AT_EMPTY_PATH, VICTIM, attempt, call, child, number

CLONE_NEWNS, CLONE_NEWUSER, CLONE_PARENT, SIGCHLD = 0x20000, 0x10000000, 0x8000, 17
OPEN_TREE_CLONE, AT_FDCWD = 1, -100
PR_SET_PTRACER, PR_SET_SECCOMP, PR_SET_DUMPABLE = 0x59616D61, 22, 4
#: More processes than a job may have.
CROWD = 700


def private_mounts():
    """As far as an ordinary user can go by itself."""
    call("unshare", CLONE_NEWUSER | CLONE_NEWNS)


@attempt
def a_mount():
    def work():
        private_mounts()
        call("mount", b"tmpfs", b"/proc", b"tmpfs", 0, None)

    child(work)


@attempt
def a_mount_by_the_newer_calls():
    def work():
        private_mounts()
        os.close(call("fsopen", b"tmpfs", 0))

    child(work)


@attempt
def a_copy_of_a_tree():
    def work():
        private_mounts()
        os.close(call("open_tree", AT_FDCWD, b"/usr", OPEN_TREE_CLONE))

    child(work)


@attempt
def another_root():
    def work():
        private_mounts()
        call("chroot", b"/usr")

    child(work)


@attempt
def the_list_of_mounts():
    words = struct.pack("=IIQQQ", 32, 0, 0xFFFFFFFFFFFFFFFF, 0, 0)
    call("listmount", words, ctypes.create_string_buffer(80), ctypes.c_size_t(10), 0)


@attempt
def a_handle_of_a_process():
    os.close(os.pidfd_open(VICTIM))


@attempt
def memory_of_others():
    own, there = ctypes.create_string_buffer(8), struct.pack("QQ", 0x400000, 8)
    here = struct.pack("QQ", ctypes.addressof(own), 8)
    try:
        call("process_vm_readv", VICTIM, here, 1, there, 1, 0)
    except OSError as error:
        if error.strerror != "Bad address":  # allowed, and nothing there
            raise


@attempt
def comparing_processes():
    call("kcmp", VICTIM, VICTIM, 0, 0, 0)


@attempt
def the_list_of_robust_locks():
    words = ctypes.c_void_p(), ctypes.c_size_t()
    call("get_robust_list", VICTIM, *(ctypes.byref(word) for word in words))


@attempt
def a_key():
    call("add_key", b"user", b"chapar", b"x", ctypes.c_size_t(1), -1)


@attempt
def a_keyring():
    call("keyctl", 0, -3, 1)


@attempt
def faults_in_user_space():
    os.close(call("userfaultfd", 1))


@attempt
def a_program_in_the_kernel():
    os.close(call("bpf", 0, struct.pack("IIII112x", 2, 4, 4, 1), 128))


@attempt
def counting_events():
    words = ctypes.create_string_buffer(struct.pack("IIQQQQQ", 1, 128, 9, 0, 0, 0, 0x61), 128)
    os.close(call("perf_event_open", words, 0, -1, -1, 0))


@attempt
def memory_that_is_secret():
    os.close(call("memfd_secret", 0))


@attempt
def a_program_from_memory():
    def work():
        program = os.memfd_create("program")
        with open("/bin/true", "rb") as source:
            os.write(program, source.read())
        argv = (ctypes.c_char_p * 2)(b"true", None)
        call("execveat", program, b"", argv, (ctypes.c_char_p * 1)(None), AT_EMPTY_PATH)

    child(work)


@attempt
def code_from_the_own_folder():
    with open("code", "wb+") as made:
        made.write(bytes(mmap.PAGESIZE))
        made.flush()
        mmap.mmap(made.fileno(), mmap.PAGESIZE, mmap.MAP_PRIVATE, mmap.PROT_READ | mmap.PROT_EXEC)


@attempt
def another_personality():
    child(lambda: call("personality", 0x0040000))


@attempt
def a_filter_of_its_own():
    def work():
        call("prctl", 38, 1, 0, 0, 0)
        steps = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000))
        program = struct.pack("HxxxxxxQ", 1, ctypes.addressof(steps))
        call("seccomp", 1, 0, program)

    child(work)


@attempt
def a_filter_by_the_old_call():
    def work():
        call("prctl", 38, 1, 0, 0, 0)
        steps = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000))
        call("prctl", PR_SET_SECCOMP, 2, struct.pack("HxxxxxxQ", 1, ctypes.addressof(steps)))

    child(work)


@attempt
def another_fence():
    os.close(call("landlock_create_ruleset", struct.pack("Q", 1), ctypes.c_size_t(8), 0))


@attempt
def being_readable_again():
    child(lambda: call("prctl", PR_SET_DUMPABLE, 1, 0, 0, 0))


@attempt
def adopting_orphans():
    child(lambda: call("prctl", 36, 1, 0, 0, 0))


@attempt
def a_sibling():
    """Its parent is then the nursery."""
    if call("clone", CLONE_PARENT | SIGCHLD, None, None, None, None) == 0:
        os._exit(0)


@attempt
def threads_on_other_terms():
    child(lambda: call("sched_setscheduler", 0, 3, struct.pack("i", 0)))


@attempt
def a_processor_of_its_own():
    child(lambda: call("sched_setaffinity", 0, ctypes.c_size_t(8), struct.pack("Q", 1)))


@attempt
def writing_the_whole_machine_out():
    call("sync")


@attempt
def another_user():
    child(lambda: call("setresuid", os.getuid(), os.getuid(), os.getuid()))


@attempt
def no_groups():
    child(lambda: call("setgid", os.getgid()))


@attempt
def larger_limits():
    child(lambda: call("prlimit64", os.getppid(), 7, None, bytes(16)))


@attempt
def a_queue_of_events():
    words = ctypes.c_ulong(0)
    call("io_setup", 1, ctypes.byref(words))
    call("io_destroy", words)


@attempt
def a_crowd():
    """More processes than one job may have; all of them end with the one that made them."""

    def work():
        over, _ = ends = os.pipe()
        for _ in range(CROWD):
            if os.fork() == 0:
                os.close(ends[1])
                os.read(over, 1)
                os._exit(0)

    child(work)


@attempt
def a_crowd_of_threads():
    def work():
        threading.stack_size(1 << 17)
        over = threading.Event()
        for _ in range(CROWD):
            threading.Thread(target=over.wait, daemon=True).start()

    child(lambda: counted(work))


def counted(work):
    try:
        work()
    except RuntimeError as error:  # Python's word for it
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN)) from error


if platform.machine() == "x86_64":
    #: mov eax, 20 (getpid of 32-bit machines); int 0x80; ret
    OLD = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"

    @attempt
    def a_call_of_another_machine():
        def work():
            code = mmap.mmap(-1, mmap.PAGESIZE, prot=7)
            code.write(OLD)
            where = ctypes.addressof(ctypes.c_char.from_buffer(code))
            if ctypes.CFUNCTYPE(ctypes.c_int)(where)() < 0:
                raise OSError(38, os.strerror(38))

        child(work)

    @attempt
    def a_call_of_the_third_kind():
        child(lambda: number(0x40000000 + 39))


@attempt
def a_call_of_tomorrow():
    number(999)
