// The file system of the state directory becomes read-only under a running server. No change is reported as done. Once
// it is writable again, the same server continues.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { call, freshFolder } from '../../support/command.ts';
import { PrivateMount } from '../../process/private-mount.ts';
import { until } from '../../support/until.ts';
import { startServer } from './server-process.ts';

const here = freshFolder();

test('calls say that the file system is read-only, and work again once it is not', async () => {
  const folder = join(here.path, 'disk');
  mkdirSync(folder);
  const disk = await PrivateMount.at(folder, '20m');
  const state = join(folder, 'state');
  const options = { state, through: disk.through };
  try {
    const { data } = await call(['api_token_create', 'token_name=test'], options);
    const authorization = `whm root:${data?.token as string}`;
    const server = await startServer({ WHMAPI1_STATE_DIR: state }, disk.through, ['--no-tasks']);
    const setIssuer = async (issuer: string) => {
      const path = `/json-api/twofactorauth_set_issuer?api.version=1&issuer=${issuer}`;
      const response = await fetch(server.url + path, { headers: { authorization } });
      const text = await response.text();
      return { status: response.status, text };
    };
    const remount = (mode: 'ro' | 'rw') => {
      const [command, ...words] = disk.through;
      const isDone = () =>
        spawnSync(command, [...words, 'mount', '-o', `remount,bind,${mode}`, folder]).status === 0;
      // The file system is busy as long as a process has a file open there.
      return until(isDone, `the file system was mounted ${mode}`);
    };
    try {
      // The server has had no call yet, and does not look for tasks. While it has files open, Linux refuses to remount
      // (EBUSY).
      await remount('ro');
      for (const word of ['during', 'again']) {
        const { status, text } = await setIssuer(word);
        expect([200, 503]).toContain(status);
        expect(text).toContain('"error_code":"store_unavailable"');
        expect(text).not.toContain('"result":1');
      }
      // A stranger learns no more than before.
      const strange = await fetch(`${server.url}/json-api/version?api.version=1`, {
        headers: { authorization: `whm root:${'A'.repeat(32)}` },
      });
      expect([403, 503]).toContain(strange.status);
      const local = await call(['twofactorauth_set_issuer', 'issuer=local'], options);
      expect([local.status, local.metadata.error_code]).toEqual([3, 'store_unavailable']);
      expect(local.metadata.reason).toMatch(/read-only/);
      await remount('rw');
      expect((await setIssuer('after')).text).toContain('"result":1');
      expect((await call(['twofactorauth_get_issuer'], options)).data).toMatchObject({ issuer: 'after' });
    } finally {
      await server.stop();
    }
  } finally {
    await disk.close();
  }
});
