/*
 * Starts tools for whmapi1d. Starting a process copies the page tables of the one that starts it, so this one is small.
 * It only starts, reads and ends tools, and holds locks for them. The server decides how long a tool may run and how much
 * it may print (src/machine/linux/native-channel.ts).
 *
 * Standard input has the server's requests, standard output the answers. Numbers have 4 bytes and are little-endian.
 * Texts begin with their length and end with NUL, which does not count. A request: the length of what follows, a type, an
 * ID, and
 *   'R' run a tool: the ID of the lock that it inherits, or 0; its user ID and group ID, or NONE; 1 if its input is the
 *       path of a file, 0 if it is the content; the numbers of words, variables and private files; these, and the input
 *   'K' kill the tool of this ID
 *   'L' open and lock a file: its path
 *   'U' close a lock: the ID of the request that opened it
 * An answer: the ID, a type, the length of what follows, and
 *   'O' or 'E' output or errors of a tool
 *   'X' a tool has ended, and its output is closed: the exit status, and the signal that ended it or 0
 *   'F' an error number, or 0: why the tool did not start, or whether the file is locked or closed
 *   'I' an error number: the tool did not start, because its input or a private file could not be opened
 * The first answer has the ID 0: this process is ready.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { HEADER = 9, MOST_WORDS = 1 << 16, MOST_BYTES = 1 << 30 };
enum { INPUT, OUTPUT, ERRORS, LOCK, PRIVATE, GIVEN = PRIVATE + 2 }; /* The descriptors of a tool. */
enum { FAILURE = 2, STREAMS }; /* After output and errors: why a tool did not start. */
#define NONE UINT32_MAX /* No user ID. */

/* A tool that runs, or a lock that is held. */
static struct work {
  struct work *next;
  uint32_t id;
  pid_t pid; /* 0 once it has ended, and in a lock. */
  int status;
  int failure;          /* The error number of a tool that did not start. */
  int streams[STREAMS]; /* -1 once they are closed. */
  int lock;             /* The open file of a lock; -1 in a tool. */
} *all;

/* What is left of the present request. */
struct rest {
  char *at;
  size_t length;
};

static int signals; /* Readable when a tool has ended. */

/* The server has ended, or no longer makes sense. Locks last until the tools that inherited them have ended. */
static _Noreturn void stop(int status) { _exit(status); }

static void *memory(void *before, size_t count, size_t size) { /* As reallocarray(3), but never NULL. */
  void *after = reallocarray(before, count, size);
  if (after == NULL) stop(1);
  return after;
}

static void put_number(char *bytes, uint32_t number) {
  for (int at = 0; at < 4; at++) bytes[at] = (char)(number >> (8 * at));
}

static uint32_t number_in(const char *bytes) {
  uint32_t number = 0;
  for (int at = 0; at < 4; at++) number |= (uint32_t)(unsigned char)bytes[at] << (8 * at);
  return number;
}

/* No signal is handled, so that none interrupts this. */
static void read_all(char *bytes, size_t length) {
  for (ssize_t got; length > 0; bytes += got, length -= (size_t)got)
    if ((got = read(STDIN_FILENO, bytes, length)) <= 0) stop(got == 0 ? 0 : 1);
}

static void write_all(const char *bytes, size_t length) {
  for (ssize_t written; length > 0; bytes += written, length -= (size_t)written)
    if ((written = write(STDOUT_FILENO, bytes, length)) <= 0) stop(1);
}

/* `bytes` begin with room for the header. */
static void answer(uint32_t id, char type, char *bytes, size_t length) {
  put_number(bytes, id);
  bytes[4] = type;
  put_number(bytes + 5, (uint32_t)length);
  write_all(bytes, HEADER + length);
}

static void answer_number(uint32_t id, char type, int number) {
  char bytes[HEADER + 4];
  put_number(bytes + HEADER, (uint32_t)number);
  answer(id, type, bytes, 4);
}

static uint32_t take_number(struct rest *rest) {
  if (rest->length < 4) stop(1);
  uint32_t number = number_in(rest->at);
  rest->at += 4;
  rest->length -= 4;
  return number;
}

static char *take_bytes(struct rest *rest, size_t *length) {
  *length = take_number(rest);
  if (*length >= rest->length || rest->at[*length] != '\0') stop(1);
  char *text = rest->at;
  rest->at += *length + 1;
  rest->length -= *length + 1;
  return text;
}

static char *take_text(struct rest *rest) {
  size_t length;
  char *text = take_bytes(rest, &length);
  if (strlen(text) != length) stop(1);
  return text;
}

/* A list of texts that ends with NULL. */
static char **take_texts(struct rest *rest, size_t count) {
  char **texts = memory(NULL, count + 1, sizeof *texts);
  for (size_t at = 0; at < count; at++) texts[at] = take_text(rest);
  texts[count] = NULL;
  return texts;
}

static struct work *find(uint32_t id, int is_lock) {
  struct work *one = all;
  while (one != NULL && (one->id != id || (one->lock >= 0) != is_lock)) one = one->next;
  return one;
}

static struct work *add(uint32_t id) {
  struct work *one = memory(NULL, 1, sizeof *one);
  *one = (struct work){all, id, 0, 0, 0, {-1, -1, -1}, -1};
  all = one;
  return one;
}

static void forget(struct work *one) {
  struct work **place = &all;
  while (*place != one) place = &(*place)->next;
  *place = one->next;
  free(one);
}

static void close_all(const int *descriptors, size_t count) {
  for (size_t at = 0; at < count; at++)
    if (descriptors[at] >= 0) (void)close(descriptors[at]);
}

/* A file in memory without a name, which only its owner and root can open through /proc. Read from its start. */
static int private_file(const char *bytes, size_t length, uid_t user, gid_t group) {
  int file = memfd_create("private", MFD_CLOEXEC);
  if (file < 0) return -1;
  size_t done = 0;
  for (ssize_t written = 1; done < length && written > 0; done += written > 0 ? (size_t)written : 0)
    written = pwrite(file, bytes + done, length - done, (off_t)done);
  if (done == length && fchmod(file, 0600) == 0 && (user == NONE || fchown(file, user, group) == 0)) return file;
  (void)close(file);
  return -1;
}

/* Makes this process, which is new, the tool. Returns the error number if that fails. */
static int become(char **words, char **variables, uid_t user, gid_t group, int *given) {
  sigset_t none;
  if (sigemptyset(&none) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0 || setsid() < 0) return errno;
  for (int at = 0; at < GIVEN; at++) /* Out of the way of each other. */
    if (given[at] >= 0 && (given[at] = fcntl(given[at], F_DUPFD_CLOEXEC, GIVEN)) < 0) return errno;
  for (int at = 0; at < GIVEN; at++)
    if (given[at] >= 0 && dup2(given[at], at) != at) return errno;
  if (user != NONE && (setgroups(0, NULL) != 0 || setgid(group) != 0 || setuid(user) != 0)) return errno;
  (void)execvpe(words[0], words, variables);
  return errno;
}

/* What the tool gets as input and private files. Returns an error number. */
static int open_given(struct rest *rest, int is_path, size_t count, uid_t user, gid_t group, int *given) {
  size_t length;
  for (size_t at = 0; at < count; at++) {
    const char *content = take_bytes(rest, &length);
    if ((given[PRIVATE + at] = private_file(content, length, user, group)) < 0) return errno;
  }
  const char *input = is_path ? take_text(rest) : take_bytes(rest, &length);
  if (is_path || length == 0) given[INPUT] = open(is_path ? input : "/dev/null", O_RDONLY | O_CLOEXEC);
  else given[INPUT] = private_file(input, length, user, group);
  return given[INPUT] < 0 ? errno : 0;
}

static void run(uint32_t id, struct rest *rest) {
  uint32_t lock_id = take_number(rest);
  uid_t user = take_number(rest);
  gid_t group = take_number(rest);
  uint32_t is_path = take_number(rest), word_count = take_number(rest), variable_count = take_number(rest);
  uint32_t private_count = take_number(rest);
  if (word_count == 0 || word_count > MOST_WORDS || variable_count > MOST_WORDS || private_count > GIVEN - PRIVATE)
    stop(1);
  char **words = take_texts(rest, word_count), **variables = take_texts(rest, variable_count);
  struct work *lock = lock_id == 0 ? NULL : find(lock_id, 1);
  int given[GIVEN] = {-1, -1, -1, -1, -1, -1}, pipes[STREAMS][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
  int failure = open_given(rest, is_path == 1, private_count, user, group, given), is_given = failure == 0;
  if (lock_id != 0 && lock == NULL) failure = ENOLCK;
  for (int which = 0; which < STREAMS; which++)
    if (failure == 0 && pipe2(pipes[which], O_CLOEXEC) != 0) failure = errno;
  pid_t pid = failure == 0 ? fork() : -1;
  if (failure == 0 && pid < 0) failure = errno;
  if (pid == 0) {
    int inherited[GIVEN];
    memcpy(inherited, given, sizeof given);
    inherited[OUTPUT] = pipes[0][1];
    inherited[ERRORS] = pipes[1][1];
    inherited[LOCK] = lock == NULL ? -1 : lock->lock;
    int report = fcntl(pipes[FAILURE][1], F_DUPFD_CLOEXEC, GIVEN);
    failure = report < 0 ? errno : become(words, variables, user, group, inherited);
    (void)!write(report, &failure, sizeof failure);
    _exit(127);
  }
  close_all(given, GIVEN);
  for (int which = 0; which < STREAMS; which++) close_all(&pipes[which][failure == 0], failure == 0 ? 1 : 2);
  free(words);
  free(variables);
  if (failure != 0) {
    answer_number(id, is_given ? 'F' : 'I', failure);
    return;
  }
  struct work *one = add(id);
  one->pid = pid;
  for (int which = 0; which < STREAMS; which++) one->streams[which] = pipes[which][0];
}

static void end(uint32_t id) {
  struct work *one = find(id, 0);
  if (one != NULL && one->pid > 0) (void)kill(one->pid, SIGKILL);
}

/* If somebody else has the lock, the answer is EWOULDBLOCK, and flock(1) waits for it. */
static void lock(uint32_t id, const char *path) {
  int file = open(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600), failure = file < 0 ? errno : 0;
  if (file >= 0) {
    add(id)->lock = file;
    if (flock(file, LOCK_EX | LOCK_NB) != 0) failure = errno;
  }
  answer_number(id, 'F', failure);
}

static void unlock(uint32_t id, uint32_t lock_id) {
  struct work *one = find(lock_id, 1);
  answer_number(id, 'F', one == NULL || close(one->lock) != 0 ? ENOLCK : 0);
  if (one != NULL) forget(one);
}

static void serve(void) {
  char header[4];
  read_all(header, sizeof header);
  size_t length = number_in(header);
  if (length < 5 || length > MOST_BYTES) stop(1);
  char *bytes = memory(NULL, length, 1);
  read_all(bytes, length);
  struct rest rest = {bytes + 1, length - 1};
  uint32_t id = take_number(&rest);
  if (*bytes == 'R') run(id, &rest);
  else if (*bytes == 'K') end(id);
  else if (*bytes == 'L') lock(id, take_text(&rest));
  else if (*bytes == 'U') unlock(id, take_number(&rest));
  else stop(1);
  explicit_bzero(bytes, length); /* It may have passwords. */
  free(bytes);
}

static void pass_on(struct work *one, int which) {
  static char bytes[HEADER + 64 * 1024];
  ssize_t got = read(one->streams[which], bytes + HEADER, sizeof bytes - HEADER);
  if (got > 0 && which == FAILURE) {
    memcpy(&one->failure, bytes + HEADER, sizeof one->failure);
  } else if (got > 0) {
    answer(one->id, which == 0 ? 'O' : 'E', bytes, (size_t)got);
    explicit_bzero(bytes, HEADER + (size_t)got);
  } else {
    (void)close(one->streams[which]);
    one->streams[which] = -1;
  }
}

static void note_ended(void) {
  struct signalfd_siginfo ignored;
  int status;
  (void)!read(signals, &ignored, sizeof ignored);
  for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
    struct work *one = all;
    while (one != NULL && one->pid != pid) one = one->next;
    if (one == NULL) continue;
    one->pid = 0;
    one->status = status;
  }
}

/* Tools that have ended, and whose output has: another process may still have it open. */
static void answer_ended(void) {
  for (struct work *one = all, *next; one != NULL; one = next) {
    next = one->next;
    int is_open = one->lock >= 0 || one->pid != 0;
    for (int which = 0; which < STREAMS; which++) is_open |= one->streams[which] >= 0;
    if (is_open) continue;
    char bytes[HEADER + 8];
    put_number(bytes + HEADER, WIFEXITED(one->status) ? (uint32_t)WEXITSTATUS(one->status) : 0);
    put_number(bytes + HEADER + 4, WIFSIGNALED(one->status) ? (uint32_t)WTERMSIG(one->status) : 0);
    if (one->failure == 0) answer(one->id, 'X', bytes, 8);
    else answer_number(one->id, 'F', one->failure);
    forget(one);
  }
}

int main(void) {
  struct pollfd *looked = NULL;
  sigset_t ended;
  if (sigemptyset(&ended) != 0 || sigaddset(&ended, SIGCHLD) != 0 || sigprocmask(SIG_BLOCK, &ended, NULL) != 0 ||
      (signals = signalfd(-1, &ended, SFD_CLOEXEC)) < 0)
    return 1;
  answer_number(0, 'F', 0);
  for (;;) {
    nfds_t count = 2;
    for (struct work *one = all; one != NULL; one = one->next) count += STREAMS;
    looked = memory(looked, count, sizeof *looked);
    looked[0] = (struct pollfd){STDIN_FILENO, POLLIN, 0};
    looked[1] = (struct pollfd){signals, POLLIN, 0};
    nfds_t at = 2;
    for (struct work *one = all; one != NULL; one = one->next)
      for (int which = 0; which < STREAMS; which++) looked[at++] = (struct pollfd){one->streams[which], POLLIN, 0};
    if (poll(looked, count, -1) < 0) {
      if (errno != EINTR) return 1;
      continue;
    }
    at = 2; /* Before the list changes. */
    for (struct work *one = all; one != NULL; one = one->next)
      for (int which = 0; which < STREAMS; which++)
        if (looked[at++].revents != 0) pass_on(one, which);
    if (looked[1].revents != 0) note_ended();
    answer_ended();
    if (looked[0].revents != 0) serve();
  }
}
