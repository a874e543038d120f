/* Preloaded by the benchmark: counts the flushes of a process (into the file FLUSHES, a byte each, when it is named)
   and makes each as slow as a cheap disk's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static long flushes;

static void count(void) {
    static int file = -1;
    const char *name = getenv("FLUSHES");
    __sync_fetch_and_add(&flushes, 1);
    if (name && file < 0) file = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (file >= 0 && write(file, ".", 1) < 0) abort();
}

static void wait_for_the_disk(void) {
    const char *milliseconds = getenv("SLOW_FSYNC_MS");
    count();
    if (milliseconds && atol(milliseconds) > 0) {
        struct timespec pause = {0, atol(milliseconds) * 1000000L};
        nanosleep(&pause, NULL);
    }
}

int fsync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    wait_for_the_disk();
    return real(fd);
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    wait_for_the_disk();
    return real(fd);
}

long flushes_so_far(void) { return flushes; }
