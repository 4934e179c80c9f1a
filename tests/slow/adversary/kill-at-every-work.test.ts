// SIGKILL after each single operation of a call on the machine or in the journal: after the next call, the whole
// account with its zone exists, or none of it.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createApplication, root } from '../../../src/app.ts';
import { dispatch } from '../../../src/core/dispatch.ts';
import type { Json } from '../../../src/core/values.ts';

jest.setTimeout(600_000);

const top = resolve(__dirname, '../../..');
const worker = join(top, 'tests/process/account-worker.ts');

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

/** Makes a call in a process that ends after this many operations. @returns whether it was killed. */
async function callUntil(state: string, works: number, command: string, args: Args): Promise<boolean> {
  const argv = ['--import', 'tsx', worker, state, `work ${works}`, command, JSON.stringify(args)];
  const child = spawn(process.execPath, argv, { cwd: top, stdio: ['ignore', 'ignore', 'inherit'] });
  return new Promise((done) => child.on('close', (_status, signal) => done(signal === 'SIGKILL')));
}

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
  const done = join(folder, `${command}-done`);
  cpSync(origin(), done, { recursive: true });
  await call(done, command, args);
  const [before, after] = [await everything(origin()), await everything(done)];
  expect(before).not.toEqual(after);

  const outcomes = new Set<string>();
  for (let works = 1; ; works++) {
    const state = join(folder, `${command}-${works}`);
    cpSync(origin(), state, { recursive: true });
    const isKilled = await callUntil(state, works, command, args);
    const { metadata } = await call(state, 'twofactorauth_get_issuer');
    const found = await everything(state);
    const isDone = JSON.stringify(found) === JSON.stringify(after);
    expect({ works, output: metadata.output, found }).toEqual({
      works,
      output: undefined,
      found: isDone ? after : before,
    });
    outcomes.add(isDone ? 'done' : 'not done');
    rmSync(state, { recursive: true });
    if (!isKilled) break;
  }
  expect([...outcomes].sort()).toEqual(['done', 'not done']);
});
