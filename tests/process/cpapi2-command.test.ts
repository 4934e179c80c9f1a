// The command cpapi2: what differs from uapi, whose code it shares (uapi-command.test.ts).
import { execFile } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AccountSockets } from '../../src/http/account-sockets.ts';
import { Installation } from '../support/installation.ts';
import { Terminal } from '../support/terminal.ts';

const top = join(__dirname, '../..');
const itAsRoot = process.getuid?.() === 0 ? it : it.skip;
const password = 'correct horse battery staple 7';
const job = ['command=/bin/echo 100%25', 'minute=5', 'hour=4', 'day=*', 'month=*', 'weekday=*'];

let here: Installation;
let folder: string;
let sockets: AccountSockets;
const uids = new Map<string, number>();

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve']) {
    await here.call('createacct', { username, domain: `${username}.example`, password });
    const { data } = await here.call('accountsummary', { user: username });
    uids.set(username, Number((data?.acct as unknown as { uid: string }[])[0]?.uid));
  }
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-cpapi2-'));
  chmodSync(folder, 0o711);
  // Other users may not be able to read the checkout.
  for (const part of ['bin', 'dist']) cpSync(join(top, part), join(folder, part), { recursive: true });
  mkdirSync(join(folder, 'home'), { mode: 0o777 });
  chmodSync(join(folder, 'home'), 0o777);
  sockets = new AccountSockets(here.application, readFileSync(join(top, 'dist/build-id'), 'latin1'));
  await sockets.start(join(folder, 'accounts'));
});
afterAll(async () => {
  await sockets.close();
  rmSync(folder, { recursive: true, force: true });
  here.remove();
});

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  name: 'cpapi2' | 'uapi' | 'whmapi1',
  words: readonly string[],
  options: { env?: Record<string, string>; uid?: number; input?: string } = {},
): Promise<Run> {
  const { env, uid, input = '' } = options;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(folder, 'bin', name), ...words],
      {
        env: { PATH: process.env.PATH, ...env },
        cwd: '/',
        ...(uid === undefined ? {} : { uid, gid: uid }),
      },
      (_error, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

/** As the owner of the installation. */
const asRoot = (words: readonly string[], input?: string) =>
  run('cpapi2', words, {
    env: here.environment as Record<string, string>,
    ...(input === undefined ? {} : { input }),
  });
/** As a Linux user. */
const as = (user: string, words: readonly string[]) =>
  run('cpapi2', words, {
    uid: uids.get(user) ?? 65_534,
    env: { WHMAPI1_SOCKETS: join(folder, 'accounts'), HOME: join(folder, 'home') },
  });

/** The crontab's jobs, by a call inside this process. */
async function commandsOf(user: string): Promise<unknown[]> {
  const { data } = await here.api2(user, 'Cron::listcron', {});
  return (data as { command?: string }[]).flatMap(({ command }) => (command === undefined ? [] : [command]));
}

it('makes a cron job for the account in --user, whose arguments are percent-encoded', async () => {
  const { status, stdout, stderr } = await asRoot([
    '--user=bob',
    '--output=json',
    'Cron',
    'add_line',
    ...job,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual({
    cpanelresult: {
      apiversion: 2,
      module: 'Cron',
      func: 'add_line',
      data: [
        { status: 1, statusmsg: 'crontab installed', linekey: expect.stringMatching(/^\w{32}$/) as string },
      ],
      event: { result: 1 },
    },
  });
  expect(await commandsOf('bob')).toEqual(['/bin/echo 100%']);
});

const FORM = { apiversion: 2, module: 'DomainLookup', func: 'countbasedomains' };
const COUNT = { ...FORM, data: [{ count: 1 }], event: { result: 1 } };

it.each([
  ['json', JSON.stringify({ cpanelresult: COUNT }) + '\n'],
  ['jsonpretty', JSON.stringify({ cpanelresult: COUNT }, undefined, 2) + '\n'],
  [
    'yaml',
    '---\ncpanelresult:\n  apiversion: 2\n  data:\n    -\n      count: 1\n  event:\n    result: 1\n  func: countbasedomains\n  module: DomainLookup\n',
  ],
  [
    'xml',
    '<?xml version="1.0" encoding="UTF-8"?>\n<cpanelresult>\n  <apiversion>2</apiversion>\n  <module>DomainLookup</module>\n  <func>countbasedomains</func>\n  <data>\n    <count>1</count>\n  </data>\n  <event>\n    <result>1</result>\n  </event>\n</cpanelresult>\n',
  ],
  ['csv', 'count\r\n1\r\n'],
])('prints the response as %s', async (format, text) => {
  const words = ['--user=bob', `--output=${format}`, 'DomainLookup', 'countbasedomains'];
  expect(await asRoot(words)).toEqual({ status: 0, stdout: text, stderr: '' });
});

it('reads arguments from standard input', async () => {
  const words = ['--user=bob', '--input=json', '--output=json', 'DomainLookup', 'getdocroot'];
  const { status, stdout } = await asRoot(words, '{"domain": "bob.example"}');
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ cpanelresult: { data: [{ reldocroot: 'public_html' }] } });
});

it('filters a list by the options of API 2', async () => {
  const { stdout } = await asRoot([
    ...['--user=bob', '--output=json', 'Fileman', 'listfiles'],
    ...[
      'api2_filter_column=file',
      'api2_filter_type=eq',
      'api2_filter_term=public_html',
      'api2_columns_a=file',
    ],
  ]);
  expect(JSON.parse(stdout)).toMatchObject({ cpanelresult: { data: [{ file: 'public_html' }] } });
});

it('writes to standard error what the form of API 2 cannot say', async () => {
  const dry = await asRoot(['--user=eve', '--dry-run', '--output=json', 'Cron', 'add_line', ...job]);
  expect(dry).toMatchObject({
    status: 0,
    stderr: expect.stringContaining('cpapi2: This was a dry run.') as string,
  });
  const csv = await asRoot(['--user=eve', '--dry-run', '--output=csv', 'Cron', 'add_line', ...job]);
  expect(csv).toMatchObject({
    stdout: expect.stringContaining('statusmsg') as string,
    stderr: dry.stderr,
  });
  expect(await commandsOf('eve')).toEqual([]);
  const { stderr } = await asRoot(['--user=bob', 'DomainLookup', 'countbasedomains', 'domian=x']);
  expect(stderr).toBe(
    'cpapi2: warning: “DomainLookup::countbasedomains” has no parameter “domian”. It was ignored.\n',
  );
});

it.each([
  [
    ['Cron', 'nothing'],
    'The system could not find the function “nothing” in the module “Cron”.',
    'cpapi2 --help Cron lists the functions of this module.\n',
  ],
  [
    ['Nothing', 'nothing'],
    'The system could not find the function “nothing” in the module “Nothing”.',
    'cpapi2 --help lists the modules, cpapi2 --help MODULE the functions of one.\n',
  ],
  [
    ['Email', 'listaliasbackups'],
    'The function “Email::listaliasbackups” of cPanel API 2 is not provided on this server. Backups of accounts are not provided yet.',
    'cpapi2 --help Email lists the functions of this module.\n',
  ],
])('says why %j cannot be called, and names the help', async (words, error, hint) => {
  const { status, stdout, stderr } = await asRoot(['--user=bob', '--output=json', ...words]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: hint });
  expect(JSON.parse(stdout)).toMatchObject({ cpanelresult: { error, event: { result: 0 } } });
});

it('fails for a user that does not exist', async () => {
  const { status, stdout } = await asRoot(['--user=nobody7', '--output=json', 'Cron', 'listcron']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    cpanelresult: { error: 'You do not have a user named “nobody7”.' },
  });
});

it('names the other command if only that has the function', async () => {
  const options = { env: here.environment as Record<string, string> };
  const { stderr } = await run('uapi', ['--user=bob', 'Cron', 'add_line', ...job], options);
  expect(stderr).toContain('cPanel API 2 has a function of this name: cpapi2 Cron add_line.\n');
  expect((await asRoot(['--user=bob', 'DomainInfo', 'list_domains'])).stderr).toContain(
    'UAPI has a function of this name: uapi DomainInfo list_domains.\n',
  );
  for (const [name, hint] of [
    ['Cron::add_line', 'cPanel API 2 has a function of this name: cpapi2 Cron add_line.\n'],
    ['SubDomain::addsubdomain', 'UAPI has a function of this name: uapi SubDomain addsubdomain.\n'],
  ] as const) {
    expect((await run('whmapi1', [name], options)).stderr).toBe(hint);
  }
});

it('refuses other words with a usage line', async () => {
  const terminal = new Terminal();
  for (const [words, message] of [
    [['Cron'], 'Name a module and a function with a space between them, such as DomainInfo list_domains.'],
    [['../x', 'y'], '“../x” is not the name of a module or function.'],
    [['--filter=domain=a', 'Cron', 'listcron'], 'cpapi2 filters and sorts by arguments'],
    [['--host=h1', 'Cron', 'listcron'], 'cpapi2 calls functions of this server only'],
    [['--tasks', 'Cron', 'listcron'], 'An option of this line belongs to whmapi1 and not to cpapi2.'],
    [['--openapi'], 'An OpenAPI description exists only for UAPI: uapi --openapi.'],
  ] as const) {
    const { status, stderr } = await terminal.run('--cpapi2', ...words);
    expect([words, status, stderr]).toEqual([words, 2, expect.stringContaining(`cpapi2: ${message}`)]);
    expect(stderr).toContain('Usage: cpapi2 ');
  }
  terminal.remove();
});

itAsRoot('asks root for the account', async () => {
  const { status, stderr } = await asRoot(['Cron', 'listcron']);
  expect([status, stderr]).toEqual([
    2,
    expect.stringContaining('Name it: cpapi2 --user=NAME Cron listcron.'),
  ]);
});

itAsRoot('acts for the user that calls it, through the server', async () => {
  const added = await as('eve', ['--output=json', 'Cron', 'add_line', ...job]);
  expect([added.status, JSON.parse(added.stdout)]).toMatchObject([
    0,
    { cpanelresult: { data: [{ status: 1 }] } },
  ]);
  expect(here.audit().at(-1)).toMatchObject({ caller: 'eve', function: 'Cron::add_line' });
  expect(await commandsOf('eve')).toEqual(['/bin/echo 100%']);
});

itAsRoot('does not act for another user than the one that calls it', async () => {
  const { status, stdout } = await as('eve', ['--user=bob', '--output=json', 'Cron', 'listcron']);
  expect(status).toBe(1);
  expect(stdout).not.toContain('/bin/echo');
  // A user has a store of its own at most, in its home. It has no accounts.
  expect(stdout).toContain('You do not have a user named “bob”.');
});

itAsRoot('refuses a user that is not an account', async () => {
  const { status, stdout } = await as('nobody', ['--output=json', 'Cron', 'listcron']);
  expect(status).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    cpanelresult: { error: expect.stringContaining('is not an account of this server.') as string },
  });
});

it('has a manual page of its own and of each module, and its words are completed', async () => {
  expect(
    ['cpapi2.1', 'cpapi2-modules.7', 'cpapi2-Cron.7'].filter((name) => !existsSync(`man/${name}`)),
  ).toEqual([]);
  const { stdout: help } = await asRoot(['--help', 'Cron', 'add_line']);
  expect(help).toContain('Usage: cpapi2 [options] Cron add_line command=VALUE');
  expect(help).toContain('cpapi2 --user=bob Cron add_line');
  const { stdout: completed } = await asRoot(['--complete', 'Cron', '']);
  expect(completed).toContain('remove_line\tRemove a cron job of the account.\n');
});
