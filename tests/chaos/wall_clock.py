"""The wall clock of the product alone: a library that its processes load adds what a file says.

The machine's own clock belongs to everybody, so it is not set. What `clock_gettime(2)` answers for
the wall clock is moved in the processes of the stack, by libc's own names, whatever asks for it.
"""

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile double *ahead;
static int (*asked)(clockid_t, struct timespec *);

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("TEST_WALL_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    asked = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    if (file < 0) return;
    void *found = mmap(0, sizeof(double), PROT_READ, MAP_SHARED, file, 0);
    if (found != MAP_FAILED) ahead = found;
    close(file);
}

int clock_gettime(clockid_t id, struct timespec *at) {
    if (!asked) asked = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = asked(id, at);
    if (!failed && ahead && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE))
        at->tv_sec += (time_t)llround(*ahead);
    return failed;
}

int gettimeofday(struct timeval *at, void *zone) {
    struct timespec now;
    int failed = clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return failed;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
"""
DOUBLE = struct.Struct("d")


class WallClock:
    """`environment` is for the processes; None where there is no compiler."""

    def __init__(self, folder: Path) -> None:
        self.library, self.file = folder / "wall_clock.so", folder / "wall_clock"
        self.file.write_bytes(DOUBLE.pack(0.0))
        with self.file.open("r+b") as file:
            self.memory = mmap.mmap(file.fileno(), DOUBLE.size)

    @property
    def environment(self) -> dict[str, str]:
        if not self.library.exists():
            return {}
        return {"LD_PRELOAD": str(self.library), "TEST_WALL_CLOCK": str(self.file)}

    def build(self) -> bool:
        """Compile the library. Whether there is one now."""
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            return False
        source = self.library.with_suffix(".c")
        source.write_text(SOURCE)
        words = (compiler, "-shared", "-fPIC", "-O2", "-o", str(self.library), str(source))
        return subprocess.run([*words, "-ldl", "-lm"], check=False).returncode == 0

    def jump(self, seconds: float) -> None:
        """From now on the clock shows so many seconds more than before."""
        (ahead,) = DOUBLE.unpack(self.memory[:])
        self.memory[:] = DOUBLE.pack(ahead + seconds)
