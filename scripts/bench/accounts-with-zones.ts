// 1,000 accounts with DNS zones on a Linux machine to throw away, with a named of its own: how many a second, what the time
// goes to, how often named is reloaded, and whether any of it grows with the number of zones.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { linuxMachine } from '../../src/machine/choose.ts';
import { Database } from '../../src/store/database.ts';
import { makeToken, median, startServer, time, type Environment, type Started } from './measure.ts';
import { partsOf, showParts, type Parts } from './spent-parts.ts';

const ACCOUNTS = 1000;
const FEW = 10;
/** One after the other, with few zones and with many. */
const SINGLE = 30;
/** Calls at the same time. */
const CLIENTS = 16;
/** What `reloads.ts` promises. */
const RELOAD_MS = 20;
const password = 'four unusual words, Xylophone';
const top = join(import.meta.dirname, '../..');
const STATE = '/var/lib/whmapi1';
const LOG = '/var/cache/bind/log';

/**
 * A copy of /etc, empty homes and states, and a network that nobody else sees. The files are on a disk, in a folder that is
 * given, because much of the time goes to writing them safely.
 */
const setUp = `
  set -e
  disk=$1; shift
  cp -a /etc "$disk/etc"
  for folder in /home /var/lib /var/spool /var/mail /var/cache/bind /run; do mkdir -p "$disk$folder"; done
  for folder in /etc /home /var/lib /var/spool /var/mail /var/cache/bind /run; do mount --bind "$disk$folder" "$folder"; done
  mkdir -p -m 0700 ${STATE}
  mkdir -p /var/lib/bind /run/named /run/lock
  chown bind:bind /var/lib/bind /run/named /var/cache/bind
  ip link set lo up
  ip link add outside type veth peer name inside
  ip address add 192.0.2.10/24 dev outside
  ip link set outside up
  exec "$0" "$@"
`;

/** Measures in another process, which is in the machine. @param work an empty folder. */
export function compareAccountsWithZones(work: string): void {
  const missing =
    process.getuid?.() !== 0 ? 'only root can' : existsSync('/usr/sbin/named') ? '' : 'no named';
  if (missing !== '') {
    console.log(`\nMaking accounts with zones is not measured: ${missing}.`);
    return;
  }
  const words = ['--mount', '--net', '--propagation', 'private', 'sh', '-c', setUp];
  const tsx = join(top, 'node_modules/.bin/tsx');
  mkdirSync(work);
  const { status } = spawnSync('unshare', [...words, tsx, work, import.meta.filename, 'measure'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`accounts-with-zones.ts ended with ${status}.`);
}

interface Hosting {
  readonly environment: Environment;
  readonly server: Started;
  readonly token: string;
  /** The file with what the server's time went to. */
  readonly spent: string;
}

async function measure(): Promise<void> {
  const spent = join(STATE, 'time-spent.json');
  const environment = {
    ...process.env,
    NODE_EXTRA_CA_CERTS: undefined,
    WHMAPI1_STATE_DIR: undefined,
    WHMAPI1_TRUST_PROGRAM: '1',
    TIME_SPENT: spent,
  };
  const named = spawn('named', ['-f', '-u', 'bind', '-L', LOG], { stdio: 'ignore' });
  let server: Started | undefined;
  try {
    await waitUntil('named answers', () => spawnSync('rndc', ['status']).status === 0);
    const token = makeToken(top, environment);
    await prepareDns();
    server = await startServer(
      [
        ...['--require', join(top, 'scripts/bench/time-spent.cjs')],
        ...[join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
      ],
      environment,
    );
    await compare({ environment, server, token, spent });
  } finally {
    server?.child.kill();
    named.kill();
  }
}

/** As `start_profile_activation` does, which would install packages first. */
async function prepareDns(): Promise<void> {
  const machine = linuxMachine(STATE, () => Date.now());
  const step = await new Bind().setUp(machine, { keys: [], secondaries: [], catalog: null }, Date.now());
  await step.apply(machine, await step.prepare(machine));
  const store = new Database(join(STATE, 'store.db'));
  const row = "INSERT INTO active_profile (server, code, roles, activated_at) VALUES ('', 'DNSNODE', ?, 0)";
  store.prepare(row).run('["DNS"]');
  store.close();
}

async function compare(hosting: Hosting): Promise<void> {
  for (let at = 0; at < FEW; at++) await create(hosting, `few${at}`);
  const few = { server: await createOneByOne(hosting, 'a'), shell: createInShell(hosting, 'b') };
  const made = FEW + SINGLE + few.shell.length;
  const reloadsBefore = countReloads();
  const names = Array.from({ length: ACCOUNTS - made }, (_, at) => `c${at}`);
  const count = names.length;
  const began = performance.now();
  const work = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) await create(hosting, name);
  };
  await Promise.all(Array.from({ length: CLIENTS }, work));
  const took = performance.now() - began;
  const reloads = countReloads() - reloadsBefore;
  console.log(`\n${ACCOUNTS} accounts with passwords and zones on Linux, ${CLIENTS} calls at a time\n`);
  console.log('| accounts a second | reloads of named | accounts for each | ms for each | at least |');
  console.log('| --- | --- | --- | --- | --- |');
  const rate = ((count / took) * 1000).toFixed(1);
  console.log(
    `| ${rate} | ${reloads} | ${(count / reloads).toFixed(1)} | ${(took / reloads).toFixed(0)} | ${RELOAD_MS} |`,
  );
  if (reloads > took / RELOAD_MS + 1) throw new Error(`${reloads} reloads in ${took.toFixed(0)} ms.`);
  const many = { server: await createOneByOne(hosting, 'd'), shell: createInShell(hosting, 'e') };
  showParts(withShell(few), withShell(many), [`with ${FEW + SINGLE} zones`, `with ${ACCOUNTS}`]);
}

interface Single {
  readonly server: Parts;
  /** Milliseconds of each. */
  readonly shell: readonly number[];
}

const KNOWN = {
  'useradd and chpasswd': ['useradd', 'chpasswd'],
  'named (rndc, SOA query)': ['rndc', 'DNS'],
  'the store': ['store'],
};

/** The time in the shell has no parts. */
const withShell = ({ server, shell }: Single): Parts => ({ ...server, 'all, shell': median(shell) });

async function createOneByOne(hosting: Hosting, prefix: string): Promise<Parts> {
  const before = await timeSpent(hosting);
  const began = performance.now();
  for (let at = 0; at < SINGLE; at++) await create(hosting, `${prefix}${at}`);
  const all = performance.now() - began;
  return partsOf({ before, after: await timeSpent(hosting), all, accounts: SINGLE }, KNOWN);
}

function createInShell({ environment }: Hosting, prefix: string): number[] {
  return Array.from({ length: SINGLE / 3 }, (_, at) => {
    const name = `${prefix}${at}`;
    const words = [`username=${name}`, `domain=${name}.example`, `password=${password}`];
    return time([join(top, 'bin/whmapi1'), 'createacct', ...words], environment);
  });
}

async function create({ server, token }: Hosting, username: string): Promise<void> {
  const response = await fetch(`${server.urls.http}/json-api/createacct?api.version=1`, {
    method: 'POST',
    headers: { authorization: `whm root:${token}` },
    body: new URLSearchParams({ username, domain: `${username}.example`, password }),
  });
  const answer = await response.text();
  if (!answer.includes('"result":1')) throw new Error(answer);
}

async function timeSpent({ server, spent }: Hosting): Promise<Record<string, number>> {
  rmSync(spent, { force: true });
  server.child.kill('SIGUSR2');
  await waitUntil('the server wrote what its time went to', () => existsSync(spent));
  return JSON.parse(readFileSync(spent, 'utf8')) as Record<string, number>;
}

/** As named itself has them in its log. */
function countReloads(): number {
  return readFileSync(LOG, 'utf8').split("received control channel command 'reconfig'").length - 1;
}

async function waitUntil(what: string, isSo: () => boolean): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    if (tries === 600) throw new Error(`After a minute, it is not so that ${what}.`);
    await pause(100);
  }
}

if (process.argv[2] === 'measure') await measure();
