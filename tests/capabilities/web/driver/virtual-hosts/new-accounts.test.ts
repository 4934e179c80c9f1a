// The virtual hosts of accounts that are created one after the other, while the web server needs long for a reload.
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { reloadsOf } from '../../../../../src/ground/driver/reloads.ts';
import { Apache } from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/apache.ts';
import {
  writtenGeneration,
  type ApacheServer,
} from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/control.ts';
import {
  accountFile,
  DIRECTORIES,
} from '../../../../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import type { AccountWeb } from '../../../../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import type { TaskContext } from '../../../../../src/core/task.ts';
import { suspensionOf } from '../../../../../src/ground/driver/virtual-hosts/places.ts';
import { sandboxMachine } from '../../../../../src/machine/choose.ts';
import confirmation from '../../../../../src/capabilities/web/tasks/confirm-virtual-hosts.ts';
import { until } from '../../../../support/until.ts';

let folder: string;
let server: Server;
/** The generation that answers. */
let served: number;
/** Each request for a reload, with what ends the reload. */
let requests: (() => void)[];
/** What a request waits for before it returns. */
let answer: Promise<void>;
let apache: Apache;
let machine: ReturnType<typeof sandboxMachine>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'new-accounts-'));
  machine = sandboxMachine(folder, () => Date.now());
  [served, requests, answer] = [1, [], Promise.resolve()];
  server = createServer((_request, response) => {
    response.setHeader('whmapi1-configuration', served).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port: http } = server.address() as AddressInfo;
  const unused = () => Promise.reject(new Error('not used'));
  const fake: ApacheServer = {
    ports: { http, https: 0 },
    isServed: () => Promise.resolve(true),
    state: () => Promise.resolve('active'),
    accepts: () => Promise.resolve(true),
    async requestReload(port) {
      const generation = await writtenGeneration(port);
      requests.push(() => (served = generation));
      await answer;
      return true;
    },
    ...{ test: unused, reload: unused, restart: unused },
  };
  apache = new Apache(fake);
});
afterEach(async () => {
  await new Promise((done) => server.close(done));
  rmSync(folder, { recursive: true });
});

const webOf = (username: string): AccountWeb => ({
  username,
  home: `/home/${username}`,
  addresses: { ipv4: null, ipv6: null },
  isSuspended: false,
  isOverLimit: false,
  hasCgi: false,
  hosts: [{ servername: `${username}.example`, aliases: [], documentRoot: `/home/${username}/public_html` }],
});

async function add(username: string): Promise<void> {
  const step = apache.add(username, webOf(username));
  await step.apply(machine, await step.prepare(machine));
}

async function end(at: number): Promise<void> {
  await until(() => requests.length === at + 1, `request ${at} for a reload`);
  requests[at]?.();
}

async function written(): Promise<number> {
  const [files, tools, services] = [
    await machine.files(DIRECTORIES),
    await machine.tools([]),
    await machine.services(),
  ];
  return writtenGeneration({ files, tools, services });
}

it('do not wait for a reload that runs, and share the next one, which begins after a rest', async () => {
  const first = add('ann');
  await until(() => requests.length === 1, 'the request');
  const began = performance.now();
  for (const username of ['bob', 'carl', 'dora']) await add(username);
  expect(requests).toHaveLength(1);
  await end(0);
  await first;
  const ended = performance.now();
  await until(() => requests.length === 2, 'the next request');
  // The rest is four times as long as the reload.
  expect(performance.now() - ended).toBeGreaterThan(3.9 * (ended - began));
  await end(1);
  await reloadsOf(machine).laterOnesAreOver();
  expect(served).toBe(await written());
  expect(requests).toHaveLength(2);
});

it('do not even wait for the request in a process that outlives the call', async () => {
  reloadsOf(machine).outliveCalls();
  let resume = () => undefined as void;
  answer = new Promise((done) => (resume = done));
  await add('ann');
  await until(() => requests.length === 1, 'the request');
  await add('bob');
  resume();
  await end(0);
  await end(1);
  await reloadsOf(machine).laterOnesAreOver();
  expect(served).toBe(await written());
});

it('are waited for together if the web server serves none of them', async () => {
  reloadsOf(machine).outliveCalls();
  await add('ann');
  await end(0);
  for (let at = 0; at < 20; at++) await add(`bob${at}`);
  const start = Date.now();
  let questions = 0;
  server.on('request', () => questions++);
  // For this program, five seconds pass between two of its questions.
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => start + 5000 * questions);
  try {
    // It never reads the new configuration, because of somebody else's broken file.
    await until(() => requests.length === 2, 'the next request');
    questions = 0;
    await reloadsOf(machine).laterOnesAreOver();
  } finally {
    clock.mockRestore();
  }
  // 30 seconds for the first, and as long for all others together. One after the other, it would be 20 times that.
  expect(questions).toBeGreaterThan(5);
  expect(questions).toBeLessThan(80);
});

it('are confirmed only after the reloads that still rest or run', async () => {
  reloadsOf(machine).outliveCalls();
  await add('ann');
  await until(() => requests.length === 1, 'the request');
  await add('bob');
  let isConfirmed = false;
  const { signal } = new AbortController();
  const context = { machine, signal, log: () => undefined } as unknown as TaskContext;
  const confirmed = confirmation.run({}, context).then(() => (isConfirmed = true));
  await end(0);
  // The reload for the second account rests.
  await until(() => requests.length === 2, 'the next request');
  expect(isConfirmed).toBe(false);
  await end(1);
  await confirmed;
  expect(served).toBe(await written());
});

it('refuse visitors once their account is removed, which waits for no reload, until one is confirmed', async () => {
  reloadsOf(machine).outliveCalls();
  await add('ann');
  await end(0);
  await reloadsOf(machine).laterOnesAreOver();
  const step = apache.change('ann', null);
  await step.apply(machine, await step.prepare(machine));
  const files = await machine.files(DIRECTORIES);
  expect(await files.facts(accountFile('ann'))).toBeUndefined();
  expect(await files.facts(suspensionOf('ann'))).toBeDefined();
  expect(served).toBeLessThan(await written());
  // An account that is suspended, and not removed.
  const suspended = apache.add('bob', { ...webOf('bob'), isSuspended: true });
  await suspended.apply(machine, await suspended.prepare(machine));
  const locked: string[] = [];
  const withLocks: TaskContext['withLocks'] = (locks, work) => {
    locked.push(...locks.map(({ name }) => name));
    return work();
  };
  await end(1);
  await reloadsOf(machine).laterOnesAreOver();
  served = await written();
  await apache.confirm(machine, { withLocks });
  expect(await files.facts(suspensionOf('ann'))).toBeUndefined();
  expect(await files.facts(suspensionOf('bob'))).toBeDefined();
  expect(locked).toEqual(['account ann']);
});

it('have no file removed while the web server reads them', async () => {
  reloadsOf(machine).outliveCalls();
  let resume = () => undefined as void;
  await add('ann');
  await end(0);
  await reloadsOf(machine).laterOnesAreOver();
  answer = new Promise((done) => (resume = done));
  const files = await machine.files(DIRECTORIES);
  await add('bob');
  await until(() => requests.length === 2, 'the reload for bob');
  const step = apache.change('ann', null);
  const removed = step.apply(machine, await step.prepare(machine));
  await new Promise((done) => setTimeout(done, 100));
  expect(await files.facts(accountFile('ann'))).toBeDefined();
  resume();
  await end(1);
  await removed;
  expect(await files.facts(accountFile('ann'))).toBeUndefined();
  await until(() => requests.length === 3, 'the reload without ann');
  requests[2]?.();
  await reloadsOf(machine).laterOnesAreOver();
});
