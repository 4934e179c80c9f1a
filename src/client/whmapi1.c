/*
 * The command whmapi1, natively: hands a call to a running whmapi1d and prints what comes back. Everything else, and
 * every call if no server takes it within 50 ms, is done by the program in Node, which this one then becomes.
 * docs/DECISIONS.md has the reasons, src/command-socket/frames.ts the protocol; scripts/build/client.ts defines NODE,
 * SCRIPT and BUILD.
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
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

enum { HEADER = 5, PATIENCE_MS = 50, MAX_REQUEST = 256 * 1024 };

extern char **environ;

struct request {
  char *bytes;
  size_t length, room;
};

static void add(struct request *request, const char *text) {
  size_t length = strlen(text) + 1;
  if (request->bytes != NULL && request->length + length <= request->room) {
    memcpy(request->bytes + request->length, text, length);
  }
  request->length += length;
}

static void add_number(struct request *request, unsigned long long number) {
  char text[24];
  (void)snprintf(text, sizeof text, "%llu", number);
  add(request, text);
}

/* Another namespace can show another server. */
static void add_namespace(struct request *request, const char *path) {
  struct stat found;
  int is_known = stat(path, &found) == 0;
  add_number(request, is_known ? found.st_dev : 0);
  add_number(request, is_known ? found.st_ino : 0);
}

static void add_terminal(struct request *request, int descriptor) {
  struct winsize size = {0};
  int is_terminal = isatty(descriptor) == 1;
  if (is_terminal && ioctl(descriptor, TIOCGWINSZ, &size) != 0) memset(&size, 0, sizeof size);
  add(request, is_terminal ? "1" : "0");
  add_number(request, size.ws_col);
  add_number(request, size.ws_row);
}

static void fill(struct request *request, int argc, char **argv) {
  struct utsname system;
  add(request, BUILD);
  add_namespace(request, "/proc/self/ns/mnt");
  add_namespace(request, "/proc/self/ns/net");
  add_namespace(request, "/proc/self/ns/pid");
  add(request, uname(&system) == 0 ? system.nodename : "");
  add_terminal(request, STDOUT_FILENO);
  add_terminal(request, STDERR_FILENO);
  add_number(request, (unsigned)argc - 1);
  for (int at = 1; at < argc; at++) add(request, argv[at]);
  for (char **variable = environ; *variable != NULL; variable++) add(request, *variable);
}

static void put_number(char *bytes, uint32_t number) {
  for (int at = 0; at < 4; at++) bytes[at] = (char)(number >> (8 * at));
}

static void put_header(char *bytes, char type, uint32_t length) {
  bytes[0] = type;
  put_number(bytes + 1, length);
}

static uint32_t number_in(const char *bytes) {
  uint32_t number = 0;
  for (int at = 0; at < 4; at++) number |= (uint32_t)(unsigned char)bytes[at] << (8 * at);
  return number;
}

static char *request_frame(int argc, char **argv, size_t *length) {
  struct request request = {NULL, 0, 0};
  fill(&request, argc, argv);
  size_t room = request.length;
  char *frame = room > MAX_REQUEST ? NULL : malloc(HEADER + room);
  if (frame == NULL) return NULL;
  request = (struct request){frame + HEADER, 0, room};
  fill(&request, argc, argv);
  if (request.length != room) return NULL;
  put_header(frame, 'R', (uint32_t)room);
  *length = HEADER + room;
  return frame;
}

/* As locateStateDirectory (src/store/state-directory.ts). Returns 0 where that has to decide. */
static int state_directory(char *path, size_t room) {
  const char *named = getenv("WHMAPI1_STATE_DIR"), *base, *below = "";
  if (named != NULL && named[0] != '\0') { /* The program resolves “..” without following links. */
    base = strstr(named, "..") == NULL ? named : NULL;
  } else if (geteuid() == 0) {
    base = "/var/lib/whmapi1";
  } else {
    below = "/whmapi1";
    base = getenv("XDG_STATE_HOME");
    if (base == NULL || base[0] != '/') {
      below = "/.local/state/whmapi1";
      base = getenv("HOME");
      if (base == NULL || base[0] != '/') return 0;
    }
  }
  int length = base == NULL ? 0 : snprintf(path, room, "%s%s", base, below);
  return length > 0 && (size_t)length < room;
}

static int64_t now_ms(void) {
  struct timespec time;
  if (clock_gettime(CLOCK_MONOTONIC, &time) != 0) return 0;
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static int wait_for(int descriptor, short events, int64_t deadline) {
  for (;;) {
    int64_t left = deadline < 0 ? -1 : deadline - now_ms();
    if (deadline >= 0 && left <= 0) return 0;
    struct pollfd one = {descriptor, events, 0};
    int found = poll(&one, 1, (int)left);
    if (found > 0) return 1;
    if (found == 0 || errno != EINTR) return 0;
  }
}

/* Sends or receives all bytes. Without a deadline (-1), waits as long as it takes. */
static int transfer(int socket, int is_sending, char *bytes, size_t length, int64_t deadline) {
  while (length > 0) {
    ssize_t done = is_sending ? send(socket, bytes, length, MSG_NOSIGNAL) : recv(socket, bytes, length, 0);
    if (done > 0) {
      bytes += done;
      length -= (size_t)done;
    } else if (done == 0 || (errno != EAGAIN && errno != EINTR)) {
      return 0;
    } else if (errno == EAGAIN && !wait_for(socket, is_sending ? POLLOUT : POLLIN, deadline)) {
      return 0;
    }
  }
  return 1;
}

/* A connection to a server of the same user, at the socket in a directory that nobody else can reach. -1: there is none. */
static int connect_to_server(void) {
  char path[PATH_MAX];
  struct stat found;
  uid_t user = geteuid();
  if (user != getuid() || !state_directory(path, sizeof path)) return -1;
  int directory = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return -1;
  int connection = -1;
  if (fstat(directory, &found) == 0 && found.st_uid == user && (found.st_mode & 077) == 0) {
    /* By the descriptor: the path can be longer than an address. */
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/command.sock", directory);
    struct ucred server;
    socklen_t size = sizeof server;
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (connection >= 0 && (connect(connection, (struct sockaddr *)&address, sizeof address) != 0 ||
                            getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &server, &size) != 0 ||
                            size != sizeof server || server.uid != user || server.pid <= 0)) {
      (void)close(connection);
      connection = -1;
    }
  }
  (void)close(directory);
  return connection;
}

/* Whether the server accepted the call and was told to run it. Before that, nothing has happened. */
static int hand_over(int socket, int argc, char **argv) {
  int64_t deadline = now_ms() + PATIENCE_MS;
  size_t length = 0;
  char *frame = request_frame(argc, argv, &length), header[HEADER];
  int is_accepted = frame != NULL && transfer(socket, 1, frame, length, deadline) &&
                    transfer(socket, 0, header, HEADER, deadline) && header[0] == 'A' && number_in(header + 1) == 0;
  free(frame);
  put_header(header, 'G', 0);
  return is_accepted && transfer(socket, 1, header, HEADER, deadline);
}

/* Returns 0, or the error that the stream reports. */
static int write_all(int descriptor, const char *bytes, size_t length) {
  while (length > 0) {
    ssize_t written = write(descriptor, bytes, length);
    if (written >= 0) {
      bytes += written;
      length -= (size_t)written;
    } else if (errno == EAGAIN) {
      (void)wait_for(descriptor, POLLOUT, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

static int complain(const char *sentence, int status) {
  (void)write_all(STDERR_FILENO, sentence, strlen(sentence));
  return status;
}

static int unknown_outcome(void) {
  return complain("whmapi1: The server ended the connection without a complete response. The call may have been "
                  "executed: check before you retry it.\n", 3);
}

/* Copies what the server sends to the streams. Returns the exit status. */
static int print_response(int socket) {
  static char bytes[64 * 1024];
  char header[HEADER], failure[HEADER + 8];
  uint32_t outputs = 0;
  /* After a failure of standard output, what follows up to the mark 'M' is not what a program would print. */
  int is_skipping = 0;
  for (;;) {
    if (!transfer(socket, 0, header, HEADER, -1)) return unknown_outcome();
    uint32_t left = number_in(header + 1);
    if (header[0] == 'M' && left == 0 && is_skipping) {
      is_skipping = 0;
      continue;
    }
    if (header[0] == 'X' && left == 1) {
      if (!transfer(socket, 0, bytes, 1, -1)) return unknown_outcome();
      /* Where the mark is still to come, so is another status. */
      if (!is_skipping) return (unsigned char)bytes[0];
      continue;
    }
    if (header[0] != 'O' && header[0] != 'E') return unknown_outcome();
    int stream = header[0] == 'O' ? STDOUT_FILENO : STDERR_FILENO, problem = 0;
    while (left > 0) {
      size_t part = left < sizeof bytes ? left : sizeof bytes;
      if (!transfer(socket, 0, bytes, part, -1)) return unknown_outcome();
      left -= (uint32_t)part;
      if (!is_skipping && problem == 0) problem = write_all(stream, bytes, part);
    }
    if (stream != STDOUT_FILENO || is_skipping) continue;
    if (problem != 0) {
      put_header(failure, 'F', 8);
      put_number(failure + HEADER, outputs);
      put_number(failure + HEADER + 4, (uint32_t)problem);
      if (!transfer(socket, 1, failure, sizeof failure, -1)) return unknown_outcome();
      is_skipping = 1;
    }
    outputs++;
  }
}

static void become_node(char **argv) {
  static char node[] = NODE;
  char own[PATH_MAX], script[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
  own[length > 0 ? length : 0] = '\0';
  char *end = strrchr(own, '/');
  if (end != NULL) *end = '\0';
  size_t count = 0;
  while (argv[count] != NULL) count++;
  char **words = calloc(count + 2, sizeof *words);
  if (words == NULL || snprintf(script, sizeof script, "%s/%s", own, SCRIPT) >= (int)sizeof script) return;
  words[0] = node;
  words[1] = script;
  if (count > 1) memcpy(words + 2, argv + 1, (count - 1) * sizeof *words);
  (void)execvp(NODE, words);
}

int main(int argc, char **argv) {
  /* A closed stream must not become the connection. Node opens them in the same way. */
  for (int stream = 0; stream <= 2; stream++) {
    if (fcntl(stream, F_GETFD) < 0 && open("/dev/null", O_RDWR) != stream) return 1;
  }
  int is_served = argc > 1 && strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "--complete") != 0;
  int connection = is_served ? connect_to_server() : -1;
  if (connection >= 0) {
    if (hand_over(connection, argc, argv)) {
      (void)signal(SIGPIPE, SIG_IGN);
      return print_response(connection);
    }
    (void)close(connection);
  }
  become_node(argv);
  return complain("whmapi1: Node.js could not be started. Install it, or put it into PATH.\n", 127);
}
