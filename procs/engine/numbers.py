"""System calls by name and number, and those that no download needs (x86-64's unistd_64.h, and the
generic list that aarch64 follows).

What is refused falls into three: ways to other processes of the same user, which Landlock does not
judge (their limits, their priority, memory shared with them); ways out of the process group, by
which a job is killed; and parts of the kernel that are large and seldom used, so that an attacker
has less to try.
"""

#: Names with their numbers on x86-64 and on aarch64.
OTHERS = """
ptrace 101 117, process_vm_readv 310 270, process_vm_writev 311 271, process_madvise 440 440,
process_mrelease 448 448, pidfd_getfd 438 438, kcmp 312 272, move_pages 279 239,
migrate_pages 256 238, setpriority 141 140, ioprio_set 251 30, sched_setparam 142 118,
sched_setscheduler 144 119, sched_setattr 314 274, sched_setaffinity 203 122,
shmget 29 194, shmctl 31 195, shmat 30 196, shmdt 67 197, semget 64 190, semctl 66 191,
semtimedop 220 192, semop 65 193, msgget 68 186, msgctl 71 187, msgrcv 70 188, msgsnd 69 189,
mq_open 240 180, mq_unlink 241 181
"""
GROUP = "setsid 112 157, setpgid 109 154"
KERNEL = """
unshare 272 97, setns 308 268, mount 165 40, umount2 166 39, pivot_root 155 41, chroot 161 51,
open_tree 428 428, move_mount 429 429, fsopen 430 430, fsconfig 431 431, fsmount 432 432,
fspick 433 433, mount_setattr 442 442, bpf 321 280, perf_event_open 298 241, userfaultfd 323 282,
add_key 248 217, request_key 249 218, keyctl 250 219, syslog 103 116, fanotify_init 300 262,
name_to_handle_at 303 264, open_by_handle_at 304 265, memfd_create 319 279, memfd_secret 447 447,
io_uring_setup 425 425, io_uring_enter 426 426, io_uring_register 427 427
"""
#: Nobody is to call on a job: its only connections are those that it opens itself. (Landlock judges
#: bind, but not the listen that binds by itself.)
SERVERS = "bind 49 200, listen 50 201, accept 43 202, accept4 288 242"
#: Refused where Landlock does not keep signals within a job (before Linux 6.12).
SIGNALS = """
kill 62 129, tkill 200 130, tgkill 234 131, rt_sigqueueinfo 129 138, rt_tgsigqueueinfo 297 240,
pidfd_send_signal 424 424
"""
#: Judged by their arguments.
JUDGED = """
socket 41 198, socketpair 53 199, sendto 44 206, sendmsg 46 211, sendmmsg 307 269, clone 56 220,
clone3 435 435, prlimit64 302 261, fcntl 72 25, ioctl 16 29
"""

Numbers = dict[str, int]


def read(text: str, column: int) -> Numbers:
    """The numbers of one machine, by name."""
    rows = (row.split() for row in text.replace("\n", " ").split(","))
    return {row[0]: int(row[1 + column]) for row in rows}
