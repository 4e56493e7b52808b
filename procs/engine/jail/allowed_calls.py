"""The system calls that downloads need, by name; every other one is refused.

Learned by running what a job runs (yt-dlp, gallery-dl, ffmpeg, ffprobe, deno, node, curl's
handshakes) under a filter that only took notes; beside each noted one stands what another libc,
another Python or another machine calls in its place. What is missing is missing on purpose:

- what changes a file's mode, owner, times or attributes. Landlock does not judge that, and a path
  cannot be judged by its address: so nobody changes any, not even its own;
- what watches files (inotify, fanotify, dnotify, leases);
- other processes of the same user: their limits, priority, memory, queues shared with them;
- ways out of the process group, by which a job is killed;
- servers: a job's only connections are those that it opens itself;
- namespaces, mounts, keys, io_uring, bpf and the rest of the kernel that is large and seldom used.
"""

#: Files: Landlock judges what is opened, made, moved and removed.
FILES = """
read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek close close_range
open openat creat access faccessat faccessat2 stat lstat fstat newfstatat statx statfs fstatfs
getdents getdents64 getcwd chdir fchdir readlink readlinkat mkdir mkdirat rmdir unlink unlinkat
rename renameat renameat2 ftruncate fallocate fadvise64 fsync fdatasync sync_file_range sendfile
copy_file_range splice tee vmsplice readahead flock umask dup dup2 dup3 pipe pipe2 cachestat
"""
#: Memory and threads.
MEMORY = """
mmap munmap mprotect mremap madvise brk msync mincore mlock munlock pkey_alloc pkey_free
pkey_mprotect map_shadow_stack futex futex_waitv futex_wake futex_wait futex_requeue membarrier rseq
set_robust_list set_tid_address arch_prctl get_mempolicy mseal
"""
#: Processes: those that are started from here, and what each asks about itself.
PROCESSES = """
fork vfork execve exit exit_group wait4 waitid getpid getppid gettid getpgid getpgrp getsid getuid
geteuid getgid getegid getresuid getresgid getgroups capget getrlimit setrlimit getrusage
getpriority sysinfo uname times sched_yield sched_getaffinity sched_getparam sched_getscheduler
sched_getattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval getcpu
restart_syscall getrandom
"""
#: Signals to oneself; those to others are in SIGNALS.
HANDLERS = """
rt_sigaction rt_sigprocmask rt_sigreturn rt_sigsuspend rt_sigpending rt_sigtimedwait sigaltstack
signalfd signalfd4 pause alarm setitimer getitimer
"""
#: Time and waiting.
WAITING = """
clock_gettime clock_getres clock_nanosleep nanosleep gettimeofday time poll ppoll select pselect6
epoll_create epoll_create1 epoll_ctl epoll_wait epoll_pwait epoll_pwait2 eventfd eventfd2
timerfd_create timerfd_settime timerfd_gettime timer_create timer_settime timer_gettime timer_delete
timer_getoverrun
"""
#: Connections; which, `syscall_numbers` judges.
NETWORK = """
connect recvfrom recvmsg recvmmsg shutdown getsockname getpeername getsockopt setsockopt
"""
#: Where Landlock keeps signals within a job (since Linux 6.12).
SIGNALS = "kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo"
#: Judged by their arguments.
JUDGED = "socket socketpair sendto sendmsg sendmmsg clone prlimit64 fcntl ioctl prctl"
#: Refused as if the kernel did not know them, and not counted: programs try them, and have another
#: way. The flags of clone3 are in memory, which no filter sees.
UNHEARD = "clone3"

ALWAYS = frozenset(" ".join((FILES, MEMORY, PROCESSES, HANDLERS, WAITING, NETWORK)).split())
