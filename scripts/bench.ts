// Measures whole processes against `node -e 0` of the same run, calls among many accounts against calls among few, and
// the writing of long lists; and calls while another address attacks. Read the ratios: the milliseconds drift with the machine.
// `npm run bench -- --help` tells the parts.
// HESTIA_SOURCE names a checkout of https://github.com/hestiacp/hestiacp, which the part `hestia` needs.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { codeAt } from '../src/capabilities/two-factor/rules/totp.ts';
import { formats } from '../src/render/format.ts';
import { compareAccountLists } from './bench/account-lists.ts';
import { compareAccountApis } from './bench/account-apis.ts';
import { compareAccounts, manyAccounts } from './bench/accounts.ts';
import { compareAccountsWithWebsites } from './bench/accounts-with-websites.ts';
import { compareSuspensions } from './bench/suspensions.ts';
import { compareAccountsWithZones } from './bench/accounts-with-zones.ts';
import { compareAttacks } from './bench/attack.ts';
import { compareBandwidth } from './bench/bandwidth.ts';
import { compareCommand } from './bench/command.ts';
import { compareCreatedAccounts } from './bench/create-accounts.ts';
import { compareDatabases } from './bench/databases.ts';
import { compareDelivery } from './bench/delivery.ts';
import { compareDiskUsage } from './bench/disk-usage.ts';
import { compareDns } from './bench/dns.ts';
import { compareHestia } from './bench/hestia.ts';
import { compareHost } from './bench/host.ts';
import { compareHooks } from './bench/hooks.ts';
import { compareMailLog } from './bench/mail-log.ts';
import { median, time } from './bench/measure.ts';
import { measureMemory } from './bench/memory.ts';
import { measureMix } from './bench/mix.ts';
import { compareListFunctions } from './bench/list-functions.ts';
import { compareRemote } from './bench/remote.ts';
import { compareServedLists } from './bench/served-lists.ts';
import { compareServers, compareWrites } from './bench/server.ts';
import { compareVirtualHosts } from './bench/web.ts';

const top = join(import.meta.dirname, '..');
const { values: given } = parseArgs({
  options: { runs: { type: 'string', default: '60' }, only: { type: 'string' }, help: { type: 'boolean' } },
});
const runs = Number(given.runs);
const work = mkdtempSync(join(tmpdir(), 'whmapi1-bench-'));
const state = join(work, 'state');
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';

// Where it is set, every start of Node takes 40 ms longer, which would make any ratio look good.
const environment = {
  ...process.env,
  NODE_EXTRA_CA_CERTS: undefined,
  WHMAPI1_STATE_DIR: state,
};

interface Case {
  readonly name: string;
  readonly argv: () => string[];
  readonly reach?: number;
  /** The exit status; 0 unless told. */
  readonly status?: number;
}

function starts(title: string, program: string): void {
  const set = (format: string) => () => [
    program,
    `--output=${format}`,
    'twofactorauth_set_tfa_config',
    `secret=${secret}`,
    `tfa_token=${codeAt(secret, Date.now())}`,
  ];
  const tab =
    (...words: string[]) =>
    () => [program, '--complete', ...words];
  const cases: Case[] = [
    { name: 'node -e 0', argv: () => ['-e', '0'] },
    { name: 'node:crypto alone', argv: () => ['-e', "require('node:crypto')"] },
    { name: '--help', argv: () => [program, '--help'], reach: 1.15 },
    { name: 'Tab, functions', argv: tab(''), reach: 1.3 },
    { name: 'Tab, parameters', argv: tab('createacct', 'username=', ''), reach: 1.3 },
    { name: 'Tab, values', argv: tab('listaccts', 'api.sort.a.field='), reach: 1.3 },
    { name: '--help --all', argv: () => [program, '--help', '--all'] },
    { name: '--search', argv: () => [program, '--search', 'lost phone'] },
    {
      name: 'not provided, JSON',
      argv: () => [program, '--output=json', 'get_market_providers_list'],
      status: 1,
    },
    { name: 'version, JSON', argv: () => [program, '--output=json', 'version'] },
    { name: 'policy_status, JSON', argv: () => [program, '--output=json', 'twofactorauth_policy_status'] },
    {
      name: 'the parts of a set alone',
      argv: () => [join(top, 'scripts/bench/parts-of-a-set.cjs'), state],
    },
    { name: 'set, JSON', argv: set('json') },
    { name: 'set, YAML', argv: set('yaml') },
    { name: 'set, XML', argv: set('xml') },
  ];
  prepareState(program);
  const times = cases.map((): number[] => []);
  for (let run = -3; run < runs; run++) {
    cases.forEach(({ argv, status }, at) => {
      restoreState();
      const took = time(argv(), environment, status);
      if (run >= 0) times[at]?.push(took);
    });
  }
  const floor = median(times[0] ?? []);
  console.log(`\n${title}\n`);
  console.log('| start | median ms | ratio | to reach |\n| --- | --- | --- | --- |');
  cases.forEach(({ name, reach }, at) => {
    const middle = median(times[at] ?? []);
    console.log(`| ${name} | ${middle.toFixed(1)} | ${(middle / floor).toFixed(2)} | ${reach ?? ''} |`);
  });
}

/** Every set is the first of its installation, so that its step is not burnt; one secret is stored already. */
function prepareState(program: string): void {
  rmSync(state, { recursive: true, force: true });
  const input = JSON.stringify({ bob: { primary_account: { secret } } });
  spawnSync(process.execPath, [program, 'twofactorauth_enable_policy'], { env: environment });
  spawnSync(process.execPath, [program, '--input=json', 'twofactorauth_set_tfa_config_for_user'], {
    env: environment,
    input,
  });
  rmSync(join(work, 'prepared'), { recursive: true, force: true });
  cpSync(state, join(work, 'prepared'), { recursive: true });
}

function restoreState(): void {
  rmSync(state, { recursive: true, force: true });
  cpSync(join(work, 'prepared'), state, { recursive: true });
}

/** The project again, with functions made up until the index holds `count`. */
function withManyFunctions(count: number): string {
  const copy = join(work, 'copy');
  for (const part of ['bin', 'src', 'scripts', 'docs', 'man', 'package.json', 'README.md', 'tsconfig.json']) {
    cpSync(join(top, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'));
  const model = readFileSync(join(top, 'src/functions/server-administration/gethostname.ts'), 'utf8');
  for (let at = 0; at < count; at++) {
    const name = `made_up_function_number_${at}`;
    const text = model
      .replace("'gethostname'", `'${name}'`)
      .replace('hostname.', `hostname, for the ${at}th time.`);
    writeFileSync(join(copy, `src/functions/server-administration/${name}.ts`), text);
  }
  for (const script of ['generate.ts', 'build.ts']) {
    const { status } = spawnSync(join(copy, 'node_modules/.bin/tsx'), [`scripts/${script}`], {
      cwd: copy,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    if (status !== 0) throw new Error(`${script} failed on the copy.`);
  }
  return join(copy, 'bin/whmapi1');
}

function longLists(): void {
  console.log('\n100,000 records of 20 fields, written out in pieces\n');
  console.log('| format | seconds | ratio to JSON | peak MiB above the data |\n| --- | --- | --- | --- |');
  let floor = NaN;
  for (const format of ['json', ...formats.filter((one) => one !== 'json')]) {
    const { stdout, status } = spawnSync(
      join(top, 'node_modules/.bin/tsx'),
      ['scripts/bench/long-list.ts', format],
      {
        cwd: top,
        env: environment,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    if (status !== 0) throw new Error(`long-list.ts ${format} failed.`);
    const { seconds, mebibytes } = JSON.parse(stdout) as { seconds: number; mebibytes: number };
    if (format === 'json') floor = seconds;
    console.log(
      `| ${format} | ${seconds.toFixed(2)} | ${(seconds / floor).toFixed(1)} | ${mebibytes.toFixed(0)} |`,
    );
  }
}

const parts: Readonly<Record<string, () => unknown>> = {
  mix: () => measureMix(top, work, environment),
  starts() {
    starts('Starts', join(top, 'bin/whmapi1'));
    starts('Starts with 600 more functions in the index', withManyFunctions(600));
  },
  command: () => compareCommand(top, work, environment),
  hooks: () => compareHooks(join(top, 'bin/whmapi1'), work, environment, runs),
  accounts: () => compareAccounts(join(top, 'bin/whmapi1'), work, environment, runs),
  disk: () => compareDiskUsage(top, work, environment, Math.min(runs, 15)),
  listfunctions: () => compareListFunctions(join(top, 'bin/whmapi1'), work, environment),
  servedlists: () => compareServedLists(top, work, environment),
  uapilists: () => compareAccountLists(top, work, environment),
  uapi: () => compareAccountApis(top, work, environment, runs),
  creating: () => compareCreatedAccounts(),
  zones: () => compareAccountsWithZones(join(work, 'accounts-with-zones')),
  websites: () => compareAccountsWithWebsites(join(work, 'accounts-with-websites')),
  suspensions: () => compareSuspensions(join(work, 'suspensions')),
  dns: () => compareDns(top, work, environment, runs),
  server: () => compareServers(top, manyAccounts(join(top, 'bin/whmapi1'), work, environment), environment),
  writes: () => compareWrites(top, join(work, 'writes'), environment),
  memory: () => measureMemory(top, join(work, 'memory'), environment),
  attack: () => compareAttacks(top, join(work, 'attacked'), environment),
  remote: () => compareRemote(top, work, environment),
  bandwidth: () => compareBandwidth(work),
  maillog: () => compareMailLog(work),
  delivery: () => compareDelivery(join(work, 'delivery')),
  lists: () => longLists(),
  web: () => compareVirtualHosts(Math.min(runs, 10)),
  databases: () => compareDatabases(top, work, environment, runs),
  hestia: () => compareHestia(join(work, 'hestia')),
  host: () => compareHost(top, work, environment, runs),
};

const asked = given.only?.split(',') ?? Object.keys(parts);
const unknown = asked.filter((name) => !Object.hasOwn(parts, name));
if (given.help === true || unknown.length > 0 || !(runs >= 1)) {
  rmSync(work, { recursive: true });
  console.log(`npm run bench -- --runs=60 --only=${Object.keys(parts).join()}`);
  process.exit(given.help === true ? 0 : 2);
}

// If its reader ends, as `head` does, the bench goes on in silence, and removes its folder in the end.
process.stdout.on('error', () => undefined);
try {
  console.log(`Node ${process.version}, ${cpus().length} cores, ${runs} runs each, in turn.`);
  for (const name of asked) await parts[name]?.();
} finally {
  rmSync(work, { recursive: true, force: true });
}
