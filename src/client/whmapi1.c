/*
 * The commands whmapi1, uapi and cpapi2, natively: hand a call to a running whmapi1d and print what comes back. Anything else,
 * and every call if no server takes it in time (50 ms), is done by the program in Node, which this one then becomes.
 * src/command-socket/README.md has the reasons, frames.ts next to it the protocol; scripts/build/client.ts defines NAME,
 * NODE, SCRIPT and BUILD.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#ifndef PATIENCE_MS
#define PATIENCE_MS 50 /* Tests of what a server answers wait longer, for a busy machine. */
#endif
#ifndef MAX_CONTENT
#define MAX_CONTENT (2u * 1024 * 1024) /* Linux starts no longer lines, unless the limit of the stack is raised. */
#endif
enum { HEADER = 5, MOST_INPUT = 64 * 1024 * 1024, BYTES_PER_MS = 20000 /* Reading a long line takes longer. */ };
#define ACTS_AS_ACCOUNT (strcmp(NAME, "whmapi1") != 0)

extern char **environ;

/* What is sent. A length beyond its bytes says that they do not suffice. Bytes that are not used take no memory. */
static struct frame {
  size_t length;
  char bytes[HEADER + MAX_CONTENT];
} request, input;
static char piece[64 * 1024]; /* Of what is read, to be written next. */

static void add(const char *text) {
  size_t length = strlen(text) + 1;
  if (request.length + length <= sizeof request.bytes) memcpy(request.bytes + request.length, text, length);
  request.length += length;
}

static void add_number(unsigned long long number) {
  char text[24];
  (void)snprintf(text, sizeof text, "%llu", number);
  add(text);
}

/* Another namespace can show another server. */
static void add_namespace(const char *path) {
  struct stat found = {0};
  if (stat(path, &found) != 0) found.st_dev = found.st_ino = 0;
  add_number(found.st_dev);
  add_number(found.st_ino);
}

static void add_terminal(int descriptor) {
  struct winsize size = {0};
  int is_terminal = isatty(descriptor) == 1;
  if (is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) != 0) memset(&size, 0, sizeof size);
  add(is_terminal ? "1" : "0");
  add_number(size.ws_col);
  add_number(size.ws_row);
}

static void put_header(char *bytes, char type, uint32_t length) {
  bytes[0] = type;
  for (int at = 0; at < 4; at++) bytes[1 + at] = (char)(length >> (8 * at));
}

static uint32_t number_in(const char *bytes) {
  uint32_t number = 0;
  for (int at = 0; at < 4; at++) number |= (uint32_t)(unsigned char)bytes[at] << (8 * at);
  return number;
}

static void fill_request(int argc, char **argv) {
  struct utsname system;
  request.length = HEADER;
  add(BUILD);
  add_namespace("/proc/self/ns/net");
  add_namespace("/proc/self/ns/pid");
  add_number((unsigned long long)getpid()); /* Whose mounts the server looks at. */
  add(uname(&system) == 0 ? system.nodename : "");
  for (int stream = STDOUT_FILENO; stream <= STDERR_FILENO; stream++) add_terminal(stream);
  add_number((unsigned)argc - 1 + ACTS_AS_ACCOUNT);
  if (ACTS_AS_ACCOUNT) add("--" NAME);
  for (int at = 1; at < argc; at++) add(argv[at]);
  for (char **variable = environ; *variable != NULL; variable++) add(*variable);
  put_header(request.bytes, 'R', (uint32_t)(request.length - HEADER));
}

/* As locateStateDirectory (src/store/state-directory.ts). Returns 0 where that has to decide. */
static int state_directory(char *path, size_t room) {
  const char *base = getenv("WHMAPI1_STATE_DIR"), *below = "";
  if (base != NULL && base[0] != '\0') { /* The program resolves “..” without following links. */
    if (strstr(base, "..") != NULL) return 0;
  } else if (geteuid() == 0) {
    base = "/var/lib/whmapi1";
  } else {
    below = "/whmapi1";
    base = getenv("XDG_STATE_HOME");
    if (base == NULL || base[0] != '/') {
      below = "/.local/state/whmapi1";
      base = getenv("HOME");
    }
    if (base == NULL || base[0] != '/') return 0;
  }
  int length = snprintf(path, room, "%s%s", base, below);
  return length > 0 && (size_t)length < room;
}

static int64_t now_ms(void) {
  struct timespec time = {0};
  (void)clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Whether to try again: a signal came, or it is ready now. Without a deadline (-1), waits as long as it takes. */
static int may_retry(int descriptor, short events, int64_t deadline) {
  if (errno != EAGAIN) return errno == EINTR;
  int64_t left = deadline < 0 ? -1 : deadline - now_ms();
  if (deadline >= 0 && left <= 0) return 0;
  struct pollfd one = {descriptor, events, 0};
  int found = poll(&one, 1, (int)left);
  return found > 0 || (found < 0 && errno == EINTR);
}

/* Sends (POLLOUT) or receives (POLLIN) all bytes. */
static int transfer(int socket, short event, char *bytes, size_t length, int64_t deadline) {
  for (ssize_t done; length > 0; bytes += done, length -= (size_t)done) {
    done = event == POLLOUT ? send(socket, bytes, length, MSG_NOSIGNAL) : recv(socket, bytes, length, 0);
    if (done < 0 && may_retry(socket, event, deadline)) done = 0;
    else if (done <= 0) return 0;
  }
  return 1;
}

/* A connection to a server of `owner`, in whose directory others have no right of `closed`. -1: there is none. */
static int connect_in(const char *path, const char *name, uid_t owner, mode_t closed) {
  int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC), connection = -1;
  if (directory < 0) return -1;
  struct sockaddr_un address = {.sun_family = AF_UNIX}; /* By the descriptor: the path can be longer than an address. */
  (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%s", directory, name);
  struct stat found;
  struct ucred server;
  socklen_t size = sizeof server;
  if (fstat(directory, &found) == 0 && found.st_uid == owner && (found.st_mode & closed) == 0)
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (connection >= 0 && (connect(connection, (struct sockaddr *)&address, sizeof address) != 0 ||
                          getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &server, &size) != 0 ||
                          size != sizeof server || server.uid != owner || server.pid <= 0)) {
    (void)close(connection);
    connection = -1;
  }
  (void)close(directory);
  return connection;
}

/* For these, a user has a socket of root's server, in a directory that only root can write (src/cli/account-socket.ts). */
static int connect_to_server(void) {
  char path[PATH_MAX], name[32];
  const char *named = getenv("WHMAPI1_SOCKETS");
  uid_t user = geteuid();
  int connection = -1;
  if (user != getuid()) return -1;
  if (ACTS_AS_ACCOUNT && user != 0) {
    (void)snprintf(name, sizeof name, "%u.sock", user);
    connection = connect_in(named == NULL ? "/run/whmapi1/accounts" : named, name, 0, 022);
  }
  if (connection >= 0 || !state_directory(path, sizeof path)) return connection;
  return connect_in(path, "command.sock", user, 077);
}

/* The server's answer: 'A' if it accepted the call, and was told to run it. Before that, nothing has happened. */
static char hand_over(int socket, int argc, char **argv) {
  char header[HEADER];
  fill_request(argc, argv);
  int64_t deadline = now_ms() + PATIENCE_MS + (int64_t)((input.length + request.length) / BYTES_PER_MS);
  if (request.length > sizeof request.bytes || !transfer(socket, POLLOUT, input.bytes, input.length, deadline) ||
      !transfer(socket, POLLOUT, request.bytes, request.length, deadline) ||
      !transfer(socket, POLLIN, header, HEADER, deadline) || number_in(header + 1) != 0)
    return 'D';
  char answer = header[0];
  put_header(header, 'G', 0);
  return answer != 'A' || transfer(socket, POLLOUT, header, HEADER, deadline) ? answer : 'D';
}

/* Returns 0, or the error that the stream reports. */
static int write_all(int descriptor, const char *bytes, size_t length) {
  for (ssize_t written; length > 0; bytes += written, length -= (size_t)written) {
    written = write(descriptor, bytes, length);
    if (written < 0 && !may_retry(descriptor, POLLOUT, -1)) return errno;
    if (written < 0) written = 0;
  }
  return 0;
}

static int complain(const char *sentence, int status) {
  (void)write_all(STDERR_FILENO, sentence, strlen(sentence));
  return status;
}

/* Reads standard input, and leaves a copy in its place, which Node reads if the server does not take the call after all.
 * Returns whether the input can be sent, or -1 if a part of it is lost. */
static int take_input(void) {
  int copy = input.length > 0 ? -1 : memfd_create(NAME, MFD_CLOEXEC);
  if (copy < 0) return 0;
  size_t total = 0;
  for (ssize_t got = 1; got != 0 && total <= MOST_INPUT;) { /* Node reads no more either. */
    got = read(STDIN_FILENO, piece, sizeof piece);
    if (got < 0 && may_retry(STDIN_FILENO, POLLIN, -1)) continue;
    if (got < 0 || write_all(copy, piece, (size_t)got) != 0) return got < 0 && total == 0 ? 0 : -1;
    if (total + (size_t)got <= MAX_CONTENT) memcpy(input.bytes + HEADER + total, piece, (size_t)got);
    total += (size_t)got;
  }
  if (lseek(copy, 0, SEEK_SET) != 0 || dup2(copy, STDIN_FILENO) != STDIN_FILENO) return -1;
  put_header(input.bytes, 'I', (uint32_t)total);
  input.length = HEADER + total;
  return total <= MAX_CONTENT;
}

/* Copies what the server sends to the streams. Returns the exit status, or -1 if what it sends ends early. */
static int print_response(int socket) {
  char header[HEADER], failure[HEADER + 1];
  int is_skipping = 0; /* After a failure of standard output, a program would print nothing before the mark 'M'. */
  for (;;) {
    if (!transfer(socket, POLLIN, header, HEADER, -1)) return -1;
    uint32_t left = number_in(header + 1);
    if (header[0] == 'M' && left == 0 && is_skipping) {
      is_skipping = 0;
      continue;
    }
    if (header[0] == 'X' && left == 1) {
      if (!transfer(socket, POLLIN, piece, 1, -1)) return -1;
      if (!is_skipping) return (unsigned char)piece[0];
      continue; /* Where the mark is still to come, so is another status. */
    }
    if (header[0] != 'O' && header[0] != 'E') return -1;
    int stream = header[0] == 'O' ? STDOUT_FILENO : STDERR_FILENO, problem = 0;
    while (left > 0) {
      size_t part = left < sizeof piece ? left : sizeof piece;
      if (!transfer(socket, POLLIN, piece, part, -1)) return -1;
      left -= (uint32_t)part;
      if (!is_skipping && problem == 0) problem = write_all(stream, piece, part);
    }
    if (stream != STDOUT_FILENO || problem == 0) continue;
    put_header(failure, 'F', 1);
    failure[HEADER] = (char)problem;
    if (!transfer(socket, POLLOUT, failure, sizeof failure, -1)) return -1;
    is_skipping = 1;
  }
}

static void become_node(int argc, char **argv) {
  static char node[] = NODE;
  char own[PATH_MAX], script[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
  own[length > 0 ? length : 0] = '\0';
  char *end = strrchr(own, '/');
  if (end != NULL) *end = '\0';
  char **words = calloc((size_t)argc + 3, sizeof *words);
  if (words == NULL || snprintf(script, sizeof script, "%s/%s", own, SCRIPT) >= (int)sizeof script) return;
  words[0] = node;
  words[1] = script;
  if (argc > 1) memcpy(words + 2, argv + 1, ((size_t)argc - 1) * sizeof *words);
  (void)execvp(NODE, words);
}

int main(int argc, char **argv) {
  /* A closed stream must not become the connection. Nothing can be written to the one in its place, so that a lost response is
     an error, as with other programs. */
  for (int stream = 0; stream <= 2; stream++) {
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDONLY) != stream) return 1;
  }
  int is_served = argc > 1 && strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "--complete") != 0;
  for (int connection; is_served > 0 && (connection = connect_to_server()) >= 0;) {
    char answer = hand_over(connection, argc, argv);
    if (answer == 'A') {
      (void)signal(SIGPIPE, SIG_IGN);
      int status = print_response(connection);
      return status >= 0 ? status : complain(NAME ": The server ended the connection without a complete response. The "
                                             "call may have been executed: check before you retry it.\n", 3);
    }
    (void)close(connection);
    is_served = answer == 'S' ? take_input() : 0;
  }
  if (is_served < 0) return complain(NAME ": Standard input could not be read.\n", 2);
  become_node(argc, argv);
  return complain(NAME ": Node.js could not be started. Install it, or put it into PATH.\n", 127);
}
