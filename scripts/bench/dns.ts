// Zones on a BIND of this run's own: one record added end to end against nsupdate, a long zone shown against
// named-checkzone, lists of zones, and reads while the nameserver does not answer.
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { PrivateNamed } from '../../tests/capabilities/dns/driver/zones/private-named.ts';
import {
  makeToken,
  median,
  peak,
  startServer,
  stop,
  time,
  type Environment,
  type Started,
} from './measure.ts';

const RECORDS = 10_000;
const ZONES = 10_000;
const FEW_ZONES = 100;
const DELAY_MS = 2000;
const ROUNDS = 5;
/** The key of nsupdate. */
const KEY = 'c2VjcmV0LW9mLWEtYmVuY2gtb25seQ==';

const zone = (name: string, more = '') =>
  `$TTL 300\n@ IN SOA ns.${name}. host.${name}. ( 1 3600 600 86400 300 )\n  IN NS ns\nns IN A 192.0.2.1\n${more}`;

export async function compareDns(top: string, work: string, given: Environment, runs: number): Promise<void> {
  if (spawnSync('named', ['-v']).error !== undefined) {
    console.log('\nDNS is not measured: named is not installed (Debian: apt install bind9).');
    return;
  }
  const state = join(work, 'dns');
  const program = join(top, 'bin/whmapi1');
  const environment = { ...given, WHMAPI1_STATE_DIR: state };
  time([program, '--output=json', 'version'], environment);
  const dynamic = join(state, 'root/var/lib/bind/dynamic.db');
  const named = await PrivateNamed.start({
    folder: state,
    more: `key "bench" { algorithm hmac-sha256; secret "${KEY}"; };
      zone "dynamic.example" { type primary; file "${dynamic}"; allow-update { key "bench"; }; };`,
  });
  try {
    writeFileSync(dynamic, zone('dynamic.example'));
    named.rndc('reload', 'dynamic.example');
    named.announce();
    const bind = new Bind();
    const step = await bind.setUp(named.machine, { keys: [], secondaries: [], catalog: null }, Date.now());
    await step.apply(named.machine, await step.prepare(named.machine));
    for (const domain of ['shell.example', 'server.example']) {
      time([program, 'adddns', `domain=${domain}`, 'ip=192.0.2.7'], environment);
    }
    const token = makeToken(top, environment);
    const daemon = await startServer(
      [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
      environment,
    );
    try {
      await compareRecords({ program, environment, named, daemon, token }, runs);
      await compareReads({ program, environment, named, daemon, token });
    } finally {
      await stop(daemon.child);
    }
    compareZones(program, environment, state, runs);
  } finally {
    await named.close();
  }
}

interface Bench {
  readonly program: string;
  readonly environment: Environment;
  readonly named: PrivateNamed;
  readonly daemon: Started;
  readonly token: string;
}

async function ask(
  { daemon, token }: Bench,
  name: string,
  parameters: Record<string, string>,
): Promise<string> {
  const response = await fetch(`${daemon.urls.http}/json-api/${name}`, {
    method: 'POST',
    headers: { authorization: `whm root:${token}` },
    body: new URLSearchParams({ 'api.version': '1', ...parameters }),
  });
  const answer = await response.text();
  if (!answer.includes('"result":1')) throw new Error(answer);
  return answer;
}

async function compareRecords(bench: Bench, runs: number): Promise<void> {
  const { program, environment, named } = bench;
  const { port } = named.server;
  const record = (run: number) => ({ name: `r${run}`, type: 'A', address: '192.0.2.8', ttl: '300' });
  const ways: Readonly<Record<string, (run: number) => void | Promise<unknown>>> = {
    nsupdate: (run) => {
      const input = `server 127.0.0.1 ${port}\nzone dynamic.example\nupdate add r${run}.dynamic.example 300 A 192.0.2.8\nsend\n`;
      const { status, stderr } = spawnSync('nsupdate', ['-y', `hmac-sha256:bench:${KEY}`], { input });
      if (status !== 0) throw new Error(stderr.toString());
    },
    'addzonerecord, server': (run) =>
      ask(bench, 'addzonerecord', { domain: 'server.example', ...record(run) }),
    'addzonerecord, shell': (run) => {
      const words = Object.entries({ domain: 'shell.example', ...record(run) }).map(
        ([name, value]) => `${name}=${value}`,
      );
      time([program, 'addzonerecord', ...words], environment);
    },
  };
  const times = new Map(Object.keys(ways).map((way) => [way, [] as number[]]));
  for (let run = 0; run < runs + 3; run++) {
    for (const [way, add] of Object.entries(ways)) {
      const began = performance.now();
      await add(run);
      if (run >= 3) times.get(way)?.push(performance.now() - began);
    }
  }
  const floor = median(times.get('nsupdate') ?? []);
  console.log('\nOne more record, served by BIND\n');
  console.log('| way | median ms | ratio | to reach |\n| --- | --- | --- | --- |');
  for (const [way, several] of times) {
    const middle = median(several);
    const reach = way.endsWith('server') ? '1.5' : '';
    console.log(`| ${way} | ${middle.toFixed(1)} | ${(middle / floor).toFixed(2)} | ${reach} |`);
  }
}

/** named is stopped in the middle of a change, and goes on later. */
async function compareReads(bench: Bench): Promise<void> {
  const { named } = bench;
  const slowest = async (until: (began: number) => boolean) => {
    const times: number[] = [];
    const began = performance.now();
    while (until(began)) {
      const asked = performance.now();
      await ask(bench, 'get_nameserver_config', {});
      times.push(performance.now() - asked);
    }
    return times.sort((one, other) => one - other)[Math.floor(times.length * 0.99)] ?? NaN;
  };
  const forAWhile = (began: number) => performance.now() - began < DELAY_MS;
  const [quiet, delayed]: [number[], number[]] = [[], []];
  await slowest(forAWhile);
  for (let round = 0; round < ROUNDS; round++) {
    quiet.push(await slowest(forAWhile));
    named.signal('SIGSTOP');
    const late = { name: `late${round}`, type: 'A', address: '192.0.2.9' };
    const change = ask(bench, 'addzonerecord', { domain: 'server.example', ...late });
    try {
      delayed.push(await slowest(forAWhile));
    } finally {
      named.signal('SIGCONT');
    }
    await change;
  }
  console.log(`\nReads while a change waits ${DELAY_MS / 1000} s for BIND\n`);
  console.log('| p99 ms | p99 ms without the change | to reach |\n| --- | --- | --- |');
  console.log(`| ${median(delayed).toFixed(1)} | ${median(quiet).toFixed(1)} | 20 |`);
}

function compareZones(program: string, environment: Environment, state: string, runs: number): void {
  const folder = (path: string) => join(state, 'root', path);
  const put = (name: string, more?: string) => {
    writeFileSync(folder(`var/lib/bind/whmapi1/${name}.db`), zone(name, more));
    writeFileSync(
      folder(`etc/bind/whmapi1/zones/${name}.conf`),
      `zone "${name}" {\n\ttype primary;\n\tfile "${folder(`var/lib/bind/whmapi1/${name}.db`)}";\n};\n`,
    );
  };
  const medianOf = (argv: string[]) =>
    median(Array.from({ length: Math.min(runs, 15) }, () => time(argv, environment)));
  const long = 'long.example';
  put(long, Array.from({ length: RECORDS }, (_, at) => `r${at} 300 IN A 192.0.2.8\n`).join(''));
  const file = folder(`var/lib/bind/whmapi1/${long}.db`);
  const checks = Array.from({ length: Math.min(runs, 15) }, () => {
    const began = performance.now();
    const { status } = spawnSync('named-checkzone', ['-D', long, file], { maxBuffer: 2 ** 30 });
    if (status !== 0) throw new Error(`named-checkzone ended with ${status}.`);
    return performance.now() - began;
  });
  const dump = medianOf([program, '--output=json', 'dumpzone', `domain=${long}`]);
  console.log(`\nA zone of ${RECORDS} records\n`);
  console.log('| way | median ms | ratio | to reach |\n| --- | --- | --- | --- |');
  console.log(`| named-checkzone -D | ${median(checks).toFixed(1)} | 1.00 | |`);
  console.log(`| dumpzone, shell | ${dump.toFixed(1)} | ${(dump / median(checks)).toFixed(2)} | 3 |`);

  const list = [program, '--output=json', 'listzones'];
  const measure = () => ({ ms: medianOf(list), mebibytes: peak(list, environment, state) });
  for (let at = 4; at <= FEW_ZONES; at++) put(`z${at}.example`);
  const few = measure();
  for (let at = FEW_ZONES + 1; at <= ZONES; at++) put(`z${at}.example`);
  const many = measure();
  const row = (count: number, { ms, mebibytes }: typeof few, reach = '') =>
    `| ${count} | ${ms.toFixed(1)} | ${mebibytes.toFixed(0)} | ${(mebibytes / few.mebibytes).toFixed(2)} | ${reach} |`;
  console.log('\nlistzones, shell\n');
  console.log('| zones | median ms | peak MiB | ratio | to reach |\n| --- | --- | --- | --- | --- |');
  console.log(row(FEW_ZONES, few));
  console.log(row(ZONES, many, '1.3'));
}
