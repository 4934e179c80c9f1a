// What is said about a tool that could not write its file.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../src/machine/linux/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'whmapi1-tools-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  [
    'the signal for a file that becomes too large',
    `ulimit -f 1; exec head -c 100000 /dev/zero > ${folder}/large`,
    '“sh” was ended by the signal SIGXFSZ. A file reached the largest size that this process may write. ' +
      'Raise that limit (ulimit -f) and retry the call.',
  ],
  ['another signal', 'kill -TERM $$', '“sh” was ended by the signal SIGTERM.'],
  [
    'a disk quota that is used up, by its number',
    'echo "mariadb-dump: Got errno 122 on write" >&2; exit 5',
    '“sh” failed: mariadb-dump: Got errno 122 on write. The disk quota is used up. Raise it or free some space, ' +
      'then retry the call.',
  ],
  [
    'a disk quota that is used up, by its name',
    'echo "pg_dump: error: could not write to file: Disk quota exceeded" >&2; exit 1',
    '“sh” failed: pg_dump: error: could not write to file: Disk quota exceeded. The disk quota is used up. Raise it or ' +
      'free some space, then retry the call.',
  ],
])('a tool that is ended by %s', async (_what, script, message) => {
  await expect(run('sh', ['-c', script])).rejects.toThrow(expect.objectContaining({ message }) as Error);
});
