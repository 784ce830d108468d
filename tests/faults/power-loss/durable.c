/*
 * Preloaded into a store, this library keeps beside the data folder what a power cut would leave of it.
 *
 * Of every file it copies the bytes to SHADOW/<inode> when, and only when, the file is synced; every change of a folder (new file,
 * rename, delete, link) becomes a line of LOG, and so does every sync. rebuild.ts makes a data folder from both.
 *
 *   DURABLE_ROOT    the data folder, absolute
 *   DURABLE_SHADOW  folder for the copies
 *   DURABLE_LOG     file for the lines: C inode path (new file), M inode path (new folder), R old TAB new (rename), L old TAB new (link),
 *                   U path (deleted), S inode (file synced), D path (folder synced)
 *
 * A line is written after its change, under one lock per process, so the log never claims more than has happened.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static const char *root, *shadow;
static size_t root_length;
static int log_fd = -1;

typedef long (*syscall_function)(long, ...);

/* syscall() itself is ours too, see the end of this file: this is the C library's. */
static syscall_function libc_syscall(void) {
  static syscall_function found;
  if (!found) found = (syscall_function)dlsym(RTLD_NEXT, "syscall");
  return found;
}
#define kernel (*libc_syscall())

#define REAL(type, name, ...) \
  static type (*real)(__VA_ARGS__); \
  if (!real) real = (type (*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name)

static int raw_open(const char *path, int flags, mode_t mode) {
  return (int)kernel(SYS_openat, AT_FDCWD, path, flags, mode);
}

__attribute__((constructor)) static void start(void) {
  root = getenv("DURABLE_ROOT");
  shadow = getenv("DURABLE_SHADOW");
  const char *log = getenv("DURABLE_LOG");
  if (!root || !shadow || !log) return;
  root_length = strlen(root);
  log_fd = raw_open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
}

/* Absolute path without "//" and a slash at the end; 0 = not in the data folder. */
static int inside(int dir_fd, const char *path, char *out) {
  char whole[PATH_MAX * 2];
  if (log_fd < 0 || !path) return 0;
  if (path[0] == '/') {
    snprintf(whole, sizeof whole, "%s", path);
  } else {
    char base[PATH_MAX], link[64];
    if (dir_fd == AT_FDCWD) {
      if (!getcwd(base, sizeof base)) return 0;
    } else {
      snprintf(link, sizeof link, "/proc/self/fd/%d", dir_fd);
      ssize_t length = readlink(link, base, sizeof base - 1);
      if (length < 0) return 0;
      base[length] = 0;
    }
    snprintf(whole, sizeof whole, "%s/%s", base, path);
  }
  size_t at = 0;
  for (const char *c = whole; *c && at < PATH_MAX - 1; c++) {
    if (*c == '/' && at > 0 && out[at - 1] == '/') continue;
    out[at++] = *c;
  }
  while (at > 1 && out[at - 1] == '/') at--;
  out[at] = 0;
  return strncmp(out, root, root_length) == 0 && (out[root_length] == '/' || out[root_length] == 0);
}

static void say(const char *format, ...) {
  char line[PATH_MAX * 2 + 64];
  va_list values;
  va_start(values, format);
  int length = vsnprintf(line, sizeof line, format, values);
  va_end(values);
  if (length > 0 && length < (int)sizeof line) (void)!kernel(SYS_write, log_fd, line, (size_t)length);
}

static void copy_path(unsigned long inode, char *out) { snprintf(out, PATH_MAX, "%s/%lu", shadow, inode); }

/* Segment files only grow: their copy gets what is new. Every other file is copied whole. */
static void keep(int fd, const struct stat *info, const char *path) {
  char copy[PATH_MAX], link[64];
  copy_path(info->st_ino, copy);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  size_t length = strlen(path);
  int grows = length > 4 && strcmp(path + length - 4, ".seg") == 0;
  int from = raw_open(link, O_RDONLY | O_CLOEXEC, 0);
  int to = raw_open(copy, O_WRONLY | O_CREAT | O_CLOEXEC | (grows ? 0 : O_TRUNC), 0644);
  if (from < 0 || to < 0) abort();
  struct stat kept;
  if (fstat(to, &kept) != 0) abort();
  if (kept.st_size > info->st_size) {
    if (kernel(SYS_ftruncate, to, info->st_size) != 0) abort();
    kept.st_size = info->st_size;
  }
  loff_t at = kept.st_size, into = kept.st_size;
  while (at < info->st_size) {
    ssize_t done = copy_file_range(from, &at, to, &into, (size_t)(info->st_size - at), 0);
    if (done <= 0) break;
  }
  kernel(SYS_close, from);
  kernel(SYS_close, to);
}

static void synced(int fd) {
  char link[64], path[PATH_MAX], clean[PATH_MAX];
  struct stat info;
  if (log_fd < 0 || fstat(fd, &info) != 0) return;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return;
  path[length] = 0;
  if (!inside(AT_FDCWD, path, clean)) return;
  pthread_mutex_lock(&lock);
  if (S_ISREG(info.st_mode)) {
    keep(fd, &info, clean);
    say("S %lu\n", (unsigned long)info.st_ino);
  } else if (S_ISDIR(info.st_mode)) {
    say("D %s\n", clean);
  }
  pthread_mutex_unlock(&lock);
}

int fsync(int fd) {
  REAL(int, fsync, int);
  int result = real(fd);
  if (result == 0) synced(fd);
  return result;
}

int fdatasync(int fd) {
  REAL(int, fdatasync, int);
  int result = real(fd);
  if (result == 0) synced(fd);
  return result;
}

static int open_logged(int dir_fd, const char *path, int flags, mode_t mode) {
  char clean[PATH_MAX];
  if (!(flags & O_CREAT) || !inside(dir_fd, path, clean)) return (int)kernel(SYS_openat, dir_fd, path, flags, mode);
  pthread_mutex_lock(&lock);
  struct stat before, info;
  int existed = fstatat(dir_fd, path, &before, 0) == 0;
  int fd = (int)kernel(SYS_openat, dir_fd, path, flags, mode);
  int error = errno;
  if (fd >= 0 && !existed && fstat(fd, &info) == 0) {
    char copy[PATH_MAX];
    copy_path(info.st_ino, copy);
    /* An inode that is used again: nothing of its former file may come back. */
    kernel(SYS_unlinkat, AT_FDCWD, copy, 0);
    say("C %lu %s\n", (unsigned long)info.st_ino, clean);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return fd;
}

#define MODE(flags) \
  mode_t mode = 0; \
  if ((flags) & (O_CREAT | O_TMPFILE)) { va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); }

int open(const char *path, int flags, ...) { MODE(flags) return open_logged(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_logged(AT_FDCWD, path, flags | O_LARGEFILE, mode); }
int openat(int dir, const char *path, int flags, ...) { MODE(flags) return open_logged(dir, path, flags, mode); }
int openat64(int dir, const char *path, int flags, ...) { MODE(flags) return open_logged(dir, path, flags | O_LARGEFILE, mode); }
int creat(const char *path, mode_t mode) { return open_logged(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static int mkdir_logged(int dir_fd, const char *path, mode_t mode) {
  char clean[PATH_MAX];
  struct stat info;
  pthread_mutex_lock(&lock);
  int result = (int)kernel(SYS_mkdirat, dir_fd, path, mode), error = errno;
  if (result == 0 && inside(dir_fd, path, clean) && fstatat(dir_fd, path, &info, 0) == 0)
    say("M %lu %s\n", (unsigned long)info.st_ino, clean);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int mkdir(const char *path, mode_t mode) { return mkdir_logged(AT_FDCWD, path, mode); }
int mkdirat(int dir, const char *path, mode_t mode) { return mkdir_logged(dir, path, mode); }

/* Renames and links of what lies outside are not ours; across the border they don't happen. */
static int pair_logged(char kind, long number, long a, long b, long c, long d, long e) {
  char from[PATH_MAX], to[PATH_MAX];
  pthread_mutex_lock(&lock);
  int known = inside((int)a, (const char *)b, from) && inside((int)c, (const char *)d, to);
  int result = (int)kernel(number, a, b, c, d, e), error = errno;
  if (result == 0 && known) {
    if (number == SYS_renameat2 && (e & 2)) say("X %s\t%s\n", from, to);
    else say("%c %s\t%s\n", kind, from, to);
  }
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int rename(const char *from, const char *to) {
  return pair_logged('R', SYS_renameat2, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0);
}
int renameat(int from_dir, const char *from, int to_dir, const char *to) {
  return pair_logged('R', SYS_renameat2, from_dir, (long)from, to_dir, (long)to, 0);
}
int renameat2(int from_dir, const char *from, int to_dir, const char *to, unsigned flags) {
  return pair_logged('R', SYS_renameat2, from_dir, (long)from, to_dir, (long)to, (long)flags);
}
int link(const char *from, const char *to) {
  return pair_logged('L', SYS_linkat, AT_FDCWD, (long)from, AT_FDCWD, (long)to, 0);
}

static int unlink_logged(int dir_fd, const char *path, int flags) {
  char clean[PATH_MAX];
  pthread_mutex_lock(&lock);
  int known = inside(dir_fd, path, clean);
  int result = (int)kernel(SYS_unlinkat, dir_fd, path, flags), error = errno;
  if (result == 0 && known) say("U %s\n", clean);
  pthread_mutex_unlock(&lock);
  errno = error;
  return result;
}

int unlink(const char *path) { return unlink_logged(AT_FDCWD, path, 0); }
int unlinkat(int dir, const char *path, int flags) { return unlink_logged(dir, path, flags); }
int rmdir(const char *path) { return unlink_logged(AT_FDCWD, path, AT_REMOVEDIR); }
int remove(const char *path) {
  int result = unlink_logged(AT_FDCWD, path, 0);
  return result != 0 && errno == EISDIR ? unlink_logged(AT_FDCWD, path, AT_REMOVEDIR) : result;
}

/* ClickHouse renames by the system call's number. */
long syscall(long number, ...) {
  va_list rest;
  va_start(rest, number);
  long a = va_arg(rest, long), b = va_arg(rest, long), c = va_arg(rest, long), d = va_arg(rest, long), e = va_arg(rest, long),
       f = va_arg(rest, long);
  va_end(rest);
  if (number == SYS_renameat2 && log_fd >= 0) return pair_logged('R', number, a, b, c, d, e);
  return kernel(number, a, b, c, d, e, f);
}
