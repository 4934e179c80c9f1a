/*
 * Fuzzes the native command (libFuzzer): arbitrary bytes as what a server sends, arbitrary words and variables, and
 * system calls that fail, are interrupted or do a part. The program is the unchanged source, whose system calls the
 * macros below replace.
 *
 * An input: 5 bytes of choices; words and variables, each ended by NUL, up to an empty one; what the server sends, without
 * its first frame at the second connection. Standard input has the same bytes, once or five times.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sanitizer/asan_interface.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { MAX_STRINGS = 64, MAX_RECEIVED = 1024 * 1024, COPY = 1000 };

static const char *home;             /* A folder that only its owner can reach. */
static int server = -1, client = -1; /* The two ends of the connection. */
static uint8_t choices[5];           /* Of the present input. */
static unsigned turn;                /* Counts the system calls, which choose differently each time. */
static int64_t clock_ms;
static int is_node_started;
static const char *answer;           /* What the server sends. */
static size_t answer_length, printed;
static const char *typed;            /* Standard input. */
static size_t typed_length, typed_rest, copied;
static int is_copy_in_place;

int client_main(int argc, char **argv);
static int was_told_to_run(void);
static int fuzz_close(int descriptor);

static void check(int is_right, const char *what) {
  if (is_right) return;
  fprintf(stderr, "%s\n", what);
  abort();
}

/* Every eighth, fourth or second time, or never. */
static int happens(int which) {
  unsigned often = choices[which / 4] >> (2 * (which % 4)) & 3u;
  turn = turn * 1103515245u + 12345u;
  return often != 0 && (turn >> 16) % (16u >> often) == 0;
}

static size_t typed_times(void) { return (choices[4] & 32) != 0 ? 5 : 1; }

static int fuzz_open(const char *path, int flags) {
  check(strlen(path) < PATH_MAX, "The path is too long.");
  return open((flags & O_PATH) != 0 ? home : path, flags);
}

static int fuzz_socket(void) {
  int ends[2];
  if (happens(0)) return -1;
  if (server >= 0) {
    check(!was_told_to_run(), "The call is handed over twice.");
    (void)fuzz_close(server);
    size_t first = answer_length < 5 ? answer_length : 5;
    answer += first;
    answer_length -= first;
  }
  check(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0, "There is no socket pair.");
  client = ends[0];
  server = ends[1];
  /* Whole, or what fits: the rest is as if the server had ended. */
  (void)!send(server, answer, answer_length, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (!happens(16)) check(shutdown(server, SHUT_WR) == 0, "The server cannot end.");
  return client;
}

static int fuzz_connect(const struct sockaddr *address) {
  const struct sockaddr_un *path = (const struct sockaddr_un *)address;
  check(memchr(path->sun_path, '\0', sizeof path->sun_path) != NULL, "The address has no end.");
  return happens(1) ? -1 : 0;
}

static ssize_t fuzz_send(int socket, const char *bytes, size_t length) {
  if (happens(2)) {
    errno = happens(3) ? EINTR : happens(4) ? EPIPE : EAGAIN;
    return -1;
  }
  return send(socket, bytes, length > 1 && happens(5) ? length / 2 : length, MSG_NOSIGNAL);
}

static ssize_t fuzz_recv(int socket, char *bytes, size_t length) {
  check(__asan_region_is_poisoned(bytes, length) == NULL, "There is no room for what is received.");
  if (happens(6)) {
    errno = happens(7) ? EINTR : happens(8) ? ECONNRESET : EAGAIN;
    return -1;
  }
  return recv(socket, bytes, length > 1 && happens(9) ? length / 2 : length, 0);
}

static ssize_t fuzz_read(char *bytes, size_t length) {
  check(__asan_region_is_poisoned(bytes, length) == NULL, "There is no room for what is read.");
  if (happens(17)) {
    errno = happens(18) ? EIO : happens(3) ? EINTR : EAGAIN;
    return -1;
  }
  size_t at = typed_length == 0 ? 0 : (typed_length * typed_times() - typed_rest) % typed_length;
  size_t part = length > 1 && happens(9) ? length / 2 : length;
  if (part > typed_length - at) part = typed_length - at;
  if (part > typed_rest) part = typed_rest;
  memcpy(bytes, typed + at, part);
  typed_rest -= part;
  return (ssize_t)part;
}

static off_t fuzz_lseek(void) { return 0; }

static int fuzz_memfd_create(void) { return happens(18) ? -1 : COPY; }

static int fuzz_dup2(int descriptor) {
  check(descriptor == COPY && typed_rest == 0, "The copy is not complete.");
  is_copy_in_place = 1;
  return STDIN_FILENO;
}

static int fuzz_close(int descriptor) { return descriptor == COPY ? 0 : close(descriptor); }

static ssize_t fuzz_write(int descriptor, const char *bytes, size_t length) {
  check(__asan_region_is_poisoned((void *)(uintptr_t)bytes, length) == NULL, "What is printed is nowhere.");
  if (happens(10)) {
    errno = happens(11) ? EINTR : happens(12) ? EAGAIN : happens(13) ? ENOSPC : EPIPE;
    return -1;
  }
  size_t written = length > 1 && happens(14) ? length / 2 : length;
  /* The command's own sentences go to standard error. */
  if (descriptor == STDOUT_FILENO) printed += written;
  if (descriptor == COPY) copied += written;
  check(printed <= answer_length, "More is printed than was received.");
  return (ssize_t)written;
}

static int fuzz_poll(struct pollfd *one, int timeout) {
  if (happens(15)) {
    errno = EINTR;
    return -1;
  }
  if (one->fd != client) return 1;
  one->revents = 0;
  if (poll(one, 1, 0) == 1) return 1;
  clock_ms += timeout;
  /* Nobody will send more: a wait without an end ends here. */
  errno = EIO;
  return timeout < 0 ? -1 : 0;
}

static int fuzz_clock(struct timespec *time) {
  clock_ms += 1;
  *time = (struct timespec){clock_ms / 1000, clock_ms % 1000 * 1000000};
  return 0;
}

/* The real user, or one that is neither root nor the owner of the folder. */
static uid_t fuzz_user(void) { return (choices[4] & 64) != 0 ? 54321 : geteuid(); }

static int fuzz_execvp(char **words) {
  is_node_started = 1;
  size_t count = 0;
  for (; words[count] != NULL; count++) check(strlen(words[count]) < SIZE_MAX, "A word has no end.");
  check(count >= 2, "Node gets no script.");
  check(is_copy_in_place ? copied == typed_length * typed_times() : typed_rest == typed_length * typed_times(),
        "Node gets another input.");
  /* The process would be another one now. */
  free(words);
  errno = ENOENT;
  return -1;
}

#define open(path, flags) fuzz_open(path, flags)
#define socket(domain, type, protocol) fuzz_socket()
#define connect(socket, address, size) fuzz_connect(address)
#define send(socket, bytes, length, flags) fuzz_send(socket, bytes, length)
#define recv(socket, bytes, length, flags) fuzz_recv(socket, bytes, length)
#define write(descriptor, bytes, length) fuzz_write(descriptor, bytes, length)
#define read(descriptor, bytes, length) fuzz_read(bytes, length)
#define memfd_create(name, flags) fuzz_memfd_create()
#define lseek(descriptor, offset, whence) fuzz_lseek()
#define dup2(descriptor, place) fuzz_dup2(descriptor)
#define close(descriptor) fuzz_close(descriptor)
#define poll(descriptors, count, timeout) fuzz_poll(descriptors, timeout)
#define clock_gettime(clock, time) fuzz_clock(time)
#define execvp(file, words) fuzz_execvp(words)
#define isatty(descriptor) (choices[4] >> 7)
#define geteuid() fuzz_user()
#define getuid() fuzz_user()
#define main client_main
#include "../../../src/client/whmapi1.c"
#undef main
#undef read
#undef memfd_create
#undef lseek
#undef dup2
#undef close
#undef poll
#undef open
#undef socket
#undef connect
#undef send
#undef recv
#undef write
#undef clock_gettime
#undef execvp
#undef isatty
#undef geteuid
#undef getuid

/* Whether the command has told the server to run the call. Checks what it has sent. */
static int was_told_to_run(void) {
  static char received[MAX_RECEIVED];
  size_t length = 0;
  for (ssize_t got; (got = recv(server, received + length, sizeof received - length, 0)) > 0;) length += (size_t)got;
  if (length < HEADER) return 0;
  const char *next = received;
  if (received[0] == 'I') {
    size_t own = typed_length * typed_times();
    check(is_copy_in_place && number_in(received + 1) == own && own <= MAX_CONTENT, "The input has another length.");
    if (length < HEADER + own + HEADER) return 0;
    for (size_t at = 0; at < own; at++) check(next[HEADER + at] == typed[at % typed_length], "The input differs.");
    next += HEADER + own;
  }
  uint32_t size = number_in(next + 1);
  check(next[0] == 'R' && size <= MAX_CONTENT, "The request is no request.");
  if (next + HEADER + size > received + length) return 0;
  check(next[HEADER + size - 1] == '\0', "The last variable has no end.");
  next += HEADER + size;
  if (next + HEADER > received + length) return 0;
  check(next[0] == 'G' && number_in(next + 1) == 0, "The request is followed by something else.");
  return 1;
}

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv) {
  static char path[] = "/tmp/whmapi1-fuzz-XXXXXX";
  (void)argc;
  (void)argv;
  home = getenv("WHMAPI1_FUZZ_HOME");
  if (home == NULL) home = mkdtemp(path);
  check(home != NULL, "There is no folder.");
  return 0;
}

/* The status that the frames mean, if all of them can be printed. -1: they are not a response. */
static int meaning(const char *bytes, size_t length, size_t *output) {
  *output = 0;
  for (size_t at = HEADER; at + HEADER <= length;) {
    size_t size = number_in(bytes + at + 1), left = length - at - HEADER;
    char type = bytes[at];
    at += HEADER;
    if (type == 'X' && size == 1 && left > 0) return (unsigned char)bytes[at];
    if ((type != 'O' && type != 'E') || size > left) return -1;
    if (type == 'O') *output += size;
    at += size;
  }
  return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static char name[] = "whmapi1";
  char *argv[MAX_STRINGS + 2] = {name}, *variables[MAX_STRINGS + 1] = {NULL};
  if (size < sizeof choices) return 0;
  memcpy(choices, data, sizeof choices);
  data += sizeof choices;
  size -= sizeof choices;
  turn = 0;
  clock_ms = 0;
  is_node_started = 0;
  printed = 0;
  client = server = -1;
  input.length = 0;
  copied = 0;
  is_copy_in_place = 0;

  char *text = malloc(size + 1), *at = text;
  check(text != NULL, "There is no memory.");
  memcpy(text, data, size);
  text[size] = '\0';
  int argc = 1, count = 0;
  while (at < text + size && *at != '\0') {
    if (*at == '$' && count < MAX_STRINGS) variables[count++] = at + 1;
    else if (argc <= MAX_STRINGS) argv[argc++] = at;
    at += strlen(at) + 1;
  }
  answer = at < text + size ? at + 1 : text + size;
  answer_length = (size_t)(text + size - answer);
  typed = answer;
  typed_length = answer_length;
  typed_rest = typed_length * typed_times();

  char **own = environ;
  environ = variables;
  int status = client_main(argc, argv);
  environ = own;

  int was_told = server >= 0 && was_told_to_run();
  check(!(was_told && is_node_started), "The call was made twice.");
  if (was_told) {
    size_t output = 0;
    int expected = meaning(answer, answer_length, &output);
    int is_undisturbed = memcmp(choices, (uint8_t[sizeof choices]){0}, sizeof choices - 1) == 0;
    if (is_undisturbed && (choices[4] & 3) == 0) {
      check(status == (expected < 0 ? 3 : expected), "The exit status is another one.");
      if (expected >= 0) check(printed == output, "The output has another length.");
    }
  } else {
    int is_input_lost = status == 2 && copied + typed_rest > 0 && !is_node_started;
    check(status == 127 || is_input_lost, "The call was not made.");
  }
  if (server >= 0) (void)close(server);
  if (client >= 0) (void)close(client);
  free(text);
  return 0;
}
