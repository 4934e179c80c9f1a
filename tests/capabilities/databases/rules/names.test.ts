// The names that accounts may give to databases and their users, and whose existing ones are.
import type { Db } from '../../../../src/core/context.ts';
import {
  assertNewName,
  hasPrefixOf,
  prefixesOf,
  type NameRule,
} from '../../../../src/capabilities/databases/rules/names.ts';
import { assertMayAdd } from '../../../../src/capabilities/databases/rules/limits.ts';
import * as owners from '../../../../src/capabilities/databases/rules/owners.ts';
import { Installation } from '../../../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve', 'longerthaneight'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const inStore = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));

/** Why the name is refused; undefined if it is accepted. */
const refusal = (name: string, rule: Partial<NameRule> = {}) =>
  inStore((db) =>
    assertNewName(db, 'name', name, { engine: 'mysql', kind: 'database', username: 'bob', ...rule }),
  ).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );

test('prefixes', () => {
  expect(prefixesOf('bob')).toEqual(['bob_']);
  expect(prefixesOf('longerthaneight')).toEqual(['longerth_', 'longerthaneight_']);
  expect(hasPrefixOf('bob', 'bob_')).toBe(false);
  expect(hasPrefixOf('bob', 'bobby_shop')).toBe(false);
});

test('new names', async () => {
  expect(await refusal('bob_shop-2')).toBeUndefined();
  expect(await refusal('bob_')).toContain('begins with “bob_”');
  expect(await refusal('shop')).toContain('begins with “bob_”');
  expect(await refusal('eve_shop')).toContain('begins with “bob_”');
  for (const name of ['bob_a`b', 'bob_%', 'bob_é', 'bob_a.b', 'bob_a\0b', 'bob_a b', 'bob_\\', "bob_'"]) {
    expect(await refusal(name)).toContain('should consist of letters, digits');
  }
  const long = { username: 'longerthaneight' } as const;
  expect(await refusal('longerth_a', long)).toContain('begins with “longerthaneight_”');
  expect(await refusal('longerth_a', { ...long, prefixSize: 8 })).toBeUndefined();
});

test('the length: each underscore of a MariaDB database counts twice', async () => {
  expect(await refusal(`bob_${'a'.repeat(59)}`)).toBeUndefined();
  expect(await refusal(`bob_${'a'.repeat(60)}`)).toContain('65 of at most 64 characters. Each “_”');
  expect(await refusal(`bob_${'a'.repeat(43)}`, { kind: 'user' })).toBeUndefined();
  expect(await refusal(`bob_${'a'.repeat(44)}`, { kind: 'user' })).toContain('48 of at most 47');
  expect(await refusal(`bob_${'a'.repeat(53)}`, { engine: 'postgresql' })).toBeUndefined();
  expect(await refusal(`bob_${'a'.repeat(54)}`, { engine: 'postgresql' })).toContain('58 of at most 57');
  expect(await refusal('bob_Shop', { engine: 'postgresql' })).toContain('lower-case');
});

test('names without a prefix, where the server does not demand one', async () => {
  const set = (value: string) =>
    here.call('set_tweaksetting', { module: 'Main', key: 'database_prefix', value });
  expect((await set('0')).metadata).toMatchObject({ result: 1 });
  expect(await refusal('shop')).toBeUndefined();
  expect(await refusal('eve_shop')).toContain('begins with the name of another account');
  expect(await refusal('longerth_shop')).toContain('begins with the name of another account');
  expect(await refusal('mysql')).toContain('reserved');
  expect(await refusal('Root', { kind: 'user' })).toContain('reserved');
  await set('1');
});

test('what has the prefix of an account is its own, unless the store says otherwise', async () => {
  const of = { engine: 'mysql', kind: 'database' } as const;
  const found = {
    names: ['bob_a', 'bob_given', 'eve_a', 'shop', 'gone_not'],
    wanted: { names: ['bob_given', 'shop', 'bob_dropped'], prefixes: ['bob_'] },
  };
  const row = (name: string, owner: string) => ({
    ...{ name, owner, createdAt: 500 },
    profile: owners.LOCAL_PROFILE,
  });
  await inStore(async (db) => {
    await owners.insert(db, of, row('bob_given', 'eve'));
    await owners.insert(db, of, row('shop', 'bob'));
    await owners.insert(db, of, row('bob_dropped', 'bob'));
    await owners.insert(db, of, row('bob_new', 'bob'));
  });
  const names = (owner: string) => inStore((db) => owners.namesOf(db, of, owner, found));
  expect(await names('bob')).toEqual(['bob_a', 'bob_new', 'shop']);
  expect(await names('eve')).toEqual(['bob_given', 'eve_a']);
  await inStore((db) =>
    owners.rename(db, of, { from: 'shop', to: 'bob_b', profile: 'localhost', owner: 'bob', now: 2000 }),
  );
  expect(await inStore((db) => owners.find(db, of, 'bob_b'))).toEqual(row('bob_b', 'bob'));
  await expect(inStore((db) => owners.assertOwn(db, of, 'bob', 'eve_a', found))).rejects.toThrow(
    'You do not have a database named “eve_a”.',
  );
});

test('the limit of databases', async () => {
  const account = { username: 'bob', settings: { maxDatabases: 2 } } as never;
  expect(() => assertMayAdd(account, 'mysql', 1)).not.toThrow();
  expect(() => assertMayAdd(account, 'mysql', 2)).toThrow('may have 2 MySQL databases, and has 2');
});
