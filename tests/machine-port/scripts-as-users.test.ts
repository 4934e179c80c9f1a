// Scripts that root has registered, as users of accounts. Only root can change its user.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scriptsOf } from '../../src/machine/scripts.ts';

test('a script runs as the given user, with its home and without further groups', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-scripts-'));
  try {
    chmodSync(folder, 0o755);
    const script = join(folder, 'who');
    writeFileSync(script, '#!/bin/sh\ncat > /dev/null\necho "$(id -u) $(id -G) $HOME"\n', { mode: 0o755 });
    const run = (as?: { uid: number; gid: number; home: string }) =>
      scriptsOf(undefined).run([script], { input: 'x', limitMs: 5000, ...(as && { as }) });
    const bob = { uid: 12_345, gid: 12_346, home: '/home/bob' };
    expect((await run(bob)).stdout).toBe('12345 12346 /home/bob\n');
    expect((await run()).stdout).toMatch(/^0 0/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
