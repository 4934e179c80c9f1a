// Calls to other servers: one over a warm connection against curl, and many to many against what the servers take.
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { join } from 'node:path';
import { prepare } from '../../src/remote/prepare.ts';
import { makeToken, median, stop, type Environment } from './measure.ts';

const ROUNDS = 9;
const CALLS = 2_000;

/** Twenty servers with ten addresses each. An answer takes a tenth of a second; `SIGTERM` has the longest share told. */
const fleet = `
  const { readFileSync } = require('node:fs');
  const { createServer } = require('node:https');
  const pem = readFileSync(process.argv[1]);
  const answer = '{"metadata":{"version":1,"reason":"OK","result":1,"command":"version"},"data":{"version":"0.1.0"}}\\n';
  const shares = Array.from({ length: 20 }, () => 0);
  const listening = [];
  for (let number = 0; number < 200; number++) {
    const server = createServer({ key: pem, cert: pem }, (request, response) => {
      const began = performance.now();
      setTimeout(() => {
        response.setHeader('content-type', 'application/json');
        response.end(answer);
        shares[number % 20] += performance.now() - began;
      }, 100);
    });
    listening.push(new Promise((done) => server.listen(0, '127.1.0.' + (number + 1), () => done(server.address()))));
  }
  Promise.all(listening).then((all) => console.log(all.map(({ address, port }) => address + ':' + port).join(',')));
  process.on('SIGTERM', () => {
    console.log(Math.max(...shares));
    process.exit();
  });
`;

export async function compareRemote(top: string, work: string, environment: Environment): Promise<void> {
  const state = join(work, 'remote');
  mkdirSync(state, { mode: 0o700 });
  const own = { ...environment, WHMAPI1_STATE_DIR: state };
  const token = makeToken(top, own);
  const daemon = await start([join(top, 'bin/whmapi1d'), '--port=0', '--log-level=silent'], own);
  const url = daemon.line.replace('listening ', '');
  const pem = join(state, 'server.pem');
  console.log(
    '\nCalls to other servers\n\n| call | ms | against | ms | ratio | to reach |\n| --- | --- | --- | --- | --- | --- |',
  );
  try {
    const [ours, curls]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round++) {
      // In turn, so that neither always comes after the other.
      if (round % 2 === 0) curls.push(curl(url, pem, token, work));
      ours.push(await warm(url, pem, token));
      if (round % 2 === 1) curls.push(curl(url, pem, token, work));
    }
    row('version over a warm connection', median(ours), 'curl', median(curls), 1.2);
  } finally {
    await stop(daemon.child);
  }
  const several = await start(['-e', fleet, pem], environment);
  const began = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...[join(top, 'bin/whmapi1'), '--output=json', '--parallel=20', '--cacert', pem, '--pin', 'first-use'],
      ...['--host', several.line, 'version'],
    ],
    { env: { ...environment, HOME: work, WHMAPI1_TOKEN: 'A'.repeat(32) }, encoding: 'utf8' },
  );
  const took = performance.now() - began;
  const share = new Promise<number>((told) => several.lines.on('line', (line) => told(Number(line))));
  several.child.kill();
  if (status !== 0) throw new Error(`200 calls ended with ${status}: ${stderr}`);
  row('200 calls, 20 servers, --parallel=20', took, 'the slowest server’s own', await share, 1.5);
}

function row(name: string, ours: number, against: string, theirs: number, reach: number): void {
  const [one, other] = [ours, theirs].map((ms) => ms.toFixed(2));
  console.log(`| ${name} | ${one} | ${against} | ${other} | ${(ours / theirs).toFixed(2)} | ${reach} |`);
}

/** Milliseconds of a call: of many on one connection, without what the process and the connection take. */
function curl(url: string, pem: string, token: string, work: string): number {
  const times = (count: number) => {
    const config = join(work, 'curl');
    const request = `url = "${url}/json-api/version"\noutput = "/dev/null"\n`;
    // The arguments stand in the body, as the program has them.
    writeFileSync(config, `data = "api.version=1"\n${request.repeat(count)}`);
    const began = performance.now();
    const words = ['-s', '--cacert', pem, '-H', `Authorization: whm root:${token}`, '--config', config];
    const { status } = spawnSync('curl', words, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`curl ended with ${status}.`);
    return performance.now() - began;
  };
  const one = times(1);
  return (times(CALLS + 1) - one) / CALLS;
}

async function warm(url: string, pem: string, token: string): Promise<number> {
  const world = {
    environment: { WHMAPI1_TOKEN: token, HOME: '/nonexistent' },
    now: () => Date.now(),
    random: () => 0,
    pause: async () => undefined,
    warn: () => undefined,
  };
  const options = { hosts: [new URL(url).host], cacert: pem, pins: [], failfast: false };
  const { hosts, connect } = prepare(options, world);
  const [host] = hosts;
  if (host === undefined) throw new Error('No host is named.');
  const server = connect(host);
  const call = { command: 'version', args: [], dryRun: false, isSafeToRepeat: true };
  try {
    await server.call(call);
    const began = performance.now();
    for (let count = 0; count < CALLS; count++) await server.call(call);
    return (performance.now() - began) / CALLS;
  } finally {
    await server.close();
  }
}

interface Started {
  readonly child: ChildProcess;
  readonly lines: ReturnType<typeof createInterface>;
  /** The first that it printed. */
  readonly line: string;
}

async function start(argv: readonly string[], environment: Environment): Promise<Started> {
  const child = spawn(process.execPath, argv, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  const line = await new Promise<string>((ready) => lines.once('line', ready));
  return { child, lines, line };
}
