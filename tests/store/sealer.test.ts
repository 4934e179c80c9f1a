import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

it('decrypts what it encrypted, for the same purpose', async () => {
  const { sealer } = here.engine;
  const sealed = await sealer.seal('WJ73QJSKZBXCIFPZ', 'bob', undefined);
  expect(await sealer.open(sealed, 'bob')).toBe('WJ73QJSKZBXCIFPZ');
});

it('decrypts nothing for another purpose', async () => {
  const { sealer } = here.engine;
  const sealed = await sealer.seal('WJ73QJSKZBXCIFPZ', 'bob', undefined);
  await expect(sealer.open(sealed, 'eve')).rejects.toThrow();
});

it.each([0, 1, 9, 21, 37])('decrypts nothing whose byte %i was changed', async (at) => {
  const { sealer } = here.engine;
  const sealed = Uint8Array.from(await sealer.seal('WJ73QJSKZBXCIFPZ', 'bob', undefined));
  sealed[at] = (sealed[at] ?? 0) ^ 1;
  await expect(sealer.open(sealed, 'bob')).rejects.toThrow();
});

it('never encrypts the same text to the same bytes', async () => {
  const { sealer } = here.engine;
  const one = await sealer.seal('same', 'bob', undefined);
  const other = await sealer.seal('same', 'bob', undefined);
  expect(Buffer.from(one).equals(other)).toBe(false);
});

it('keeps its key in a file of 32 bytes that only the owner can read', async () => {
  await here.engine.sealer.seal('x', 'bob', undefined);
  const { size, mode } = statSync(join(here.state, 'secret.key'));
  expect(size).toBe(32);
  expect(mode & 0o777).toBe(0o600);
});

it('notices another key in the file, and the former one again', async () => {
  const { sealer } = here.engine;
  const key = join(here.state, 'secret.key');
  const sealed = await sealer.seal('WJ73QJSKZBXCIFPZ', 'bob', undefined);
  const former = readFileSync(key);
  writeFileSync(key, Buffer.alloc(32, 7));
  await expect(sealer.open(sealed, 'bob')).rejects.toThrow('is not the key');
  await expect(sealer.seal('x', 'bob', sealed)).rejects.toThrow('is not the key');
  writeFileSync(key, former);
  expect(await sealer.open(sealed, 'bob')).toBe('WJ73QJSKZBXCIFPZ');
});

it('leaves no secret in the database, and nothing of the key', async () => {
  await here.call('twofactorauth_set_tfa_config_for_user', {
    bob: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } },
  });
  const database = new Database(join(here.state, 'store.db'));
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  const bytes = readFileSync(join(here.state, 'store.db'));
  expect(bytes.includes('WJ73QJSKZBXCIFPZ')).toBe(false);
  expect(bytes.includes(readFileSync(join(here.state, 'secret.key')).subarray(0, 8))).toBe(false);
});

it('does not decrypt a secret that was moved into another user’s row', async () => {
  for (const user of ['bob', 'eve']) {
    await here.call('twofactorauth_set_tfa_config_for_user', {
      [user]: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } },
    });
  }
  const database = new Database(join(here.state, 'store.db'));
  database.exec(
    "UPDATE tfa_secret SET sealed = (SELECT sealed FROM tfa_secret WHERE username = 'bob') WHERE username = 'eve'",
  );
  database.close();
  const { metadata } = await here.call('twofactorauth_get_tfa_config_for_user', { user: 'eve' });
  expect(metadata.error_code).toBe('internal');
  expect(metadata.reason).toMatch(/^API failure: \(XID xid123\) /);
});
