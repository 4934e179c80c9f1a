// Calls of the command in loops of a shell, as scripts make them: through a running server, without one, and by the
// program in Node. A loop starts the command as cheaply as the system can, so the start of the command is what is measured.
import Database from 'better-sqlite3';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { codeAt } from '../../src/model/two-factor/totp.ts';
import { median, startServer, time, type Environment } from './measure.ts';

const ROUNDS = 7;
const SECRET = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
/** Each of them stores one secret a round. */
const RESELLERS = Array.from({ length: 20 }, (_, at) => `bench${at}`);

interface Loop {
  readonly name: string;
  /** What is run again and again; `$who` is one of the resellers. */
  readonly command: () => string;
  readonly calls: number;
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
  const environment = { ...given, WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' };
  const alone = { ...environment, WHMAPI1_STATE_DIR: join(place, 'alone') };
  const program = join(top, 'bin/whmapi1');
  for (const user of RESELLERS) {
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
    { name: 'bash -c :', command: () => 'bash -c :', calls: 200 },
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
    { name: 'set_tfa_config, server', command: set(native), calls: 20, reach: [0.2, 'node -e 0'] },
    {
      ...{ name: 'accountsummary, server', calls: 1000 / 5 },
      ...{ command: () => `${native} accountsummary user=bench0`, reach: [4, 'bash -c :'] as const },
    },
    { name: 'accountsummary, in Node', command: () => `${node} accountsummary user=bench0`, calls: 20 },
  ];
  try {
    const times = new Map(loops.map(({ name }) => [name, [] as number[]]));
    for (let round = -1; round < ROUNDS; round++) {
      for (const { name, command, calls } of loops) {
        forgetUsedCodes(state);
        const took = loopOf(command(), calls, environment);
        if (round >= 0) times.get(name)?.push(took);
      }
    }
    print(loops, new Map([...times].map(([name, several]) => [name, median(several)])));
  } finally {
    daemon.child.kill();
  }
}

/** So that a code of the same time step is accepted again. */
function forgetUsedCodes(state: string): void {
  const store = new Database(join(state, 'store.db'));
  store.exec('DELETE FROM tfa_guard');
  store.close();
}

/** Milliseconds a call. @throws if one fails. */
function loopOf(command: string, calls: number, environment: Environment): number {
  const script = `
    left=${calls}
    while :; do
      for who in ${RESELLERS.join(' ')}; do
        [ "$left" -gt 0 ] || exit 0
        left=$((left - 1))
        ${command} >/dev/null || exit 1
      done
    done`;
  const began = performance.now();
  const { status, stderr } = spawnSync('sh', ['-c', script], { env: environment, encoding: 'utf8' });
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
