// The native command, dist/whmapi1, for calls of uapi_cpanel and cpanel: with a server and by the program in Node, they
// print the same. The function that they run as the account decides whether the server makes the call.
import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { auditLog } from '../process/state.ts';
import { call, freshFolder, run, type Options, type Result } from '../support/command.ts';
import { lastingText } from '../support/lasting-text.ts';
import { startServer, type RunningServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

const native = resolve(__dirname, '../../dist/whmapi1');
// A machine without a C compiler has only the program in Node.
const describeNative = existsSync(native) ? describe : describe.skip;

const sandbox = { WHMAPI1_SANDBOX: '1' };
const outputs = ['yaml', 'json', 'jsonpretty', 'xml', 'table', 'csv', 'tsv'];

/** The native command runs with a server there, and the program in Node alone here. */
const there = freshFolder();
const here = freshFolder();
/** The state that both start with. */
let made: string;
let server: RunningServer;

beforeAll(async () => {
  made = mkdtempSync(join(tmpdir(), 'whmapi1-cpanel-'));
  for (const words of [
    ['username=sue', 'domain=sue.example', 'reseller=1'],
    ['username=bob', 'domain=bob.example', 'owner=sue'],
    ['username=ann', 'domain=ann.example'],
  ]) {
    const argv = ['createacct', ...words, 'password=correct horse battery staple 7'];
    expect((await call(argv, { state: join(made, 'state'), env: sandbox })).status).toBe(0);
  }
});
afterAll(() => rmSync(made, { recursive: true, force: true }));

beforeEach(async () => {
  for (const { state } of [there, here]) cpSync(join(made, 'state'), state, { recursive: true });
  server = await startServer(there.state, sandbox);
  await until(async () => (await natively(['--version', '--verbose'])).stdout.includes('whmapi1d'));
});
afterEach(() => server.stop());

const through = { node: [process.execPath], native: ['sh', '-c', `shift; exec "${native}" "$@"`, 'sh'] };
const natively = (argv: readonly string[], options: Options = {}) =>
  run(argv, { state: there.state, env: sandbox, through: through.native, ...options });
const inNode = (argv: readonly string[], options: Options = {}) =>
  run(argv, { state: here.state, env: sandbox, through: through.node, ...options });

const lasting = ({ status, stdout, stderr }: Result) => [String(status), stdout, stderr].map(lastingText);

type Line = readonly [argv: string[], input?: string];

const uapi = (module: string, func: string, ...words: string[]) => [
  'uapi_cpanel',
  ...['cpanel.user=bob', `cpanel.module=${module}`, `cpanel.function=${func}`],
  ...words,
];
const cpanel = (version: string, module: string, func: string, ...words: string[]) => [
  'cpanel',
  ...(version === '' ? [] : [`cpanel_jsonapi_apiversion=${version}`]),
  ...['cpanel_jsonapi_user=bob', `cpanel_jsonapi_module=${module}`, `cpanel_jsonapi_func=${func}`],
  ...words,
];
/** The command, with options before it. */
const under = (argv: string[], ...options: string[]) => [...options, ...argv];

const domain = 'domain=bob.example';
const json = (args: object): Line => [['--input=json', 'uapi_cpanel'], JSON.stringify(args)];
const named = {
  'cpanel.user': 'bob',
  'cpanel.module': 'DomainInfo',
  'cpanel.function': 'single_domain_data',
};

/** Calls that the server makes: reads, writes in the store, and functions that fail. */
const servedLines: readonly Line[] = [
  ...outputs.flatMap((output): Line[] => [
    [under(uapi('DomainInfo', 'domains_data'), `--output=${output}`)],
    [under(cpanel('3', 'DomainInfo', 'list_domains'), `--output=${output}`)],
    [under(cpanel('2', 'DomainLookup', 'getdocroot', domain), `--output=${output}`)],
    [under(uapi('DomainInfo', 'single_domain_data', 'domain=ann.example'), `--output=${output}`)],
  ]),
  [uapi('Email', 'list_pops')],
  [cpanel('', 'DomainLookup', 'getbasedomains')],
  [cpanel('', 'DomainLookup', 'getbasedomains', 'cpanel_jsonapi_version=2')],
  [uapi('DomainInfo', 'single_domain_data')],
  [uapi('DomainInfo', 'single_domain_data', domain, 'further=1')],
  [uapi('DomainInfo', 'single_domain_data', domain, 'domain=ann.example')],
  [uapi('DomainInfo', 'domains_data', 'api.filter_column=domain', 'api.filter_term=bob')],
  [uapi('DomainInfo', 'domains_data', 'api.filter_column=domain', 'api.filter_type=nothing')],
  [cpanel('2', 'DomainLookup', 'getdocroots', 'api2_sort=1', 'api2_sort_column=domain')],
  // Writes, and what they wrote.
  [under(uapi('NVData', 'set', 'names=a', 'a=1'), '--dry-run', '--output=json')],
  [under(uapi('NVData', 'get', 'names=a'), '--output=json')],
  [under(uapi('NVData', 'set', 'names=a', 'a=b%C3%BC'), '--output=json')],
  [under(cpanel('2', 'NVData', 'get', 'names=a'), '--output=json')],
  [under(cpanel('2', 'NVData', 'set', 'names=a', 'a='), '--output=xml')],
  [under(cpanel('3', 'NVData', 'get', 'names=a'), '--output=json')],
  [under(uapi('Tokens', 'create_full_access', 'name=one'), '--output=json')],
  [under(uapi('Tokens', 'create_full_access', 'name=one'), '--output=json')],
  [under(uapi('Tokens', 'list'), '--output=json')],
  // Other callers, and accounts that they do not have.
  [under(uapi('DomainInfo', 'list_domains'), '--user=sue')],
  [under(uapi('DomainInfo', 'list_domains'), '--user=ann')],
  [under(uapi('DomainInfo', 'list_domains', 'cpanel.user=ann'), '--user=sue')],
  [['uapi_cpanel', 'cpanel.user=ann', 'cpanel.module=DomainInfo', 'cpanel.function=list_domains']],
  [['uapi_cpanel', 'cpanel.user=nobody', 'cpanel.module=DomainInfo', 'cpanel.function=list_domains']],
  [['uapi_cpanel', 'cpanel.module=DomainInfo', 'cpanel.function=list_domains']],
  [['cpanel', 'cpanel_jsonapi_module=DomainLookup', 'cpanel_jsonapi_func=getdocroot', domain]],
  [under(uapi('DomainInfo', 'list_domains'), '-q')],
  [uapi('DomainInfo', 'list_domains', 'api.version=1')],
  json({ ...named, domain: 'bob.example' }),
  json({ ...named, domain: ['bob.example'] }),
];

/** Calls that the command makes: what they name is unclear, or unknown, or works on the machine. */
const ownLines: readonly Line[] = [
  [uapi('DomainInfo', 'nothing')],
  [uapi('Nothing', 'list_domains')],
  [uapi('domaininfo', 'list_domains')],
  [uapi('../DomainInfo', 'list_domains')],
  [uapi('DomainInfo', '__proto__')],
  [uapi('Email', 'check_fastmail')],
  [uapi('DomainInfo', 'list_domains', 'cpanel.module=DomainInfo')],
  [uapi('DomainInfo', 'list_domains', 'cpanel.function=nothing')],
  [['uapi_cpanel', 'cpanel.user=bob', 'cpanel.module=DomainInfo']],
  [['uapi_cpanel']],
  json({ ...named, 'cpanel.module': ['DomainInfo'], domain: 'bob.example' }),
  json({ ...named, 'cpanel.module': null }),
  [['cpanel']],
  [cpanel('1', 'DomainLookup', 'getdocroot')],
  [cpanel('4', 'DomainLookup', 'getdocroot')],
  [cpanel('', 'DomainInfo', 'list_domains')],
  [cpanel('', 'DomainInfo', 'list_domains', 'cpanel_jsonapi_version=3')],
  [cpanel('3', 'DomainInfo', 'list_domains', 'cpanel_jsonapi_apiversion=3')],
  [under(uapi('SubDomain', 'addsubdomain', 'domain=blog', 'rootdomain=bob.example'), '--dry-run')],
  [uapi('SubDomain', 'addsubdomain', 'domain=blog', 'rootdomain=bob.example')],
  [cpanel('2', 'SubDomain', 'delsubdomain', 'domain=blog.bob.example')],
];

/** The calls that the server has made for commands. */
const madeByServer = () =>
  auditLog(there.state).lines.filter(({ through: way }) => way === 'whmapi1d').length;

describeNative('calls of uapi_cpanel and cpanel', () => {
  test('the server makes reads, writes in the store and failing calls, and they print the same as in Node', async () => {
    let taken = 0;
    for (const [argv, input = ''] of servedLines) {
      const before = madeByServer();
      const [one, other] = [await natively(argv, { input }), await inNode(argv, { input })];
      expect([argv, lasting(one)]).toEqual([argv, lasting(other)]);
      if (madeByServer() > before) taken++;
    }
    // On a busy machine, some were not taken in time.
    expect(taken).toBeGreaterThan(servedLines.length / 2);
  });

  test('the command makes the other calls itself, even with a server', async () => {
    const before = madeByServer();
    for (const [argv, input = ''] of ownLines) {
      const [one, other] = [await natively(argv, { input }), await inNode(argv, { input })];
      expect([argv, lasting(one)]).toEqual([argv, lasting(other)]);
    }
    expect(madeByServer()).toBe(before);
  });

  test('one audit line names root as the caller of WHM, and one the account', async () => {
    await until(async () => {
      const before = auditLog(there.state).lines.length;
      expect((await natively(uapi('DomainInfo', 'list_domains'))).status).toBe(0);
      const lines = auditLog(there.state).lines.slice(before);
      return lines.every(({ through: way }) => way === 'whmapi1d') && lines.length > 0;
    });
    expect(auditLog(there.state).lines.slice(-2)).toMatchObject([
      { function: 'DomainInfo::list_domains', caller: 'root' },
      { function: 'uapi_cpanel', caller: 'root' },
    ]);
  });
});
