/*
 * Counts the files of many folders, for src/machine/linux/count-files.ts:
 *
 *   file-count PROCESSES
 *
 * The paths of the folders are standard input, each with a NUL at its end. Standard output has a line for each, in any
 * order: its number, from 0, the blocks of 512 bytes, and the inodes. Both are 0 if there is no such folder. A line with
 * nothing but the number leaves the folder to find(1): it has more levels than this program follows, a file of another
 * device, or something that cannot be read. Files with several names count once. No link is followed.
 *
 * Each process takes the next folder that none has taken, so all of them end at about the same time. Their priority is
 * that of `nice -n 10`. The exit status is 1 if a folder may be missing from the output.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A level has one open folder and its list of names. The usual limit of a process is 1024 open files. */
enum { MOST_LEVELS = 200, MOST_PROCESSES = 256, LIST_BYTES = 32 * 1024, NICENESS = 10 };

static struct {
  uint64_t blocks, inodes;
  dev_t device;
} sum; /* Of the present folder. */

/* The inodes with several names of the present folder: a hash table with free places, which are 0. */
static struct {
  ino_t *places;
  size_t size, used;
} linked;

static _Noreturn void fail(void) { _exit(1); }

static void *memory(size_t count, size_t size) { /* As reallocarray(3), but new and never NULL. */
  void *made = reallocarray(NULL, count, size);
  if (made == NULL) fail();
  return made;
}

static bool place(ino_t inode) { /* Whether it was not there yet. There is a free place. */
  size_t at = (size_t)((uint64_t)inode * 0x9E3779B97F4A7C15u >> 32) & (linked.size - 1);
  for (; linked.places[at] != 0; at = (at + 1) & (linked.size - 1))
    if (linked.places[at] == inode) return false;
  linked.places[at] = inode;
  return true;
}

static bool is_new(ino_t inode) {
  if (2 * (linked.used + 1) > linked.size) {
    ino_t *before = linked.places;
    size_t size = linked.size;
    linked.size = size == 0 ? 64 : 2 * size;
    linked.places = memory(linked.size, sizeof *linked.places);
    memset(linked.places, 0, linked.size * sizeof *linked.places);
    for (size_t at = 0; at < size; at++)
      if (before[at] != 0) (void)place(before[at]);
    free(before);
  }
  if (!place(inode)) return false;
  linked.used++;
  return true;
}

static void forget_linked(void) {
  free(linked.places);
  linked.places = NULL;
  linked.size = linked.used = 0;
}

/* What was deleted, or replaced by something else than a folder, meanwhile. Too long a path is nobody's folder. */
static bool is_gone(int error) {
  return error == ENOENT || error == ENOTDIR || error == ELOOP || error == ENAMETOOLONG;
}

static void add(const struct stat *facts) {
  sum.blocks += (uint64_t)facts->st_blocks;
  sum.inodes++;
}

/* -1 if it cannot be opened. */
static int open_folder(int above, const char *name) {
  return openat(above, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
}

/* The functions below return false if the home is left to find(1). */

static bool count_entries(int folder, int levels);

static bool count_entry(int folder, const char *name, int levels) {
  struct stat facts;
  if (fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) != 0) return is_gone(errno);
  /* A file system is mounted here, or overlayfs shows the device of a layer. 0 is no inode of a file. */
  if (facts.st_dev != sum.device || facts.st_ino == 0) return false;
  bool is_folder = S_ISDIR(facts.st_mode);
  if (!is_folder && facts.st_nlink > 1 && !is_new(facts.st_ino)) return true;
  add(&facts);
  if (!is_folder) return true;
  int below = levels > 0 ? open_folder(folder, name) : -1;
  if (below < 0) return levels > 0 && is_gone(errno);
  return count_entries(below, levels - 1);
}

/* `levels`: how many there may be below. Closes the folder. */
static bool count_entries(int folder, int levels) {
  char *list = memory(LIST_BYTES, 1);
  bool is_counted = true;
  ssize_t length;
  while (is_counted && (length = getdents64(folder, list, LIST_BYTES)) != 0) {
    if (length < 0 && is_gone(errno)) break; /* The folder was deleted. */
    is_counted = length > 0;
    for (ssize_t at = 0; is_counted && at < length;) {
      const struct dirent64 *entry = (const void *)(list + at);
      const char *name = entry->d_name;
      at += entry->d_reclen;
      if (strcmp(name, ".") != 0 && strcmp(name, "..") != 0) is_counted = count_entry(folder, name, levels);
    }
  }
  free(list);
  (void)close(folder);
  return is_counted;
}

static bool count_home(const char *path) {
  struct stat facts;
  sum.blocks = sum.inodes = 0;
  int home = open_folder(AT_FDCWD, path);
  if (home < 0) return is_gone(errno);
  if (fstat(home, &facts) != 0) {
    (void)close(home);
    return false;
  }
  sum.device = facts.st_dev;
  add(&facts);
  bool is_counted = count_entries(home, MOST_LEVELS);
  forget_linked();
  return is_counted;
}

/* In one piece, which the kernel does not mix with those of other processes: a pipe takes 4096 bytes so. */
static void print(const char *lines, size_t length) {
  if (length > 0 && write(STDOUT_FILENO, lines, length) != (ssize_t)length) fail();
}

static void work(const char *const *folders, size_t count, atomic_size_t *next) {
  enum { LINE = 64, PIECE = 4096 };
  static char lines[PIECE + LINE];
  size_t length = 0;
  for (size_t at; (at = atomic_fetch_add(next, 1)) < count;) {
    char *line = lines + length;
    bool is_counted = count_home(folders[at]);
    uintmax_t blocks = sum.blocks, inodes = sum.inodes;
    length += (size_t)(is_counted ? snprintf(line, LINE, "%zu\t%ju\t%ju\n", at, blocks, inodes)
                                  : snprintf(line, LINE, "%zu\n", at));
    if (length <= PIECE - LINE) continue;
    print(lines, length);
    length = 0;
  }
  print(lines, length);
}

/* All of standard input, which is not empty. */
static char *read_all(size_t *length) {
  size_t size = 1 << 16;
  char *bytes = memory(size, 1);
  *length = 0;
  for (ssize_t got; (got = read(STDIN_FILENO, bytes + *length, size - *length)) != 0;) {
    if (got < 0) fail();
    *length += (size_t)got;
    if (*length < size) continue;
    bytes = reallocarray(bytes, size *= 2, 1);
    if (bytes == NULL) fail();
  }
  if (*length == 0 || bytes[*length - 1] != '\0') fail();
  return bytes;
}

int main(int words, char **word) {
  char *end = NULL;
  long processes = words == 2 ? strtol(word[1], &end, 10) : 0;
  if (processes < 1 || *end != '\0') fail();
  size_t length, count = 0;
  static char *bytes; /* Like the list of folders, needed until the end. */
  bytes = read_all(&length);
  for (size_t at = 0; at < length; at++) count += bytes[at] == '\0';
  static const char **folders;
  folders = memory(count, sizeof *folders);
  char *at = bytes;
  for (size_t folder = 0; folder < count; folder++, at += strlen(at) + 1) folders[folder] = at;
  atomic_size_t *next = mmap(NULL, sizeof *next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (next == MAP_FAILED) fail();
  atomic_init(next, 0);
  errno = 0;
  if (nice(NICENESS) == -1 && errno != 0) fail();
  /* This process works too. If the kernel has no others for it, it works alone. */
  for (long one = 1; one < processes && one < MOST_PROCESSES && (size_t)one < count; one++) {
    pid_t pid = fork();
    if (pid < 0) break;
    if (pid > 0) continue;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) fail(); /* The server ends a tool that takes too long. */
    work(folders, count, next);
    _exit(0);
  }
  work(folders, count, next);
  int status, result = 0;
  while (wait(&status) > 0) result |= !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  return result;
}
