// Calls of the command in loops of a shell, as scripts make them: through a running server, without one, and by the
// program in Node. A loop starts the command as cheaply as the system can, so the start of the command is what is measured.
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { Database } from '../../src/store/database.ts';
import { median, startServer, time, type Environment } from './measure.ts';

const ROUNDS = 7;
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
const resellers = (count: number) => Array.from({ length: count }, (_, at) => `bench${at}`);
const RESELLERS = resellers(20);
/**
 * Each of them stores one secret a round, because a code is accepted once. As many that their loop takes as long as the
 * one of `node -e 0`: what a loop takes to begin after a pause of the machine, 16 ms and more, is not the call.
 */
const ENROLLED = resellers(100);

/** Calls inside an account that return about as much as domainuserdata. */
const inAccount = [
  'uapi_cpanel cpanel.user=bench0 cpanel.module=DomainInfo cpanel.function=single_domain_data domain=bench0.example',
  'cpanel cpanel_jsonapi_user=bench0 cpanel_jsonapi_module=DomainLookup cpanel_jsonapi_func=getdocroot domain=bench0.example',
];

interface Loop {
  readonly name: string;
  /** What is run again and again; `$who` is one of the resellers. */
  readonly command: () => string;
  readonly calls: number;
  /** The user that calls. Default: the one of this process. */
  readonly user?: number;
  /** Default: the first resellers. */
  readonly resellers?: readonly string[];
  /** The most that it may take, as a ratio to the loop of this name. */
  readonly reach?: readonly [ratio: number, name: string];
}

export async function compareCommand(top: string, work: string, given: Environment): Promise<void> {
  const native = join(top, 'dist/whmapi1');
  if (!existsSync(native)) {
    console.log(
      '\nThe native command is not measured: it was not compiled (Debian: apt install gcc libc6-dev).',
    );
    return;
  }
  const place = join(work, 'command');
  const state = join(place, 'state');
  mkdirSync(place);
  // Other users can reach it, unlike the state directory.
  const open = mkdtempSync(join(tmpdir(), 'whmapi1-bench-'));
  chmodSync(open, 0o711);
  const sockets = join(open, 'accounts');
  const environment = {
    ...given,
    ...{ WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1', WHMAPI1_SOCKETS: sockets },
  };
  const alone = { ...environment, WHMAPI1_STATE_DIR: join(place, 'alone') };
  const program = join(top, 'bin/whmapi1');
  for (const user of ENROLLED) {
    time([program, 'createacct', `username=${user}`, `domain=${user}.example`, 'reseller=1'], environment);
    time([program, 'setacls', `reseller=${user}`, 'acl-create-acct=1'], environment);
  }
  time([program, 'twofactorauth_enable_policy'], environment);
  const daemon = await startServer(
    [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
    environment,
  );
  const node = `${process.execPath} ${program}`;
  const set = (command: string) => () =>
    `${command} --user=$who twofactorauth_set_tfa_config secret=${SECRET} tfa_token=${codeAt(SECRET, Date.now())}`;
  const without = `env WHMAPI1_STATE_DIR=${alone.WHMAPI1_STATE_DIR}`;
  const loops: Loop[] = [
    { name: 'node -e 0', command: () => `${process.execPath} -e 0`, calls: 20 },
    // Its standard input is a socket of Node's, so bash can think that it was started over a network, and would run ~/.bashrc.
    { name: 'bash -c :', command: () => 'bash --norc -c :', calls: 200 },
    {
      ...{ name: 'version, server', command: () => `${native} version`, calls: 200 },
      reach: [0.08, 'node -e 0'],
    },
    { name: 'version, server, bin/whmapi1', command: () => `${program} version`, calls: 200 },
    { name: 'version, in Node', command: () => `${node} version`, calls: 20 },
    {
      ...{ name: 'version, no server', command: () => `${without} ${native} version`, calls: 20 },
      reach: [1.05, 'version, in Node'],
    },
    {
      ...{ name: 'set_tfa_config, server', command: set(native), calls: ENROLLED.length },
      ...{ resellers: ENROLLED, reach: [0.2, 'node -e 0'] as const },
    },
    {
      ...{ name: 'domainuserdata, server', calls: 200 },
      ...{
        command: () => `${native} domainuserdata domain=bench0.example`,
        reach: [4, 'bash -c :'] as const,
      },
    },
    ...inAccount.map((words): Loop => ({
      ...{ name: `${words.split(' ')[0]}, server`, command: () => `${native} ${words}`, calls: 200 },
      reach: [1.15, 'domainuserdata, server'],
    })),
  ];
  try {
    loops.push(...(await callsOfUapi(top, open, sockets, environment)));
    const times = new Map(loops.map(({ name }) => [name, [] as number[]]));
    for (let round = -1; round < ROUNDS; round++) {
      for (const { name, command, calls, ...by } of loops) {
        forgetUsedCodes(state);
        const took = loopOf(command(), calls, environment, by);
        if (round >= 0) times.get(name)?.push(took);
      }
    }
    print(loops, new Map([...times].map(([name, several]) => [name, median(several)])));
    for (const user of RESELLERS)
      time([program, 'createacct', `username=${user}`, `domain=${user}.example`], alone);
    compareThousands(native, environment, alone);
  } finally {
    daemon.child.kill();
    rmSync(open, { recursive: true, force: true });
  }
}

/** A thousand calls in one loop, once each way, because those without a server take most of a minute. */
function compareThousands(native: string, environment: Environment, alone: Environment): void {
  console.log('\n1,000 calls in a loop of the shell\n');
  console.log('| call | server running | no server | ratio |\n| --- | --- | --- | --- |');
  for (const call of [
    'version',
    'domainuserdata domain=$who.example',
    'twofactorauth_set_issuer issuer=$who',
  ]) {
    // Milliseconds a call are seconds a thousand.
    const [served = NaN, own = NaN] = [environment, alone].map((one) =>
      loopOf(`${native} ${call}`, 1000, one),
    );
    console.log(`| ${call} | ${served.toFixed(2)} s | ${own.toFixed(2)} s | ${(own / served).toFixed(1)} |`);
  }
}

/** As root, and as the user of an account if this process may become that user. */
async function callsOfUapi(
  top: string,
  open: string,
  sockets: string,
  environment: Environment,
): Promise<Loop[]> {
  const call = 'DomainInfo list_domains';
  const reach = [1.3, 'version, server'] as const;
  const asRoot: Loop = {
    ...{ name: `uapi --user ${call}, server`, command: () => `${top}/dist/uapi --user=bench0 ${call}` },
    ...{ calls: 200, reach },
  };
  if (process.getuid?.() !== 0) return [asRoot];
  const words = [join(top, 'bin/whmapi1'), '--output=json', 'accountsummary', 'user=bench0'];
  const { stdout } = spawnSync(words[0] ?? '', words.slice(1), { env: environment, encoding: 'utf8' });
  const user = Number((JSON.parse(stdout) as { data: { acct: { uid: string }[] } }).data.acct[0]?.uid);
  // Users may not be able to read the checkout.
  for (const part of ['bin', 'dist']) cpSync(join(top, part), join(open, part), { recursive: true });
  // As the program in Node asks for the socket at the first call.
  await new Promise((resolve, reject) => {
    const socket = connect({ path: join(sockets, 'request.sock'), allowHalfOpen: true }, () =>
      socket.end(String(user)),
    );
    socket.on('end', resolve).on('error', reject).resume();
  });
  return [
    asRoot,
    {
      name: `uapi ${call} by a user, server`,
      command: () => `${open}/dist/uapi ${call}`,
      calls: 200,
      user,
      reach,
    },
  ];
}

/** So that a code of the same time step is accepted again. */
function forgetUsedCodes(state: string): void {
  const store = new Database(join(state, 'store.db'));
  store.exec('DELETE FROM tfa_guard');
  store.close();
}

/** Milliseconds a call. @throws if one fails. */
function loopOf(
  command: string,
  calls: number,
  environment: Environment,
  { user, resellers: whom = RESELLERS }: Pick<Loop, 'user' | 'resellers'> = {},
): number {
  const script = `
    left=${calls}
    while :; do
      for who in ${whom.join(' ')}; do
        [ "$left" -gt 0 ] || exit 0
        left=$((left - 1))
        ${command} >/dev/null || exit 1
      done
    done`;
  const began = performance.now();
  const { status, stderr } = spawnSync('sh', ['-c', script], {
    ...{ env: { ...environment, BASH_ENV: undefined }, encoding: 'utf8', cwd: '/' },
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  return (performance.now() - began) / calls;
}

function print(loops: readonly Loop[], took: ReadonlyMap<string, number>): void {
  const floor = took.get('node -e 0') ?? NaN;
  console.log('\nCalls in a loop of the shell\n');
  console.log('| call | median ms | ratio to node -e 0 | to reach |\n| --- | --- | --- | --- |');
  for (const { name, reach } of loops) {
    const own = took.get(name) ?? NaN;
    const [bar, other = ''] = reach ?? [];
    const goal =
      bar === undefined ? '' : `${(own / (took.get(other) ?? NaN)).toFixed(2)} of ${other}; ${bar}`;
    console.log(`| ${name} | ${own.toFixed(2)} | ${(own / floor).toFixed(2)} | ${goal} |`);
  }
}
