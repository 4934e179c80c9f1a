// Calls of UAPI and API 2 against reads of WHM that return about as much: as commands, and over HTTPS at the port for
// accounts. And the command `uapi` of an ordinary user, whose call goes through a socket of the server.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { compareCallsInAccount } from './calls-in-account.ts';
import {
  median,
  processorTimeOf,
  startServer,
  stop,
  time,
  type Environment,
  type Started,
} from './measure.ts';
import { load } from './server.ts';

const ROUNDS = 5;
const DOMAIN = 'bob.example';
const named = [
  'cpanel_jsonapi_user=bob',
  'cpanel_jsonapi_module=DomainLookup',
  'cpanel_jsonapi_func=getdocroot',
];
const uapiNamed = ['cpanel.user=bob', 'cpanel.module=DomainInfo', 'cpanel.function=single_domain_data'];

/** Reads of about the same size: one of WHM, and two inside an account. */
const reads = [
  { name: 'domainuserdata', words: ['domainuserdata', `domain=${DOMAIN}`] },
  {
    name: 'uapi_cpanel: DomainInfo single_domain_data',
    words: ['uapi_cpanel', ...uapiNamed, `domain=${DOMAIN}`],
  },
  {
    name: 'cpanel: DomainLookup getdocroot, API 2',
    words: ['cpanel', 'cpanel_jsonapi_apiversion=2', ...named, `domain=${DOMAIN}`],
  },
];

export async function compareAccountApis(
  top: string,
  work: string,
  environment: Environment,
  runs: number,
): Promise<void> {
  const place = join(work, 'account-apis');
  const sockets = join(place, 'sockets');
  const own = {
    ...environment,
    WHMAPI1_SANDBOX: '1',
    WHMAPI1_SOCKETS: sockets,
    WHMAPI1_STATE_DIR: join(place, 'state'),
  };
  // An ordinary user must be able to read the program.
  chmodSync(work, 0o711);
  mkdirSync(place, { mode: 0o711 });
  for (const part of ['bin', 'dist']) cpSync(join(top, part), join(place, part), { recursive: true });
  const program = join(place, 'bin/whmapi1');
  const whm = (...words: string[]) =>
    JSON.parse(
      execFileSync(process.execPath, [program, '--output=json', ...words], { env: own, encoding: 'utf8' }),
    ) as {
      data: Record<string, unknown>;
    };
  whm('createacct', 'username=bob', `domain=${DOMAIN}`);
  compareCommands(program, own, runs);
  const daemon = await startServer(
    [join(place, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--account-port=0', '--log-level=silent'],
    own,
  );
  try {
    const native = join(place, 'dist/whmapi1');
    const { pid } = daemon.child;
    const calls = reads.map(({ words }) => words);
    if (pid !== undefined && existsSync(native)) compareCallsInAccount(native, pid, calls, own);
    await compareSockets(place, own, whm, runs);
    comparePorts(daemon, whm);
  } finally {
    await stop(daemon.child);
  }
}

function compareCommands(program: string, environment: Environment, runs: number): void {
  const times = reads.map((): number[] => []);
  for (let run = -3; run < runs; run++) {
    reads.forEach(({ words }, at) => {
      const took = time([program, '--output=json', ...words], environment);
      if (run >= 0) times[at]?.push(took);
    });
  }
  print(
    'Reads inside an account against a read of WHM, as commands',
    reads.map(({ name }, at) => ({
      name,
      took: median(times[at] ?? []),
      reach: at === 0 ? undefined : 1.15,
    })),
  );
}

/** Only root can start a process as another user. */
async function compareSockets(
  place: string,
  environment: Environment,
  whm: (...words: string[]) => { data: Record<string, unknown> },
  runs: number,
): Promise<void> {
  if (process.getuid?.() !== 0) {
    console.log('\nThe command uapi of an ordinary user is not measured: run the bench as root.');
    return;
  }
  // The server creates it after it listens at its ports.
  while (!existsSync(join(environment.WHMAPI1_SOCKETS ?? '', 'request.sock'))) await sleep(50);
  const { acct } = whm('accountsummary', 'user=bob').data as { acct: { uid: string }[] };
  const uid = Number(acct[0]?.uid);
  const call = () => {
    const began = performance.now();
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      [join(place, 'bin/uapi'), '--output=json', 'DomainInfo', 'list_domains'],
      { env: environment, uid, gid: uid, cwd: '/', encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    return performance.now() - began;
  };
  const [version, own]: number[][] = [[], []];
  for (let run = -3; run < runs; run++) {
    const took = [
      time([join(place, 'bin/whmapi1'), '--output=json', 'version'], environment),
      call(),
    ] as const;
    if (run >= 0) [version, own].forEach((list, at) => list?.push(took[at] ?? 0));
  }
  print('The command uapi of an ordinary user, through the socket of whmapi1d', [
    { name: 'whmapi1 version', took: median(version ?? []) },
    { name: 'uapi DomainInfo list_domains', took: median(own ?? []), reach: 1.3 },
  ]);
}

function comparePorts(
  { child, urls, accountUrl }: Started,
  whm: (...words: string[]) => { data: Record<string, unknown> },
): void {
  if (spawnSync('wrk', ['--version']).error !== undefined) {
    console.log('\nThe ports are not measured: wrk is not installed (Debian: apt install wrk).');
    return;
  }
  const rootToken = String(whm('api_token_create', 'token_name=bench').data.token);
  const { uapi } = whm(
    'uapi_cpanel',
    ...['cpanel.user=bob', 'cpanel.module=Tokens', 'cpanel.function=create_full_access', 'name=bench'],
  ).data as { uapi: { data: { token: string } } };
  const byRoot = `Authorization: whm root:${rootToken}`;
  const ofWhm = {
    name: '2087: domainuserdata',
    url: `${urls.https}/json-api/domainuserdata?api.version=1&domain=${DOMAIN}`,
    header: byRoot,
  };
  const byRootInside = {
    name: '2087: uapi_cpanel DomainInfo single_domain_data',
    url: `${urls.https}/json-api/uapi_cpanel?api.version=1&${uapiNamed.join('&')}&domain=${DOMAIN}`,
    header: byRoot,
  };
  const byAccount = {
    name: '2083: DomainInfo single_domain_data',
    url: `${accountUrl}/execute/DomainInfo/single_domain_data?domain=${DOMAIN}`,
    header: `Authorization: cpanel bob:${uapi.data.token}`,
  };
  const { pid = 0 } = child;
  printPorts('The ports, over HTTPS', [ofWhm, byAccount], pid);
  printPorts('The same function through both', [byRootInside, byAccount], pid);
}

function printPorts(
  title: string,
  sides: readonly { readonly name: string; readonly url: string; readonly header: string }[],
  pid: number,
): void {
  const measured = sides.map((): { rate: number; processor: number }[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    sides.forEach(({ url, header }, at) => {
      const before = processorTimeOf(pid);
      const { rate, requests } = load(url, header);
      const processor = (1000 * (processorTimeOf(pid) - before)) / requests;
      measured[at]?.push({ rate, processor });
    });
  }
  const rows = measured.map((all) => ({
    rate: median(all.map(({ rate }) => rate)),
    processor: median(all.map(({ processor }) => processor)),
  }));
  console.log(
    `\n${title}\n\n| call | requests a second | ratio | to reach | processor time, µs | ratio |\n` +
      '| --- | --- | --- | --- | --- | --- |',
  );
  rows.forEach(({ rate, processor }, at) => {
    const ratio = (rate / (rows[0]?.rate ?? NaN)).toFixed(2);
    const ofProcessor = (processor / (rows[0]?.processor ?? NaN)).toFixed(2);
    console.log(
      `| ${sides[at]?.name} | ${rate.toFixed(0)} | ${ratio} | ${at === 0 ? '' : '1'} | ${processor.toFixed(1)} | ${ofProcessor} |`,
    );
  });
}

interface Row {
  readonly name: string;
  /** Milliseconds. */
  readonly took: number;
  readonly reach?: number | undefined;
}

/** The first row is what the others are compared with. */
function print(title: string, rows: readonly Row[]): void {
  const floor = rows[0]?.took ?? NaN;
  console.log(`\n${title}\n\n| call | median ms | ratio | to reach |\n| --- | --- | --- | --- |`);
  for (const { name, took, reach } of rows) {
    console.log(`| ${name} | ${took.toFixed(1)} | ${(took / floor).toFixed(2)} | ${reach ?? ''} |`);
  }
}
