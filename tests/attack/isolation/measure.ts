// Runs in a machine: visits a website over HTTP and HTTPS and makes root's calls, and prints as JSON how many there were, which
// failed, and the longest time of each in milliseconds. `measure.mjs DOMAIN MILLISECONDS`
import { execFile } from 'node:child_process';
import { request as askPlain } from 'node:http';
import { request as askEncrypted } from 'node:https';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';

const [domain = '', ms = ''] = process.argv.slice(2);
const until = Date.now() + Number(ms);
const result = { visits: 0, calls: 0, failed: [] as string[], slowestVisit: 0, slowestCall: 0 };
const EXPECTED = 'the post of the victim';

function visit(isEncrypted: boolean): Promise<string> {
  const place = {
    host: '127.0.0.1',
    path: '/2026/a-post/',
    headers: { host: domain },
    agent: false,
  } as const;
  return new Promise((done) => {
    const hear = (response: import('node:http').IncomingMessage) => {
      let text = String(response.statusCode);
      response.on('data', (bytes: Buffer) => (text += ` ${bytes.toString()}`));
      response.on('close', () => done(text));
    };
    const asked = isEncrypted
      ? askEncrypted({ ...place, port: 443, servername: domain, rejectUnauthorized: false }, hear)
      : askPlain({ ...place, port: 80 }, hear);
    asked.on('error', (error) => done(error.message));
    asked.end();
  });
}

async function visitor(isEncrypted: boolean): Promise<void> {
  while (Date.now() < until) {
    const startedAt = performance.now();
    const answer = await visit(isEncrypted);
    result.visits += 1;
    result.slowestVisit = Math.max(result.slowestVisit, performance.now() - startedAt);
    if (!answer.startsWith('200') || !answer.includes(EXPECTED)) result.failed.push(answer.slice(0, 200));
    await pause(50);
  }
}

async function caller(): Promise<void> {
  while (Date.now() < until) {
    const startedAt = performance.now();
    await promisify(execFile)('whmapi1', ['version']).catch((error: unknown) =>
      result.failed.push(String(error)),
    );
    result.calls += 1;
    result.slowestCall = Math.max(result.slowestCall, performance.now() - startedAt);
    await pause(500);
  }
}

async function main(): Promise<void> {
  // The attackers prepare the website first.
  for (
    const end = Date.now() + 30_000;
    Date.now() < end && !(await visit(false)).includes(EXPECTED);
    await pause(200)
  );
  await Promise.all([visitor(false), visitor(true), caller()]);
  process.stdout.write(JSON.stringify(result));
}

void main();
