import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../src/core/context.ts';
import * as accessHashes from '../../src/capabilities/logins/rules/access-hashes.ts';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
let bob: Caller;
beforeEach(async () => {
  here = new Installation();
  here.overrides = { randomBytes: async (count) => crypto.getRandomValues(new Uint8Array(count)) };
  await addAccounts(here, anAccount(), anAccount({ username: 'carol', owner: 'bob' }));
  await here.call('setupreseller', { user: 'bob' });
  bob = await callerNamed(here, 'bob');
});
afterEach(() => here.remove());

const ask = (user: string, generate: '0' | '1', as?: Caller) =>
  here.call('accesshash', { user, generate }, as && { as });
const made = async (user: string) => (await ask(user, '1')).data?.accesshash as string;
const told = async (user: string) => (await ask(user, '0')).data?.accesshash;
async function holderOf(user: string, sent: string) {
  const { engine } = here;
  const hash = await engine.sha256(accessHashes.plain(sent));
  return engine.store.transaction('reads', async (db) => ({
    value: await accessHashes.authenticate(db, { user, hash }),
    keep: false,
  }));
}

describe('accesshash', () => {
  it('creates a hash of 29 lines, and returns it again', async () => {
    const hash = await made('root');
    expect(hash).toMatch(/^(?:[0-9a-f]{32}\n){28}[0-9a-f]{32}$/);
    expect(await ask('root', '0')).toEqual({
      metadata: { version: 1, reason: 'OK', result: 1, command: 'accesshash' },
      data: { accesshash: hash },
    });
  });

  it('logs its user in, with or without line breaks', async () => {
    const hash = await made('bob');
    expect(await holderOf('bob', hash)).toEqual(bob);
    expect(await holderOf('bob', hash.replaceAll('\n', ''))).toEqual(bob);
    expect(await holderOf('bob', `${hash.replaceAll('\n', '\r\n').toUpperCase()}\n`)).toEqual(bob);
    expect(await holderOf('root', hash)).toBeUndefined();
    expect(await holderOf('bob', hash.slice(0, -1))).toBeUndefined();
  });

  it('creates another hash, and the previous one no longer works', async () => {
    const first = await made('root');
    const second = await made('root');
    expect(second).not.toBe(first);
    expect(await told('root')).toBe(second);
    expect(await holderOf('root', first)).toBeUndefined();
    expect(await holderOf('root', second)).toEqual({ user: 'root', privileges: 'all' });
  });

  it('stores it encrypted', async () => {
    const hash = accessHashes.plain(await made('root'));
    const rows = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all<{ sealed: Uint8Array }>('SELECT * FROM access_hash'),
      keep: false,
    }));
    expect(Buffer.from(rows[0]?.sealed ?? []).toString('latin1')).not.toContain(hash.slice(0, 32));
    expect(JSON.stringify(here.audit())).not.toContain(hash.slice(0, 32));
  });

  it('returns an error if there is none', async () => {
    expect((await ask('root', '0')).metadata).toMatchObject({
      error_code: 'not_found',
      reason: '“root” has no access hash. To create one, pass generate=1.',
    });
  });

  it('returns a reseller’s own hash to the reseller', async () => {
    const { data } = await ask('bob', '1', bob);
    expect(await told('bob')).toBe(data?.accesshash);
  });

  it.each(['root', 'carol', 'nobody'])('does not return the hash of %s to a reseller', async (user) => {
    expect((await ask(user, '0', bob)).metadata).toMatchObject({
      error_code: 'denied',
      reason: `You cannot query the access hash of “${user}”: resellers can query only their own.`,
    });
  });

  it('creates none for a user who cannot call any function', async () => {
    expect((await ask('carol', '1')).metadata.reason).toBe(
      'Not a reseller: “carol” cannot call functions here. Make it a reseller with setupreseller.',
    );
    expect((await ask('nobody', '1')).metadata.error_code).toBe('not_found');
  });

  it('rejects an API token that has fewer privileges than its user', async () => {
    const privileges = new Set(['manage-api-tokens']);
    const limited: Caller = { user: 'root', privileges, seesAll: true, isLimited: true };
    expect((await ask('root', '1', limited)).metadata).toMatchObject({
      error_code: 'denied',
      reason:
        'You may not call “accesshash” with an API token that has fewer privileges than its owner: it acts on ' +
        'your own login. Use another login.',
    });
  });

  it('does not work for a suspended reseller', async () => {
    await addAccounts(here, anAccount({ username: 'eve', suspendedAt: 1 }));
    await here.call('setupreseller', { user: 'eve' });
    expect((await ask('eve', '1')).metadata.reason).toBe('The reseller “eve” is suspended.');
  });

  it('is encrypted with the key of the other secrets, which is not replaced if it is lost', async () => {
    const hash = await made('bob');
    rmSync(join(here.state, 'secret.key'));
    expect((await ask('root', '1')).metadata.error_code).toBe('key_lost');
    const secret = { root: { primary_account: { secret: 'WJ73QJSKZBXCIFPZ' } } };
    const stored = await here.call('twofactorauth_set_tfa_config_for_user', secret);
    expect(stored.metadata.error_code).toBe('key_lost');
    // It is looked up by its SHA-256 hash, and still works.
    expect(await holderOf('bob', hash)).toEqual(bob);
    // If it is the only secret, it may be replaced.
    expect(await made('bob')).not.toBe(hash);
  });

  it('requires both parameters', async () => {
    expect((await here.call('accesshash')).metadata.reason).toContain(
      'The parameter “generate” is required: it should be 1 or 0.',
    );
  });
});
