// The server under load, against a bare server of Node's that answers a constant: requests a second over kept-alive
// connections, in turn, and how long the slowest hundredth took; and writes over 32 connections, against one connection
// and against a flush of the same disk. wrk (Debian's) makes the load.
import { spawnSync } from 'node:child_process';
import { closeSync, fdatasyncSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { makeToken, median, startServer, type Environment } from './measure.ts';

const ROUNDS = 5;
const SECONDS = 3;
const CONNECTIONS = 32;

/** Answers what `version` does, as fast as Node can. */
const bare = `
  const { readFileSync } = require('node:fs');
  const answer = '{"metadata":{"version":1,"reason":"OK","result":1,"command":"version"},"data":{"version":"0.1.0"}}\\n';
  const handler = (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(answer);
  };
  const pem = readFileSync(process.argv[1]);
  const servers = [['http', {}], ['https', { key: pem, cert: pem }]];
  for (const [scheme, options] of servers) {
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
const loads: readonly Load[] = [
  { name: 'version, HTTP', floor: 'http', path: '/json-api/version?api.version=1', reach: 0.6 },
  { name: 'version, HTTPS', floor: 'https', path: '/json-api/version?api.version=1', reach: 0.6 },
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
  const floor = await startServer(['-e', bare, join(state, 'server.pem')], environment);
  console.log('\nThe server under load\n');
  console.log('| call | requests a second | bare server | ratio | to reach | p99 ms | bare p99 ms |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const one of loads) {
    const [ours, theirs]: Measured[][] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      theirs?.push(load(`${floor.urls[one.floor]}/`, header));
      ours?.push(load(`${daemon.urls[one.floor]}${one.path}`, header));
    }
    const [us, them] = [ours ?? [], theirs ?? []].map((several) => ({
      rate: median(several.map(({ rate }) => rate)),
      p99: median(several.map(({ p99 }) => p99)),
    }));
    if (us === undefined || them === undefined) continue;
    const ratio = (us.rate / them.rate).toFixed(2);
    console.log(
      `| ${one.name} | ${us.rate.toFixed(0)} | ${them.rate.toFixed(0)} | ${ratio} | ${one.reach} | ${us.p99.toFixed(1)} | ${them.p99.toFixed(1)} |`,
    );
  }
  daemon.child.kill();
  floor.child.kill();
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
  const own = { ...environment, WHMAPI1_STATE_DIR: state };
  const header = `Authorization: whm root:${makeToken(top, own)}`;
  const words = [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'];
  const { child, urls } = await startServer(words, own);
  console.log(`\nWrites over HTTP: 1 connection, ${CONNECTIONS} connections, and a flush of the disk\n`);
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
      flushes.push(flushTime(join(state, 'flushed')));
    }
    const [one, all] = [few, many].map((several) => median(several.map(({ rate }) => rate)));
    const p99 = median(many.map((measured) => measured.p99));
    const flush = median(flushes);
    console.log(
      `| ${name} | ${one?.toFixed(0)} | ${all?.toFixed(0)} | ${((all ?? NaN) / (one ?? NaN)).toFixed(1)} ` +
        `| ${flush.toFixed(2)} | ${p99.toFixed(1)} | ${(p99 / flush).toFixed(0)} |`,
    );
  }
  child.kill();
}

/** Milliseconds to append a line to a file and flush it: the mean of many, since flushes differ much. */
function flushTime(path: string): number {
  const descriptor = openSync(path, 'a');
  const began = performance.now();
  for (let count = 0; count < FLUSHES; count++) {
    writeSync(descriptor, `${'x'.repeat(250)}\n`);
    fdatasyncSync(descriptor);
  }
  const took = (performance.now() - began) / FLUSHES;
  closeSync(descriptor);
  rmSync(path);
  return took;
}

interface Measured {
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
  const [, p99 = '', unit = ''] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout) ?? [];
  return { rate: Number(rate), p99: Number(p99) * { us: 0.001, ms: 1, s: 1000 }[unit as 'us' | 'ms' | 's'] };
}
