/*
 * Stands in for a kernel with quotas, which this machine need not have: loaded with LD_PRELOAD, it fails a write to a
 * file below QUOTA_DIRECTORY with EDQUOT once the files there would have more than QUOTA_BYTES. Everything else is the
 * system call itself.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static long long used(const char *directory) {
  long long sum = 0;
  char path[PATH_MAX];
  struct stat found;
  DIR *open = opendir(directory);
  if (open == NULL) return 0;
  for (struct dirent *entry; (entry = readdir(open)) != NULL;) {
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (snprintf(path, sizeof path, "%s/%s", directory, entry->d_name) >= (int)sizeof path) continue;
    if (lstat(path, &found) != 0) continue;
    if (S_ISDIR(found.st_mode)) sum += used(path);
    if (S_ISREG(found.st_mode)) sum += found.st_size;
  }
  closedir(open);
  return sum;
}

/* The bytes that the file may get: as the kernel does, a write gets what fits, and the next one fails. */
static long long room(int descriptor, size_t count) {
  const char *directory = getenv("QUOTA_DIRECTORY"), *bytes = getenv("QUOTA_BYTES");
  char link[64], path[PATH_MAX];
  if (directory == NULL || bytes == NULL || count == 0) return LLONG_MAX;
  (void)snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return LLONG_MAX;
  path[length] = '\0';
  size_t top = strlen(directory);
  if (strncmp(path, directory, top) != 0 || path[top] != '/') return LLONG_MAX;
  long long left = atoll(bytes) - used(directory);
  return left < 0 ? 0 : left;
}

ssize_t write(int descriptor, const void *bytes, size_t count) {
  long long left = room(descriptor, count);
  if (left == 0) return errno = EDQUOT, -1;
  return syscall(SYS_write, descriptor, bytes, (long long)count > left ? (size_t)left : count);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset) {
  long long left = room(descriptor, count);
  if (left == 0) return errno = EDQUOT, -1;
  return syscall(SYS_pwrite64, descriptor, bytes, (long long)count > left ? (size_t)left : count, offset);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset) {
  return pwrite64(descriptor, bytes, count, offset);
}
