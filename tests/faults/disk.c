/* A disk for tests, by LD_PRELOAD: what was flushed is copied to the folder SHADOW, all that a power cut leaves;
   while the file FULL is there, nothing that is written to a database has room, or, where it is not empty, only what
   is short: every 30th write finds none. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

static int of_database(int fd, char *path, size_t room) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, room - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return strstr(path, ".db") != NULL;
}

static void keep(int fd) {
    char path[4096], place[4200], half[4300];
    const char *shadow = getenv("SHADOW");
    if (!shadow || !of_database(fd, path, sizeof path)) return;
    snprintf(place, sizeof place, "%s/%s", shadow, strrchr(path, '/') + 1);
    /* What is killed while it copies has not flushed: until then what was flushed before is there. */
    snprintf(half, sizeof half, "%s.%s.%d", shadow, strrchr(path, '/') + 1, gettid());
    int from = open(path, O_RDONLY | O_CLOEXEC), to = open(half, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    struct stat found;
    off_t at = 0;
    if (from >= 0 && to >= 0 && !fstat(from, &found))
        while (at < found.st_size && sendfile(to, from, &at, found.st_size - at) > 0) {}
    /* To close a file of ours ends the locks of SQLite in it: nobody else has this database here. */
    if (from >= 0) close(from);
    if (to >= 0 && !close(to)) rename(half, place);
}

int fsync(int fd) {
    int done = ((int (*)(int))dlsym(RTLD_NEXT, "fsync"))(fd);
    if (!done) keep(fd);
    return done;
}

int fdatasync(int fd) {
    int done = ((int (*)(int))dlsym(RTLD_NEXT, "fdatasync"))(fd);
    if (!done) keep(fd);
    return done;
}

ssize_t pwrite64(int fd, const void *what, size_t size, off_t at) {
    char path[4096];
    static int written;
    struct stat found;
    const char *full = getenv("FULL");
    if (full && !stat(full, &found) && of_database(fd, path, sizeof path) && !strstr(path, "-shm")
        && (!found.st_size || !(++written % 30))) {
        errno = ENOSPC;
        return -1;
    }
    return ((ssize_t (*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite64"))(fd, what, size, at);
}
