// How long calls of one address take while another address attacks: pipelined wrong logins, full connections of small
// requests, answers that are not read, and hostile forms. Read the difference to the calls without an attack of the same run.
import { connect, type Socket } from 'node:net';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { makeToken, stop, type Environment } from './measure.ts';

const SECONDS = 8;
const ATTACKER = '127.0.0.2';
/** Between two calls. */
const PAUSE_MS = 10;

const wrongLogin = (number: number) => {
  const body = `user=root&pass=guess${number}&login_only=1`;
  return `POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};
const MEBIBYTE = 1_048_000;
const hostileBody = (body: string, type = 'application/x-www-form-urlencoded') =>
  `POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

/** What a connection of the attacker sends, again and again. */
const attacks: Readonly<Record<string, () => string>> = {
  'no attack': () => '',
  'pipelined logins': () => Array.from({ length: 300 }, (_, at) => wrongLogin(at)).join(''),
  'small requests, 2,500 a connection': () => 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2500),
  'answers that are not read': () => 'GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(16),
  'forms of 500,000 names': () => hostileBody('a&'.repeat(MEBIBYTE / 2)),
  'forms of broken escapes': () => hostileBody(`a=${'%zz'.repeat(MEBIBYTE / 3)}`),
  'forms of 20,000 parts': () =>
    hostileBody(
      '--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'.repeat(MEBIBYTE / 52),
      'multipart/form-data; boundary=x',
    ),
  'JSON of 1,000,000 levels': () => hostileBody(`{"a":${'['.repeat(MEBIBYTE)}`, 'application/json'),
  'JSON of 60,000 members': () =>
    hostileBody(`{${Array.from({ length: 60_000 }, (_, at) => `"k${at}":1`).join(',')}}`, 'application/json'),
};

/** `state` is a folder of its own for the server. */
export async function compareAttacks(top: string, state: string, environment: Environment): Promise<void> {
  const own = { ...environment, WHMAPI1_STATE_DIR: state };
  const authorization = `whm root:${makeToken(top, own)}`;
  console.log('\nCalls of one address while another one attacks with 50 connections\n');
  console.log('| attack | calls | median ms | p99 ms | p99 above no attack (to stay below 100) |');
  console.log('| --- | --- | --- | --- | --- |');
  let quiet = NaN;
  for (const [name, text] of Object.entries(attacks)) {
    const { child, port } = await start(top, own);
    const endAttack = name === 'no attack' ? () => undefined : attack(port, text());
    const times = await callFor(port, authorization);
    endAttack();
    await stop(child);
    const [median, p99] = [0.5, 0.99].map((part) => times[Math.floor(times.length * part)] ?? NaN);
    if (Number.isNaN(quiet)) quiet = p99 ?? NaN;
    const above = ((p99 ?? NaN) - quiet).toFixed(1);
    console.log(`| ${name} | ${times.length} | ${median?.toFixed(1)} | ${p99?.toFixed(1)} | ${above} |`);
  }
}

/** 50 connections; each that is closed is opened again. Nothing is read. @returns what ends it. */
function attack(port: number, text: string): () => void {
  const sockets = new Set<Socket>();
  const state = { isOver: false };
  const open = () => {
    const socket = connect({ port, host: '127.0.0.1', localAddress: ATTACKER });
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      sockets.delete(socket);
      if (!state.isOver) setTimeout(open, 100);
    });
    socket.pause();
    socket.write(text);
  };
  for (let count = 0; count < 50; count++) open();
  return () => {
    state.isOver = true;
    for (const socket of sockets) socket.destroy();
  };
}

/** Milliseconds of each call, in order. */
async function callFor(port: number, authorization: string): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const call = () =>
    new Promise<number>((done, fail) => {
      const began = performance.now();
      const options = { port, host: '127.0.0.1', agent, headers: { authorization } };
      get({ ...options, path: '/json-api/version?api.version=1' }, (answer) => {
        answer.resume();
        answer.once('end', () => done(performance.now() - began));
      }).once('error', fail);
    });
  for (let count = 0; count < 20; count++) await call();
  const times: number[] = [];
  for (const end = performance.now() + SECONDS * 1000; performance.now() < end;) {
    times.push(await call());
    await new Promise((resume) => setTimeout(resume, PAUSE_MS));
  }
  agent.destroy();
  return times.sort((a, b) => a - b);
}

async function start(top: string, environment: Environment) {
  const words = [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'];
  const child = spawn(process.execPath, words, { env: environment, stdio: ['ignore', 'pipe', 'inherit'] });
  const port = await new Promise<number>((ready, fail) => {
    child.once('exit', (status) => fail(new Error(`The server ended with ${status}.`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, found] = /^listening http:\/\/.*:(\d+)$/.exec(line) ?? [];
      if (found !== undefined) ready(Number(found));
    });
  });
  return { child, port };
}
