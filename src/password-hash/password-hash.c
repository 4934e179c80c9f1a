/*
 * Hashes passwords by crypt(3), for src/machine/linux/password-hash.ts:
 *
 *   password-hash SETTING...
 *
 * A setting is the method, the cost and the salt: “$y$j9T$SALT$”. The password of each is a line of standard input. The
 * hash of each is a line of standard output. The exit status is 1 if a line is missing or too long, or a setting is not
 * one of crypt(5).
 */
#define _GNU_SOURCE
#include <crypt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { LARGE = 2 << 20 };

static struct crypt_data data;
static char line[CRYPT_MAX_PASSPHRASE_SIZE + 1];

/*
 * libcrypt uses this one, because a program's functions replace those of its libraries. yescrypt takes 16 MiB. In pages of
 * 4 KiB, the page faults take nearly as long as the hash, so the kernel is asked for pages of 2 MiB.
 */
void *mmap(void *address, size_t length, int protection, int flags, int file, off_t offset) {
  void *memory = (void *)syscall(SYS_mmap, address, length, protection, flags, file, offset);
  if (memory != MAP_FAILED && length >= LARGE) madvise(memory, length, MADV_HUGEPAGE);
  return memory;
}

static bool readPassword(void) {
  if (fgets(line, sizeof line, stdin) == NULL) return false;
  char *end = strchr(line, '\n');
  if (end == NULL) return false;
  *end = '\0';
  return true;
}

int main(int count, char **words) {
  bool done = true;
  for (int at = 1; done && at < count; at++) {
    const char *hash = readPassword() ? crypt_rn(line, words[at], &data, sizeof data) : NULL;
    done = hash != NULL && puts(hash) >= 0;
  }
  explicit_bzero(line, sizeof line);
  explicit_bzero(&data, sizeof data);
  return done && fflush(stdout) == 0 ? 0 : 1;
}
