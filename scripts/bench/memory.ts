// The memory of an idle server: after its start, after 1,000 reads, and after a minute of rest. It is what Linux counts for
// the server and the processes that it started: RSS, and PSS, which divides what several processes share among them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { makeToken, startServer, stop, type Environment } from './measure.ts';

const READS = 1000;
const SETTLE_MS = 5000;
const REST_MS = 60_000;
const TARGET = 100;
const paths = ['version', 'listaccts', 'gethostname', 'listpkgs', 'list_users'];

/** `state` is a folder of its own. */
export async function measureMemory(top: string, state: string, environment: Environment): Promise<void> {
  const own = { ...environment, WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' };
  const authorization = `whm root:${makeToken(top, own)}`;
  const words = [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'];
  const { child, urls } = await startServer(words, own);
  console.log('\nThe memory of an idle server\n');
  console.log('| moment | processes | RSS MiB | PSS MiB | RSS to reach |\n| --- | --- | --- | --- | --- |');
  const show = (moment: string, target: number | string = '') => {
    const all = processes(child.pid ?? 0);
    const [rss, pss] = ['Rss', 'Pss'].map((name) => all.reduce((sum, id) => sum + mebibytes(id, name), 0));
    console.log(`| ${moment} | ${all.length} | ${rss?.toFixed(0)} | ${pss?.toFixed(0)} | ${target} |`);
  };
  await pause(SETTLE_MS);
  show('after the start', TARGET);
  for (let read = 0; read < READS; read++) {
    const url = `${urls.http}/json-api/${paths[read % paths.length]}?api.version=1`;
    const response = await fetch(url, { headers: { authorization } });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    await response.arrayBuffer();
  }
  show(`after ${READS} reads`);
  await pause(REST_MS);
  show('after a minute of rest', TARGET);
  await stop(child);
}

/** Mebibytes of resident memory of a process and all below it. */
export function residentOf(id: number): number {
  return processes(id).reduce((sum, one) => sum + mebibytes(one, 'Rss'), 0);
}

/** The process and all below it. */
function processes(id: number): number[] {
  const children = readFileSync(`/proc/${id}/task/${id}/children`, 'latin1').split(' ').filter(Boolean);
  return [id, ...children.flatMap((child) => processes(Number(child)))];
}

function mebibytes(id: number, name: string): number {
  const text = readFileSync(`/proc/${id}/smaps_rollup`, 'latin1');
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024;
}
