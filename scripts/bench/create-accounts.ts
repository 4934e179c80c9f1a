// Accounts with passwords made on a Linux machine to throw away: by createacct in the shell and through the server,
// against `useradd --create-home` and `chpasswd` of the same run. Only root can make such a machine.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { makeToken, median, startServer, type Environment } from './measure.ts';

const ROUNDS = 5;
const ACCOUNTS_A_ROUND = 20;
const CALLS_AT_A_TIME = 10;
const password = 'four unusual words, Xylophone';
const top = join(import.meta.dirname, '../..');

/** A copy of /etc, and empty homes and states, which nobody else sees. They go with the process. */
const setUp = `
  set -e
  mount -t tmpfs -o mode=0755 tmpfs /mnt
  cp -a /etc /mnt/etc
  for folder in /home /var/lib /var/spool /var/mail; do mkdir -p /mnt"$folder"; done
  for folder in /etc /home /var/lib /var/spool /var/mail; do mount --bind /mnt"$folder" "$folder"; done
  mkdir -p -m 0700 /var/lib/whmapi1
  exec "$0" "$@"
`;

/** Measures in another process, which is in the machine. */
export function compareCreatedAccounts(): void {
  if (process.getuid?.() !== 0) {
    console.log('\nMaking accounts on Linux is not measured: only root can.');
    return;
  }
  const words = ['--mount', '--propagation', 'private', 'sh', '-c', setUp];
  const tsx = join(top, 'node_modules/.bin/tsx');
  const { status } = spawnSync('unshare', [...words, tsx, import.meta.filename, 'measure'], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error(`create-accounts.ts ended with ${status}.`);
}

type Make = (names: readonly string[]) => void | Promise<void>;

async function measure(): Promise<void> {
  // Its state is the machine's own: without this variable, the program works on Linux and not in a sandbox.
  const environment = { ...process.env, WHMAPI1_STATE_DIR: undefined, WHMAPI1_TRUST_PROGRAM: '1' };
  const server = await startServer(
    [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
    environment,
    // As systemd starts it, with /tmp and /var/tmp of its own.
    [
      'unshare',
      '--mount',
      'sh',
      '-c',
      'mount -t tmpfs tmpfs /tmp; mount -t tmpfs tmpfs /var/tmp; exec "$@"',
      'sh',
    ],
  );
  const token = makeToken(top, environment);
  const create = async (name: string) => {
    const body = new URLSearchParams({ username: name, domain: `${name}.example`, password });
    const response = await fetch(`${server.urls.http}/json-api/createacct?api.version=1`, {
      method: 'POST',
      headers: { authorization: `whm root:${token}` },
      body,
    });
    const answer = await response.text();
    if (!answer.includes('"result":1')) throw new Error(answer);
  };
  const wordsOf = (name: string) => [
    'createacct',
    ...[`username=${name}`, `domain=${name}.example`, `password=${password}`],
  ];
  const createAll = async (names: readonly string[]) => {
    for (const name of names) await create(name);
  };
  const ways: Readonly<Record<string, Make>> = {
    'useradd and chpasswd': (names) => {
      for (const name of names) {
        expectSuccess('useradd', ['--create-home', name]);
        expectSuccess('chpasswd', [], `${name}:${password}\n`);
      }
    },
    'createacct, shell': (names) => {
      for (const name of names) expectSuccess(join(top, 'bin/whmapi1'), wordsOf(name), '', environment);
    },
    'createacct, shell, in Node': (names) => {
      const program = join(top, 'bin/whmapi1');
      for (const name of names) expectSuccess(process.execPath, [program, ...wordsOf(name)], '', environment);
    },
    'createacct, server': createAll,
    [`createacct, server, ${CALLS_AT_A_TIME} calls at a time`]: async (names) => {
      const clients = Array.from({ length: CALLS_AT_A_TIME }, (_, client) =>
        createAll(names.filter((_name, place) => place % CALLS_AT_A_TIME === client)),
      );
      await Promise.all(clients);
    },
  };
  const rates = new Map(Object.keys(ways).map((way) => [way, [] as number[]]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [at, [way, make]] of Object.entries(ways).entries()) {
      const began = performance.now();
      await make(Array.from({ length: ACCOUNTS_A_ROUND }, (_, count) => `b${at}r${round + 1}n${count}`));
      const minutes = (performance.now() - began) / 60_000;
      if (round >= 0) rates.get(way)?.push(ACCOUNTS_A_ROUND / minutes);
    }
  }
  server.child.kill();
  const floor = median(rates.get('useradd and chpasswd') ?? []);
  console.log('\nAccounts with passwords on Linux, one after the other unless told\n');
  console.log('| way | accounts a minute | of useradd and chpasswd |\n| --- | --- | --- |');
  for (const [way, several] of rates) {
    console.log(`| ${way} | ${median(several).toFixed(0)} | ${(median(several) / floor).toFixed(2)} |`);
  }
}

function expectSuccess(
  tool: string,
  words: readonly string[],
  input = '',
  env: Environment = process.env,
): void {
  const { status, stderr, stdout } = spawnSync(tool, words, { input, env, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${tool} ${words.join(' ')} ended with ${status}: ${stdout}${stderr}`);
}

if (process.argv[2] === 'measure') await measure();
