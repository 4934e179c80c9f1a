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
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApplication, root } from '../../../src/app/app.ts';
import { dispatch } from '../../../src/core/dispatch.ts';
import type { Json } from '../../../src/core/values.ts';
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

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-every-work-'));
  fresh = join(folder, 'fresh');
  withBob = join(folder, 'with-bob');
  withAddon = join(folder, 'with-addon');
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
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

type Args = Readonly<Record<string, Json>>;

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
  };
}

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
])('%s is done completely or not at all, wherever it is killed', async (command, origin, args) => {
  const state = join(folder, command);
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

  const copies = join(folder, `${command}-copies`);
  mkdirSync(copies);
  copyOf(origin(), state);
  expect(await callIn(state, `copies ${copies}`, command, args)).toBeNull();
  await expectAllOrNothing('the end');
  const works = readdirSync(copies).map(Number);
  expect(works.length).toBeGreaterThan(10);
  for (const work of sixth(works.sort((one, other) => one - other))) {
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
