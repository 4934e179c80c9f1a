/*
 * Fuzzes the process that starts tools (libFuzzer): arbitrary bytes as what the server sends, and system calls that fail
 * or do a part. The program is the unchanged source, whose system calls the macros below replace. Nothing is started,
 * opened or locked: descriptors and processes are numbers.
 *
 * An input: 4 bytes of choices, then the requests.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FIRST_FILE = 1000, FILES = 4096, FIRST_PID = 5000, MOST_MEMORY = 1 << 20, ROUNDS = 500 };

static uint8_t choices[4]; /* Of the present input. */
static unsigned turn;      /* Counts the system calls, which choose differently each time. */
static const uint8_t *sent;
static size_t sent_rest;
static char is_open[FILES];
static int next_file, next_pid, rounds, is_child;
static int changed_groups, changed_group, changed_user; /* By the tool, before it is started. */
static void **kept; /* All memory in use. */
static size_t kept_count, kept_room;
static jmp_buf end_of_process;

int starter_main(void);

static void check(int is_right, const char *what) {
  if (is_right) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

static unsigned any(void) {
  turn = turn * 1103515245u + 12345u;
  return turn >> 16;
}

/* Every eighth, fourth or second time, or never. */
static int happens(int which) {
  unsigned often = choices[which / 4] >> (2 * (which % 4)) & 3u;
  return any() % (16u >> often) == 0 && often != 0;
}

static int fails(int which, int error) {
  if (!happens(which)) return 0;
  errno = error;
  return 1;
}

static _Noreturn void fuzz_exit(int status) {
  check(is_child ? status == 127 : status == 0 || status == 1, "The exit status is another one.");
  longjmp(end_of_process, 1);
}

static void *fuzz_reallocarray(void *before, size_t count, size_t size) {
  if (count > MOST_MEMORY / size) return NULL;
  size_t at = 0;
  while (before != NULL && kept[at] != before) check(++at <= kept_count, "Unknown memory is enlarged.");
  if (before == NULL) {
    if (kept_count == kept_room) {
      kept_room = 2 * kept_room + 64;
      kept = realloc(kept, kept_room * sizeof *kept);
      check(kept != NULL, "There is no memory.");
    }
    at = kept_count++;
  }
  kept[at] = realloc(before, count * size);
  check(kept[at] != NULL, "There is no memory.");
  return kept[at];
}

static void fuzz_free(void *memory) {
  size_t at = 0;
  while (at < kept_count && kept[at] != memory) at++;
  check(at < kept_count, "Unknown memory is freed.");
  kept[at] = kept[--kept_count];
  free(memory);
}

static int new_file(void) {
  check(next_file < FILES, "Too many files are opened.");
  is_open[next_file] = 1;
  return FIRST_FILE + next_file++;
}

static void check_open(int file, const char *what) {
  check(file >= FIRST_FILE && file < FIRST_FILE + next_file && is_open[file - FIRST_FILE], what);
}

static int fuzz_close(int file) {
  check_open(file, "A file that is not open is closed.");
  is_open[file - FIRST_FILE] = 0;
  return 0;
}

static int fuzz_open(const char *path) {
  check(strlen(path) < SIZE_MAX, "The path has no end.");
  return fails(0, ENOENT) ? -1 : new_file();
}

static int fuzz_memfd(void) { return fails(1, EMFILE) ? -1 : new_file(); }

static int fuzz_pipe(int *ends) {
  if (fails(2, EMFILE)) return -1;
  ends[0] = new_file();
  ends[1] = new_file();
  return 0;
}

static int fuzz_use(int file, int which, int error) {
  check_open(file, "A file that is not open is used.");
  return fails(which, error) ? -1 : 0;
}

static ssize_t fuzz_pwrite(int file, const char *bytes, size_t length) {
  if (fuzz_use(file, 3, ENOSPC) != 0) return -1;
  check(__asan_region_is_poisoned((void *)(uintptr_t)bytes, length) == NULL, "What is kept is nowhere.");
  return (ssize_t)(length > 1 && happens(4) ? length / 2 : length);
}

static ssize_t fuzz_read(int file, char *bytes, size_t length) {
  check(__asan_region_is_poisoned(bytes, length) == NULL, "There is no room for what is read.");
  if (file != STDIN_FILENO) {
    check_open(file, "A file that is not open is read.");
    if (fails(5, EIO)) return -1;
    /* A tool prints, or has closed its output. An error number comes whole. */
    size_t part = any() % 3 == 0 ? 0 : length < 16 ? length : any() % length;
    memset(bytes, 'x', part);
    return (ssize_t)part;
  }
  size_t part = length > 1 && happens(6) ? length / 2 : length;
  if (part > sent_rest) part = sent_rest;
  memcpy(bytes, sent, part);
  sent += part;
  sent_rest -= part;
  return (ssize_t)part;
}

static ssize_t fuzz_write(int file, const char *bytes, size_t length) {
  check(__asan_region_is_poisoned((void *)(uintptr_t)bytes, length) == NULL, "The answer is nowhere.");
  if (file != STDOUT_FILENO) {
    check(is_child && length == sizeof(int), "Something else than an error number is reported.");
    return (ssize_t)length;
  }
  check(!is_child, "A tool answers the server.");
  if (fails(7, EPIPE)) return -1;
  return (ssize_t)(length > 1 && happens(8) ? length / 2 : length);
}

static pid_t fuzz_fork(void) {
  if (fails(9, EAGAIN)) return -1;
  is_child = happens(10);
  return is_child ? 0 : next_pid++;
}

static int fuzz_change(int *changed, int which) {
  check(is_child, "This process changes its own user.");
  *changed = 1;
  return fails(which, EPERM) ? -1 : 0;
}

static int fuzz_user(void) {
  check(changed_groups && changed_group, "The user is changed before its groups.");
  return fuzz_change(&changed_user, 11);
}

static int fuzz_exec(char **words, char **variables) {
  check(is_child && words[0] != NULL, "Nothing is started.");
  for (char **lists[] = {words, variables, NULL}, ***list = lists; *list != NULL; list++)
    for (char **text = *list; *text != NULL; text++) check(strlen(*text) < SIZE_MAX, "A text has no end.");
  errno = ENOENT;
  return -1;
}

static int fuzz_poll(struct pollfd *looked, nfds_t count);
static pid_t fuzz_waitpid(int *status);
static int fuzz_kill(pid_t pid);

#define _exit(status) fuzz_exit(status)
#define reallocarray(before, count, size) fuzz_reallocarray(before, count, size)
#define free(memory) fuzz_free(memory)
#define close(file) fuzz_close(file)
#define open(path, ...) fuzz_open(path)
#define memfd_create(name, flags) fuzz_memfd()
#define pipe2(ends, flags) fuzz_pipe(ends)
#define pwrite(file, bytes, length, from) fuzz_pwrite(file, bytes, length)
#define fchmod(file, mode) fuzz_use(file, 12, EIO)
#define fchown(file, user, group) ((void)(group), fuzz_use(file, 12, EIO))
#define fcntl(file, ...) (fuzz_use(file, 13, EMFILE) == 0 ? new_file() : -1)
#define dup2(file, place) (fuzz_use(file, 13, EBADF) == 0 ? (place) : -1)
#define flock(file, how) fuzz_use(file, 14, EWOULDBLOCK)
#define read(file, bytes, length) fuzz_read(file, (char *)(bytes), length)
#define write(file, bytes, length) fuzz_write(file, (const char *)(bytes), length)
#define fork() fuzz_fork()
#define setsid() 1
#define setgroups(count, list) fuzz_change(&changed_groups, 11)
#define setgid(group) ((void)(group), fuzz_change(&changed_group, 11))
#define setuid(user) fuzz_user()
#define execvpe(file, words, variables) fuzz_exec(words, variables)
#define sigprocmask(how, set, before) 0
#define signalfd(file, set, flags) new_file()
#define poll(looked, count, timeout) fuzz_poll(looked, count)
#define waitpid(pid, status, options) fuzz_waitpid(status)
#define kill(pid, signal) fuzz_kill(pid)
#define main starter_main
#include "../../../src/tool-starter/tool-starter.c"
#undef main
#undef free
#undef poll
#undef read
#undef write

static struct work *running(pid_t pid) {
  struct work *one = all;
  while (one != NULL && one->pid != pid) one = one->next;
  return one;
}

static int fuzz_kill(pid_t pid) {
  check(pid >= FIRST_PID && running(pid) != NULL, "A process that is no tool is killed.");
  return 0;
}

static pid_t fuzz_waitpid(int *status) {
  pid_t pid = FIRST_PID + (pid_t)(any() % 8);
  if (running(pid) == NULL) return 0;
  *status = (int)(any() % 2 == 0 ? (any() & 255) << 8 : any() % 2 + 9);
  return pid;
}

/* Between two requests, exactly the files of the tools and locks are open. */
static int fuzz_poll(struct pollfd *looked, nfds_t count) {
  int expected = 1, open_now = 0;
  for (struct work *one = all; one != NULL; one = one->next) {
    expected += one->lock >= 0;
    for (int which = 0; which < STREAMS; which++) expected += one->streams[which] >= 0;
  }
  for (int at = 0; at < next_file; at++) open_now += is_open[at];
  check(open_now == expected, "A file stays open, or is closed too early.");
  if (++rounds > ROUNDS) longjmp(end_of_process, 1);
  if (fails(15, EINTR)) return -1;
  for (nfds_t at = 0; at < count; at++) looked[at].revents = looked[at].fd >= 0 && any() % 2 == 0 ? POLLIN : 0;
  return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < sizeof choices) return 0;
  memcpy(choices, data, sizeof choices);
  sent = data + sizeof choices;
  sent_rest = size - sizeof choices;
  turn = 0;
  rounds = is_child = next_file = changed_groups = changed_group = changed_user = 0;
  next_pid = FIRST_PID;
  all = NULL;
  if (setjmp(end_of_process) == 0) check(starter_main() == 1, "The process ends without a reason.");
  while (kept_count > 0) free(kept[--kept_count]);
  return 0;
}
