// The server under load, against a bare server of Node's that answers a constant, to the same requests and with the same
// headers: requests a second over kept-alive connections, in turn, processor time, and how long the slowest hundredth
// took; and writes over 32 connections, against one connection and against a flush of the same disk. wrk (Debian's)
// makes the load.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { get as getByHttp, type IncomingMessage } from 'node:http';
import { get as getByHttps } from 'node:https';
import { join } from 'node:path';
import { makeToken, median, startServer, stop, type Environment, type Started } from './measure.ts';
import { measureFirstWrites } from './new-connections.ts';

const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 32;

/** Answers what `version` does, byte for byte, as fast as Node can. */
const bare = `
  const { readFileSync } = require('node:fs');
  const [file, answers] = process.argv.slice(1);
  const pem = readFileSync(file);
  const servers = [['http', {}], ['https', { key: pem, cert: pem }]];
  for (const [scheme, options] of servers) {
    const { headers, body } = JSON.parse(answers)[scheme];
    const handler = (request, response) => {
      response.writeHead(200, headers).end(body);
    };
    const server = require('node:' + scheme).createServer(options, handler);
    server.listen(0, '127.0.0.1', () => console.log('listening ' + scheme + '://127.0.0.1:' + server.address().port));
  }
`;

interface Load {
  readonly name: string;
  readonly floor: 'http' | 'https';
  readonly path: string;
  readonly reach: number;
}

const page =
  'api.version=1&api.sort.enable=1&api.sort.a.field=domain&api.chunk.enable=1&api.chunk.size=50&api.chunk.start=1';
const version = '/json-api/version?api.version=1';
const loads: readonly Load[] = [
  { name: 'version, HTTP', floor: 'http', path: version, reach: 0.8 },
  { name: 'version, HTTPS', floor: 'https', path: version, reach: 0.7 },
  {
    name: 'accountsummary of one of 100,000, HTTP',
    floor: 'http',
    path: '/json-api/accountsummary?api.version=1&user=user000042',
    reach: 0.5,
  },
  { name: 'listaccts, 50 of 100,000, HTTP', floor: 'http', path: `/json-api/listaccts?${page}`, reach: 0.25 },
];

/** `state` holds 100,000 accounts. */
export async function compareServers(top: string, state: string, environment: Environment): Promise<void> {
  if (spawnSync('wrk', ['--version']).error !== undefined) {
    console.log('\nThe server under load is not measured: wrk is not installed (Debian: apt install wrk).');
    return;
  }
  const own = { ...environment, WHMAPI1_STATE_DIR: state };
  const header = `Authorization: whm root:${makeToken(top, own)}`;
  const daemon = await startServer(
    [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'],
    own,
  );
  const answers = {
    http: await answerOf(`${daemon.urls.http}${version}`, header),
    https: await answerOf(`${daemon.urls.https}${version}`, header),
  };
  const floor = await startServer(
    ['-e', bare, join(state, 'server.pem'), JSON.stringify(answers)],
    environment,
  );
  console.log('\nThe server under load\n');
  console.log(
    '| call | requests a second | bare server | ratio | to reach | µs of a processor | bare | ratio | p99 ms | bare |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const one of loads) {
    const [us, them]: [Loaded[], Loaded[]] = [[], []];
    // V8 compiles what is used often in the first round.
    for (let round = -1; round < ROUNDS; round++) {
      const [theirs, ours] = [loadOf(floor, one, header), loadOf(daemon, one, header)];
      if (round < 0) continue;
      them.push(theirs);
      us.push(ours);
    }
    const figures = (['rate', 'micros', 'p99'] as const).map((name) =>
      [us, them].map((several) => median(several.map((measured) => measured[name]))),
    );
    const [[rate = NaN, bareRate = NaN] = [], [micros = NaN, bareMicros = NaN] = [], [p99, bareP99] = []] =
      figures;
    console.log(
      `| ${one.name} | ${rate.toFixed(0)} | ${bareRate.toFixed(0)} | ${(rate / bareRate).toFixed(2)} | ${one.reach} ` +
        `| ${micros.toFixed(1)} | ${bareMicros.toFixed(1)} | ${(bareMicros / micros).toFixed(2)} ` +
        `| ${p99?.toFixed(1)} | ${bareP99?.toFixed(1)} |`,
    );
  }
  await stop(daemon.child);
  await stop(floor.child);
}

interface ConstantAnswer {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Without the headers that Node adds to each response. */
async function answerOf(url: string, header: string): Promise<ConstantAnswer> {
  const [name = '', value = ''] = header.split(': ');
  const get = url.startsWith('https:') ? getByHttps : getByHttp;
  const options = { headers: { [name]: value }, rejectUnauthorized: false, agent: false as const };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, options, resolve).once('error', reject);
  });
  let body = '';
  for await (const piece of response.setEncoding('utf8')) body += piece as string;
  const ofNode = /^(date|connection|keep-alive)$/i;
  const headers = response.rawHeaders.filter((_text, at, all) => !ofNode.test(all[at - (at % 2)] ?? ''));
  return { headers, body };
}

interface Loaded extends Measured {
  /** Microseconds of a processor for each request, of all threads of the server. */
  readonly micros: number;
}

function loadOf({ child, urls }: Started, { floor, path }: Load, header: string): Loaded {
  const before = processorTime(child.pid);
  const measured = load(`${urls[floor]}${path}`, header);
  return { ...measured, micros: (processorTime(child.pid) - before) / measured.requests };
}

/** Microseconds, user and system, of all threads of a process since its start. */
function processorTime(pid: number | undefined): number {
  const [, fields = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const [user, system] = fields.split(' ').slice(11, 13);
  return (Number(user) + Number(system)) * 10_000;
}

/** Writes; each needs a path of its own, since nothing is written twice. */
const writes: Readonly<Record<string, string>> = {
  twofactorauth_set_issuer: 'issuer=Name',
  addpkg: 'name=p',
};
const FLUSHES = 200;

/**
 * Writes a second with one connection and with many, in turn, and between them flushes of the same disk. `state` is a
 * folder of its own on a disk.
 */
export async function compareWrites(top: string, state: string, environment: Environment): Promise<void> {
  if (spawnSync('wrk', ['--version']).error !== undefined) return;
  console.log(`\nWrites over HTTP: 1 connection, ${CONNECTIONS} connections, and a flush of the disk\n`);
  await compareWritesOn(top, `${state}-of-this-disk`, environment, []);
  if (spawnSync('strace', ['--version']).error !== undefined) {
    console.log('\nNo slower disk is measured: strace is not installed (Debian: apt install strace).');
    return;
  }
  for (const [micros, disk] of SLOWER_DISKS) {
    console.log(`\nThe same, if each flush takes ${micros / 1000} ms more, as on ${disk}\n`);
    await compareWritesOn(top, `${state}-${micros}`, environment, withSlowerFlushes(micros));
  }
}

const SLOWER_DISKS = [
  [100, 'a fast disk of a server'],
  [1000, 'a usual disk of a server'],
] as const;

/** Starts a program whose flushes take longer. Other system calls do not stop. */
const withSlowerFlushes = (micros: number) => [
  ...['strace', '--daemonize', '--follow-forks', '--seccomp-bpf', '--quiet=all', '--output=/dev/null'],
  ...['--trace=fsync,fdatasync', `--inject=fsync,fdatasync:delay_exit=${micros}`],
];

async function compareWritesOn(
  top: string,
  state: string,
  environment: Environment,
  through: readonly string[],
): Promise<void> {
  const own = { ...environment, WHMAPI1_STATE_DIR: state };
  const header = `Authorization: whm root:${makeToken(top, own)}`;
  const words = [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'];
  const { child, urls } = await startServer(words, own, through);
  console.log('| call | 1, a second | 32, a second | ratio (10) | flush ms | p99 of 32 ms | ratio (50) |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  const script = join(state, 'writes.lua');
  let round = 0;
  for (const [name, words] of Object.entries(writes)) {
    const [few, many, flushes]: [Measured[], Measured[], number[]] = [[], [], []];
    for (const end = round + ROUNDS; round < end; round++) {
      for (const [connections, measured] of [
        [1, few],
        [CONNECTIONS, many],
      ] as const) {
        const path = `/json-api/${name}?api.version=1&${words}`;
        const mark = `${round}x${connections}x`;
        writeFileSync(
          script,
          `n=0; request = function() n=n+1; return wrk.format("GET", "${path}${mark}" .. n) end`,
        );
        measured.push(load(urls.http, header, { connections, script }));
      }
      flushes.push(flushTime(join(state, 'flushed'), through));
    }
    const [one, all] = [few, many].map((several) => median(several.map(({ rate }) => rate)));
    const p99 = median(many.map((measured) => measured.p99));
    const flush = median(flushes);
    console.log(
      `| ${name} | ${one?.toFixed(0)} | ${all?.toFixed(0)} | ${((all ?? NaN) / (one ?? NaN)).toFixed(1)} ` +
        `| ${flush.toFixed(2)} | ${p99.toFixed(1)} | ${(p99 / flush).toFixed(0)} |`,
    );
  }
  const path = '/json-api/addpkg?api.version=1&name=new';
  const { first, second } = await measureFirstWrites(urls.http, { header, path, count: CONNECTIONS });
  console.log(
    `\n${CONNECTIONS} new connections at once: ms until the last had its response to its first write ${first.toFixed(1)}, ` +
      `to its second ${second.toFixed(1)}, ratio ${(first / second).toFixed(1)}`,
  );
  await stop(child);
}

/** Appends lines to a file and flushes each. Prints the mean of the milliseconds, since flushes differ much. */
const flushing = `
  const { closeSync, fdatasyncSync, openSync, writeSync } = require('node:fs');
  const [path, count] = process.argv.slice(1);
  const descriptor = openSync(path, 'a');
  const began = performance.now();
  for (let done = 0; done < Number(count); done++) {
    writeSync(descriptor, 'x'.repeat(250) + '\\n');
    fdatasyncSync(descriptor);
  }
  console.log((performance.now() - began) / Number(count));
  closeSync(descriptor);
`;

function flushTime(path: string, through: readonly string[]): number {
  const [command, ...words] = [...through, process.execPath, '-e', flushing, path, String(FLUSHES)];
  const took = Number(execFileSync(command, words, { encoding: 'utf8' }));
  rmSync(path);
  return took;
}

interface Measured {
  readonly requests: number;
  readonly rate: number;
  /** Milliseconds. */
  readonly p99: number;
}

/** The load of some connections for some seconds, by wrk. `script` is a file in Lua that makes the requests. */
export function load(
  url: string,
  header: string,
  { connections = CONNECTIONS, script }: { readonly connections?: number; readonly script?: string } = {},
): Measured {
  const made = script === undefined ? [] : ['-s', script];
  const words = ['-t1', `-c${connections}`, `-d${SECONDS}s`, '--latency', ...made, '-H', header, url];
  const { stdout } = spawnSync('wrk', words, { encoding: 'utf8' });
  if (stdout.includes('Non-2xx')) throw new Error(`${url} did not answer with 200: ${stdout}`);
  const [, rate = ''] = /Requests\/sec:\s+([\d.]+)/.exec(stdout) ?? [];
  const [, requests = ''] = /(\d+) requests in/.exec(stdout) ?? [];
  const [, p99 = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return {
    ...{ requests: Number(requests), rate: Number(rate) },
    p99: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'],
  };
}
