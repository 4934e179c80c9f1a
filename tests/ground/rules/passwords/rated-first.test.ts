// Every function that sets a password rates it while no transaction is open, because the changes of other calls would
// wait for the rating.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Installation } from '../../../support/installation.ts';

const password = 'correct horse battery staple 7';
const other = 'another horse battery staple 8';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

interface Made {
  readonly isDone: boolean;
  readonly why: unknown;
}
const whm = async (name: string, args: Record<string, string>): Promise<Made> => {
  const { metadata } = await here.call(name, args);
  return { isDone: metadata.result === 1, why: metadata.reason };
};
const preview = async (name: string, args: Record<string, string>): Promise<Made> => {
  const { metadata } = await here.call(name, args, { dryRun: true });
  return { isDone: metadata.result === 1, why: metadata.reason };
};
const uapi = async (name: string, args: Record<string, string>): Promise<Made> => {
  const { status, errors } = await here.uapi('bob', name, args);
  return { isDone: status === 1, why: errors };
};

/** The calls build on each other. */
const calls: [
  string,
  (name: string, args: Record<string, string>) => Promise<Made>,
  Record<string, string>,
][] = [
  ['createacct', whm, { username: 'bob', domain: 'bob.example', password }],
  // The name is made from the domain: “ann” belongs to no system user.
  ['createacct', whm, { domain: 'ann.example', password }],
  ['passwd', whm, { user: 'bob', password: other }],
  ['passwd', whm, { user: 'root', password: other }],
  ['UserManager::change_password', uapi, { oldpass: other, newpass: password }],
  ['DirectoryPrivacy::add_user', uapi, { dir: 'public_html', user: 'ann', password }],
  ['set_local_mysql_root_password', whm, { password }],
  ['Mysql::create_user', uapi, { name: 'bob_app', password }],
  ['Mysql::set_password', uapi, { user: 'bob_app', password: other }],
  ['set_mysql_password', whm, { user: 'bob_app', password }],
  ['Postgresql::create_user', uapi, { name: 'bob_app', password }],
  ['Postgresql::set_password', uapi, { user: 'bob_app', password: other }],
  ['Postgresql::rename_user', uapi, { oldname: 'bob_app', newname: 'bob_web', password }],
  ['set_postgresql_password', whm, { user: 'bob_web', password: other }],
  ['rename_postgresql_user', whm, { oldname: 'bob_web', newname: 'bob_new', password }],
  // In a dry run, no tool makes the pair.
  ['generatesshkeypair', preview, { name: 'backup', algorithm: 'ed25519', passphrase: password }],
];

/** From now on, `open` says how many transactions the caller of it has open. Work in the background may have others. */
function countTransactions(): { readonly open: number } {
  const opened = new AsyncLocalStorage<number>();
  const { store } = here.engine;
  here.overrides.store = {
    ...store,
    transaction: (effect, work) =>
      store.transaction(effect, (db, nested) =>
        opened.run((opened.getStore() ?? 0) + 1, () => work(db, nested)),
      ),
  };
  return {
    get open() {
      return opened.getStore() ?? 0;
    },
  };
}

test('a password is rated once, and while no transaction is open', async () => {
  const count = countTransactions();
  let whileOpen: number[] = [];
  here.overrides = {
    ...here.overrides,
    passwordStrength: async () => {
      whileOpen.push(count.open);
      return 100;
    },
  };
  const rated: [string, number[], Made][] = [];
  for (const [name, make, args] of calls) {
    whileOpen = [];
    const made = await make(name, args);
    rated.push([name, whileOpen, made]);
  }
  expect(rated).toEqual(
    calls.map(([name]) => [name, [0], expect.objectContaining({ isDone: true }) as Made]),
  );
});

test('the password of a protected directory is hashed while no transaction is open', async () => {
  const account = { username: 'bob', domain: 'bob.example', password };
  expect(await whm('createacct', account)).toEqual({ isDone: true, why: 'Account Creation Ok' });
  const count = countTransactions();
  const { randomBytes } = here.engine;
  const salts: [number, number][] = [];
  here.overrides.randomBytes = (length) => {
    salts.push([length, count.open]);
    return randomBytes(length);
  };
  const args = { dir: 'public_html', user: 'ann', password };
  expect(await uapi('DirectoryPrivacy::add_user', args)).toMatchObject({ isDone: true });
  expect(salts).toEqual([[16, 0]]);
});

test('a weak password is refused, and nothing is changed', async () => {
  await whm('createacct', { username: 'bob', domain: 'bob.example', password });
  here.overrides.passwordStrength = async () => 20;
  const { metadata } = await here.call('passwd', { user: 'bob', password: other });
  expect(metadata).toMatchObject({ error_code: 'weak_password' });
  expect((await uapi('Mysql::create_user', { name: 'bob_app', password })).why).toEqual([
    expect.stringContaining('its strength is 20 of 100'),
  ]);
  const { data } = await here.uapi('bob', 'Mysql::list_users');
  expect(data).toEqual([]);
});
