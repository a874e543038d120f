/* Preloaded by the benchmark: counts the flushes of a process and makes each as slow as a cheap disk's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static long flushes;

static void wait_for_the_disk(void) {
    const char *milliseconds = getenv("SLOW_FSYNC_MS");
    __sync_fetch_and_add(&flushes, 1);
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
