// A call that ends after each single operation on the machine or in the journal: after the next call, the whole account
// with its zone exists, or none of it. The state directory is copied after each operation of one call, and each copy is
// what a kill would have left there. Some of the calls are really killed.
import { spawn } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication, root } from '../../../src/app/app.ts';
import { dispatch } from '../../../src/core/dispatch.ts';
import type { Json } from '../../../src/core/values.ts';
import { Database } from '../../../src/store/database.ts';
import { accountWorker } from '../../support/account-worker.ts';
import { finishOperations } from '../../support/finish-operations.ts';
import { isSoak, sixth } from '../../support/sixth.ts';

jest.setTimeout(600_000);

/** After every such operation, another call is really killed. */
const KILLED = isSoak ? 12 : 48;

const worker = accountWorker();

let folder: string;
let fresh: string;
let withBob: string;
let withAddon: string;
let withMail: string;
let withHeld: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-every-work-'));
  fresh = join(folder, 'fresh');
  withBob = join(folder, 'with-bob');
  withAddon = join(folder, 'with-addon');
  withMail = join(folder, 'with-mail');
  withHeld = join(folder, 'with-held');
  await call(fresh, 'version');
  await call(withBob, 'createacct', { username: 'bob', domain: 'bob.example' });
  await call(withBob, 'adddns', { domain: 'extra.example', ip: '192.0.2.1', trueowner: 'bob' });
  await call(withAddon, 'createacct', { username: 'bob', domain: 'bob.example', maxaddon: '1' });
  await call(withAddon, 'create_subdomain', {
    domain: 'shop.bob.example',
    document_root: 'public_html/shop',
  });
  const alias = { domain: 'shop.example', username: 'bob', web_vhost_domain: 'shop.bob.example' };
  await call(withAddon, 'create_parked_domain_for_user', alias);
  await email(withAddon, 'add_pop', { email: 'a@shop.example', password: PASSWORD });
  await email(withAddon, 'add_forwarder', { ...forwarder, domain: 'shop.example', email: 'a' });
  mkdirSync(join(withAddon, 'root/home/bob/mail/shop.example/a/cur'), { recursive: true });
  for (const name of ['1:2,S', '2:2,S'])
    writeFileSync(join(withAddon, 'root/home/bob/mail/shop.example/a/cur', name), name);
  copyOf(withBob, withMail);
  await email(withMail, 'add_pop', { email: 'sales', domain: 'bob.example', password: PASSWORD });
  mkdirSync(join(withMail, 'root/home/bob/mail/bob.example/sales/new'), { recursive: true });
  writeFileSync(join(withMail, 'root/home/bob/mail/bob.example/sales/new/1'), 'text');
  copyOf(withMail, withHeld);
  await email(withHeld, 'hold_outgoing', { email: 'sales@bob.example' });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Args = Readonly<Record<string, Json>>;

const PASSWORD = 'correct horse battery staple 7';
const forwarder = { domain: 'bob.example', email: 'f', fwdopt: 'fwd', fwdemail: 'ann@world.example' };
const filter = {
  ...{ filtername: 'shop', account: 'sales@bob.example', part1: '$header_subject:', match1: 'contains' },
  ...{ val1: 'order', action1: 'save', dest1: 'INBOX.Shop' },
};
/** A call of UAPI by bob. */
const ofEmail = (name: string, args: Args): Args => ({
  ...{ 'cpanel.user': 'bob', 'cpanel.module': 'Email', 'cpanel.function': name, ...args },
});
async function email(state: string, name: string, args: Args): Promise<void> {
  const { data } = await call(state, 'uapi_cpanel', ofEmail(name, args));
  expect([name, data?.uapi]).toMatchObject([name, { errors: null }]);
}

/** Makes a call in this process. */
async function call(state: string, command: string, args: Args = {}) {
  const application = createApplication({ WHMAPI1_STATE_DIR: state });
  try {
    const given = Object.entries(args).map(([name, value]) => ({ name, value }));
    const { metadata, data } = await dispatch(
      { command, args: given, dryRun: false },
      root,
      application.engine,
    );
    expect(metadata).toMatchObject({ result: 1 });
    return { metadata, data };
  } finally {
    application.close();
  }
}

/** Makes a call in a process of its own, with a moment of `account-worker.ts`. @returns the signal that ended it. */
async function callIn(state: string, moment: string, command: string, args: Args): Promise<string | null> {
  const argv = [worker.path, state, moment, command, JSON.stringify(args)];
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((done) => child.on('close', (_status, signal) => done(signal)));
}

const copyOf = (from: string, to: string) => {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
};

/** The state of accounts and zones, except serials. */
async function everything(state: string) {
  const { data } = await call(state, 'listaccts', { want: 'user,domain' });
  const etc = ['passwd', 'shadow', 'group'].map((file) => namesIn(join(state, 'root/etc', file)));
  const homes = join(state, 'root/home');
  return {
    accounts: data?.acct,
    domains: (await call(state, 'get_domain_info')).data?.domains,
    web: namesOfHosts(join(state, 'root/etc/apache2/whmapi1/accounts')),
    ...{ etc, homes: existsSync(homes) ? readdirSync(homes).sort() : [] },
    zones: ['etc/bind/whmapi1/zones', 'var/lib/bind/whmapi1'].map((path) =>
      textsIn(join(state, 'root', path)),
    ),
    mail: mailIn(state),
  };
}

/** What is stored of mail, and what Exim, Dovecot and the homes have of it. Each call makes another hash of a password. */
function mailIn(state: string) {
  const read = <T>(path: string, work: (database: Database) => T): T | undefined => {
    if (!existsSync(join(state, path))) return undefined;
    const database = new Database(join(state, path), { readOnly: true });
    try {
      return work(database);
    } finally {
      database.close();
    }
  };
  const rowsOf = (database: Database, sql: string) => database.prepare(sql).all();
  const stored = read('store.db', (database) =>
    [
      'SELECT username, domain, local_part, quota, folder, outgoing, creates_folders FROM mailbox ORDER BY 2, 3',
      'SELECT * FROM mail_forwarder ORDER BY domain, local_part, destination',
      'SELECT * FROM mail_filter ORDER BY domain, local_part, name',
      'SELECT username, outgoing FROM mail_account ORDER BY 1',
    ].map((sql) => rowsOf(database, sql)),
  );
  const hashes = (path: string, sql: string) =>
    JSON.stringify(read(path, (database) => rowsOf(database, sql)) ?? []);
  const identities = 'root/var/lib/whmapi1-mail/identities.db';
  const mailboxes = "SELECT local_part || '@' || domain AS address, hash FROM mailbox ORDER BY 1";
  const logins = 'SELECT address, hash FROM identity WHERE hash IS NOT NULL ORDER BY 1';
  const lookups = ['domains', 'aliases', 'mailboxes', 'accounts', 'moving'].map((name) =>
    textsIn(join(state, 'root/etc/exim4/whmapi1', name)),
  );
  return {
    ...{ stored, lookups },
    // A call that is undone can leave the file without rows.
    identities:
      read(identities, (database) =>
        rowsOf(
          database,
          'SELECT address, username, home, maildir, quota, can_log_in FROM identity ORDER BY 1',
        ),
      ) ?? [],
    isSameHash: hashes('store.db', mailboxes) === hashes(identities, logins),
    isFirstHash: hashes('store.db', mailboxes).includes(firstHash(state)),
    files: ['bob', 'robert', 'shop'].flatMap((user) =>
      ['mail', 'etc'].flatMap((name) => namesBelow(join(state, 'root/home', user, name))),
    ),
  };
}

/** The hash of sales’ password before the call. */
function firstHash(state: string): string {
  if (state === withMail) return hashOfSales(state);
  return existsSync(join(withMail, 'store.db')) ? hashOfSales(withMail) : 'none';
}
function hashOfSales(state: string): string {
  const database = new Database(join(state, 'store.db'), { readOnly: true });
  try {
    const row = database.prepare("SELECT hash FROM mailbox WHERE local_part = 'sales'").get();
    return String((row as { hash?: string } | undefined)?.hash);
  } finally {
    database.close();
  }
}

/** Without folders that are empty, which a user may keep. */
const namesBelow = (path: string): string[] =>
  existsSync(path)
    ? readdirSync(path, { withFileTypes: true, recursive: true })
        .filter((one) => one.isFile())
        .map(({ parentPath, name }) => join(parentPath, name).replace(/^.*\/root\/home\//, ''))
        .sort()
    : [];

/** The names of the virtual hosts, by file. */
function namesOfHosts(path: string): string[] {
  if (!existsSync(path)) return [];
  return readdirSync(path)
    .sort()
    .map((name) => {
      const text = readFileSync(join(path, name), 'utf8');
      return `${name}: ${(text.match(/^\s*Server(?:Name|Alias) .*$/gm) ?? []).join('; ')}`;
    });
}

const namesIn = (path: string) =>
  existsSync(path) ? readFileSync(path, 'utf8').replaceAll(/:.*$/gm, '') : '';

/** The files in a folder, including staged ones. */
function textsIn(path: string): string[] {
  if (!existsSync(path)) return [];
  const files = readdirSync(path, { withFileTypes: true }).filter((one) => one.isFile());
  // The statements contain the path of each state directory.
  return files
    .map(({ name }) => `${name}: ${readFileSync(join(path, name), 'utf8')}`)
    .map((text) => text.replaceAll(/\b20\d{8}\b/g, 'SERIAL').replaceAll(/"[^"]*\/root\//g, '"'))
    .sort();
}

test.each<[string, () => string, Args]>([
  ['createacct', () => fresh, { username: 'bob', domain: 'bob.example' }],
  ['modifyacct', () => withBob, { user: 'bob', newuser: 'robert', domain: 'robert.example' }],
  ['removeacct', () => withBob, { username: 'bob' }],
  [
    'convert_addon_initiate_conversion',
    () => withAddon,
    { domain: 'shop.example', username: 'shop', wait: '1' },
  ],
  ['add_pop', () => withMail, { email: 'new', domain: 'bob.example', password: PASSWORD, quota: '9' }],
  ['passwd_pop', () => withMail, { email: 'sales@bob.example', password: `${PASSWORD} new` }],
  ['edit_pop_quota', () => withMail, { email: 'sales', domain: 'bob.example', quota: '7' }],
  ['delete_pop', () => withMail, { email: 'sales@bob.example' }],
  ['add_forwarder', () => withMail, forwarder],
  ['store_filter', () => withMail, filter],
  ['hold_outgoing', () => withMail, { email: 'sales@bob.example' }],
  ['release_outgoing', () => withHeld, { email: 'sales@bob.example' }],
  ['enable_mailbox_autocreate', () => withMail, { email: 'sales@bob.example' }],
])('%s is done completely or not at all, wherever it is killed', async (name, origin, given) => {
  const isOfMail = [withMail, withHeld].includes(origin());
  const [command, args] = isOfMail ? ['uapi_cpanel', ofEmail(name, given)] : [name, given];
  const state = join(folder, name);
  copyOf(origin(), state);
  await call(state, command, args);
  const [before, after] = [await everything(origin()), await everything(state)];
  expect(before).not.toEqual(after);

  const outcomes = new Set<string>();
  const expectAllOrNothing = async (moment: string) => {
    const { metadata } = await call(state, 'twofactorauth_get_issuer');
    await finishOperations(state);
    const found = await everything(state);
    const isDone = JSON.stringify(found) === JSON.stringify(after);
    expect({ moment, output: metadata.output, found }).toEqual({
      moment,
      output: undefined,
      found: isDone ? after : before,
    });
    outcomes.add(isDone ? 'done' : 'not done');
  };

  const copies = join(folder, `${name}-copies`);
  mkdirSync(copies);
  copyOf(origin(), state);
  expect(await callIn(state, `copies ${copies}`, command, args)).toBeNull();
  await expectAllOrNothing('the end');
  const works = readdirSync(copies).map(Number);
  expect(works.length).toBeGreaterThan(isOfMail ? 2 : 10);
  works.sort((one, other) => one - other);
  // Those of mail are few.
  for (const work of isOfMail ? works : sixth(works)) {
    rmSync(state, { recursive: true });
    // At the same path, which some files contain.
    renameSync(join(copies, `${work}`), state);
    await expectAllOrNothing(`copied after operation ${work}`);
  }
  expect([...outcomes].sort()).toEqual(['done', 'not done']);

  for (let work = 1; work <= works.length; work += KILLED) {
    copyOf(origin(), state);
    await callIn(state, `work ${work}`, command, args);
    await expectAllOrNothing(`killed after operation ${work}`);
  }
});
