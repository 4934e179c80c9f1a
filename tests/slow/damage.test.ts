// A database that is damaged, newer than the program, or locked by another process: it is rejected with a reason, and
// not changed.
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder, run, storedSecret, storeSecret } from '../support/command.ts';
import { breakSecrets, dataIn, integrityOf, issuerOf } from '../process/state.ts';

const here = freshFolder();
const store = () => join(here.state, 'store.db');

interface Damage {
  readonly what: string;
  readonly damage: () => void;
  readonly reason: RegExp;
}

const damages: readonly Damage[] = [
  {
    what: 'holds garbage',
    damage: () => {
      writeFileSync(store(), Buffer.alloc(20_000, 'no database at all. '));
    },
    reason: /store\.db” could not be used: it is not an SQLite database, or it is damaged\. /,
  },
  {
    what: 'is overwritten past its header',
    damage: () => {
      const bytes = readFileSync(store());
      writeFileSync(store(), bytes.fill(0xa5, 100));
    },
    reason: /store\.db” could not be used: it is damaged\. Keep a copy, and restore it from a backup/,
  },
  {
    what: 'lost its second half',
    damage: () => {
      truncateSync(store(), readFileSync(store()).length / 2);
    },
    reason: /store\.db” could not be used: it is damaged\. Keep a copy, and restore it from a backup/,
  },
  {
    what: 'ends within its header',
    damage: () => {
      truncateSync(store(), 50);
    },
    reason: /store\.db” could not be used: it is damaged\. Keep a copy, and restore it from a backup/,
  },
  {
    // A power cut may leave such a file. If it were treated as a new database, 2FA would silently be disabled for
    // everybody.
    what: 'is empty, though the key shows that secrets were stored',
    damage: () => {
      truncateSync(store(), 0);
    },
    reason: /store\.db” .*backup/,
  },
  {
    what: 'comes from a newer program',
    damage: () => {
      const database = new Database(store());
      database.pragma('user_version = 9999');
      database.close();
    },
    reason:
      /store\.db” was written by a newer whmapi1 \(its schema is 9999, this program knows \d+\)\. Update this program\. Nothing was changed\.$/,
  },
  {
    what: 'is a folder',
    damage: () => {
      rmSync(store());
      mkdirSync(store(), { mode: 0o700 });
    },
    reason: /store\.db” .*(?:folder|directory)/,
  },
  {
    what: 'is a symbolic link',
    damage: () => {
      renameSync(store(), join(here.path, 'elsewhere.db'));
      symlinkSync(join(here.path, 'elsewhere.db'), store());
    },
    reason: /store\.db” .*link/,
  },
];

describe.each(damages)('a database that $what', ({ damage, reason }) => {
  it.each([
    ['twofactorauth_get_user_configs', []],
    ['twofactorauth_set_issuer', ['issuer=after']],
  ])('is rejected by %s and not changed', async (name, words) => {
    await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state: here.state });
    damage();
    const before = dataIn(here.state);
    const { status, stderr, metadata, data } = await call([name, ...words], { state: here.state });
    expect({ status, stderr, data, metadata }).toEqual({
      status: 3,
      stderr: '',
      data: undefined,
      metadata: {
        version: 1,
        reason: expect.stringMatching(reason) as string,
        result: 0,
        command: name,
        error_code: 'store_unavailable',
      },
    });
    expect(dataIn(here.state)).toEqual(before);
  });
});

it('reports an unexpected error for a secret whose encrypted bytes were changed, and logs no secret', async () => {
  const { state } = here;
  await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state });
  breakSecrets(state);
  const { status, metadata } = await call(['twofactorauth_get_tfa_config_for_user', 'user=bob'], { state });
  expect({ status, code: metadata.error_code }).toEqual({ status: 1, code: 'internal' });
  const log = readFileSync(join(state, 'error.log'), 'utf8');
  expect(log.trimEnd().split('\n')).toHaveLength(1);
  expect(log).not.toContain('WJ73QJSKZBXCIFPZ');
  expect(metadata.reason).toContain((JSON.parse(log) as { xid: string }).xid);
});

describe('a database that another process has locked', () => {
  it('makes a write wait, and can be read meanwhile', async () => {
    const { state } = here;
    await storeSecret('bob', 'WJ73QJSKZBXCIFPZ', { state });
    const other = new Database(store());
    other.exec('BEGIN EXCLUSIVE');
    const began = Date.now();
    const write = run(['twofactorauth_set_issuer', 'issuer=after'], { state });
    expect(await storedSecret('bob', { state })).toBe('WJ73QJSKZBXCIFPZ');
    expect(issuerOf(state)).toBeUndefined();
    await pause(began + 2000 - Date.now());
    other.exec('COMMIT');
    other.close();
    expect(await write).toMatchObject({ status: 0, stderr: '' });
    expect(Date.now() - began).toBeGreaterThanOrEqual(2000);
    expect(issuerOf(state)).toBe('after');
  });

  it('makes the very first call wait, which sets it up', async () => {
    const { state } = here;
    mkdirSync(state, { mode: 0o700 });
    const other = new Database(store());
    chmodSync(store(), 0o600);
    other.exec('BEGIN EXCLUSIVE; CREATE TABLE mine (id)');
    const write = run(['twofactorauth_set_issuer', 'issuer=after'], { state });
    await pause(1000);
    other.exec('ROLLBACK');
    other.close();
    expect(await write).toMatchObject({ status: 0, stderr: '' });
    expect(issuerOf(state)).toBe('after');
    expect(integrityOf(state)).toBe('ok');
  });
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}
