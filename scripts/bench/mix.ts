// What clients of a hosting company ask: 60 % `accountsummary` of random accounts, 20 % pages of `listaccts`, 10 % reads of
// UAPI, 10 % writes, among 10,000 accounts, over HTTPS. First as many as 32 connections get answered, then half as many a
// second, for the slowest hundredth. A real client program makes the load.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { prepareAccounts } from './accounts.ts';
import { makeToken, startServer, stop, type Environment } from './measure.ts';
import { residentOf } from './memory.ts';

const ACCOUNTS = 10_000;
const CONNECTIONS = 32;
const SECONDS = 20;
const REST_MS = 60_000;

interface Mixed {
  readonly requests: number;
  readonly seconds: number;
  /** Milliseconds of half, and of 99 of 100 requests, from the time at which they were due. */
  readonly p50: number;
  readonly p99: number;
}

export async function measureMix(top: string, work: string, environment: Environment): Promise<void> {
  const state = prepareAccounts(join(top, 'bin/whmapi1'), work, environment, ACCOUNTS);
  const own = { ...environment, WHMAPI1_STATE_DIR: state };
  const token = makeToken(top, own);
  const daemon = await startServer(
    [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--no-tasks', '--log-level=silent'],
    own,
  );
  const idle = residentOf(daemon.child.pid ?? 0);
  const load = async (perSecond?: number): Promise<Mixed> => {
    const asked = {
      ...{ url: daemon.urls.https, token, accounts: ACCOUNTS },
      ...{ connections: CONNECTIONS, seconds: SECONDS, perSecond },
    };
    const client = spawn(
      process.execPath,
      [join(top, 'scripts/bench/mix-client.cjs'), JSON.stringify(asked)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const output = text(client.stdout);
    const [status] = (await once(client, 'close')) as [number | null];
    if (status !== 0) throw new Error('A request of the mix failed.');
    return JSON.parse(await output) as Mixed;
  };
  // V8 compiles what is used often.
  await load();
  const full = await load();
  const rate = full.requests / full.seconds;
  const half = await load(rate / 2);
  console.log('\nThe mix\n');
  console.log(
    `${rate.toFixed(0)} requests a second over ${CONNECTIONS} connections (client on the same machine).`,
  );
  console.log(
    `At ${(rate / 2).toFixed(0)} a second: half within ${half.p50.toFixed(1)} ms, 99 of 100 within ${half.p99.toFixed(1)} ms.`,
  );
  await pause(REST_MS);
  const after = residentOf(daemon.child.pid ?? 0);
  console.log(`Memory: ${idle.toFixed(0)} MiB before, ${after.toFixed(0)} MiB a minute after.`);
  await stop(daemon.child);
}
