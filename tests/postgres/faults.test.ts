// PostgreSQL or a server fails during work: acknowledged changes are kept, nothing is half done, and the work
// continues.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Answer, Member, startFleet } from './fleet.ts';
import { PostgresServer } from './postgres-server.ts';

let postgres: PostgresServer;
let web1: Member;
let web2: Member;
let web3: Member;
let all: Member[];
let remove: () => Promise<void>;
let token: string;

beforeAll(async () => {
  postgres = await PostgresServer.start();
  await postgres.query('postgres', 'CREATE DATABASE fleet');
  ({ members: all, remove } = await startFleet(postgres.url('fleet'), 3));
  [web1, web2, web3] = all as [Member, Member, Member];
  token = (await web1.cli(['api_token_create', 'token_name=tests'])).data?.token as string;
});
afterAll(async () => {
  await remove();
  await postgres.stop();
});

interface Outcome {
  readonly name: string;
  readonly server: string;
  /** 1, a code of the error catalogue, or that there was no response. */
  readonly answer: string;
  readonly reason: string;
}

/** Changes without end, until `isOver`: each is a package with an extension, named after the number of the change. */
class Load {
  readonly outcomes: Outcome[] = [];
  isOver = false;
  readonly #workers: Promise<void>[];

  constructor(prefix: string, members: readonly Member[], workers: number) {
    this.#workers = members.flatMap((member) =>
      Array.from({ length: workers }, (_, at) => this.#work(member, `${prefix}-${member.name}-${at}`)),
    );
  }

  acknowledged(server?: string): string[] {
    return this.outcomes
      .filter((outcome) => outcome.answer === '1' && (server ?? outcome.server) === outcome.server)
      .map(({ name }) => name)
      .sort();
  }

  /** Resolves once this many more changes were acknowledged than now, on each of these servers. */
  async more(count: number, members: readonly Member[]): Promise<void> {
    const before = members.map(({ name }) => this.acknowledged(name).length);
    const isEnough = () =>
      members.every(({ name }, at) => this.acknowledged(name).length >= (before[at] ?? 0) + count);
    while (!isEnough()) await sleep(20);
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.#workers);
  }

  async #work(member: Member, prefix: string): Promise<void> {
    for (let count = 0; !this.isOver; count++) {
      const name = `${prefix}-${count}`;
      const { answer, reason } = await this.#add(member, name);
      this.outcomes.push({ name, server: member.name, answer, reason });
      // Nobody listens at the port: do not try thousands of times a second.
      if (answer === 'no answer') await sleep(50);
    }
  }

  async #add(member: Member, name: string): Promise<{ answer: string; reason: string }> {
    try {
      const answer: Partial<Answer> = await member.call(token, 'addpkg', { name, quota: '77', maxpop: '7' });
      const { metadata } = answer;
      if (metadata === undefined) return { answer: 'no envelope', reason: JSON.stringify(answer) };
      return { answer: metadata.result === 1 ? '1' : (metadata.error_code ?? ''), reason: metadata.reason };
    } catch (error) {
      return { answer: 'no answer', reason: String(error) };
    }
  }
}

/** The packages in the database, each complete. */
async function stored(prefix: string): Promise<string[]> {
  const { data } = await web2.call(token, 'listpkgs');
  const packages = (data.pkg as { name: string; QUOTA: unknown; MAXPOP: unknown }[]).filter(({ name }) =>
    name.startsWith(`${prefix}-`),
  );
  expect(packages.filter(({ QUOTA, MAXPOP }) => String(QUOTA) !== '77' || String(MAXPOP) !== '7')).toEqual(
    [],
  );
  return packages.map(({ name }) => name).sort();
}

/** Each exists if it was acknowledged, and does not exist if it was rejected. The others may exist or not. */
async function expectKept(prefix: string, load: Load): Promise<void> {
  const there = new Set(await stored(prefix));
  expect(load.acknowledged().filter((name) => !there.has(name))).toEqual([]);
  const refused = load.outcomes.filter(({ answer }) => answer === 'store_unavailable');
  expect(refused.filter(({ name }) => there.has(name))).toEqual([]);
}

test('PostgreSQL, stopped and started again under load: calls fail with a reason, and the servers continue', async () => {
  const load = new Load('restart', all, 3);
  for (let times = 0; times < 3; times++) {
    await load.more(5, all);
    await postgres.restart();
  }
  await load.more(5, all);
  await load.end();
  const kinds = new Set(load.outcomes.map(({ answer }) => answer));
  for (const kind of kinds)
    expect(['1', 'store_unavailable', 'unknown_outcome', 'no envelope']).toContain(kind);
  for (const { answer, reason } of load.outcomes) {
    if (answer === 'store_unavailable') {
      expect(reason).toMatch(
        /^The store “postgres:\/\/127\.0\.0\.1:\d+\/fleet” could not be used: .*\. Nothing was changed\.$/,
      );
    }
    // The caller could not be looked up.
    if (answer === 'no envelope') {
      expect(JSON.parse(reason)).toEqual({
        error: expect.stringMatching(
          /^\(XID \w{6}\) The server’s store cannot be used at the moment\. See the error log of the server\.$/,
        ) as string,
        error_code: 'store_unavailable',
      });
    }
  }
  expect(kinds.size).toBeGreaterThan(1);
  await expectKept('restart', load);
});

test('accounts that are created while PostgreSQL stops exist or not, both on the machine and in the store', async () => {
  const answers = new Map<string, Partial<Answer>>();
  const create = async (prefix: string) => {
    for (let count = 0; !isOver; count++) {
      const username = `${prefix}${count}`;
      const given = { username, domain: `${username}.example` };
      answers.set(username, await web1.call(token, 'createacct', given));
      if (answers.get(username)?.metadata === undefined) await sleep(50);
    }
  };
  const done = () => [...answers].filter(([, { metadata }]) => metadata?.result === 1).map(([name]) => name);
  const more = async (count: number) => {
    const wanted = done().length + count;
    while (done().length < wanted) await sleep(20);
  };
  let isOver = false;
  const work = ['a', 'b', 'c'].map(create);
  for (let times = 0; times < 3; times++) {
    await more(4);
    await postgres.restart();
  }
  await more(4);
  isOver = true;
  await Promise.all(work);
  // Undoes interrupted operations, if there are any.
  const { data } = await web1.call(token, 'listaccts');
  const accounts = (data.acct as { user: string }[]).map(({ user }) => user).sort();
  const passwd = readFileSync(join(web1.state, 'root/etc/passwd'), 'utf8').trimEnd().split('\n');
  expect(passwd.map((line) => line.split(':')[0]).sort()).toEqual(accounts);
  expect(done().filter((name) => !accounts.includes(name))).toEqual([]);
  expect(await postgres.query('fleet', 'SELECT kind, process FROM operation')).toEqual([]);
  expect(await postgres.query('fleet', 'SELECT name FROM operation_lock')).toEqual([]);
});

test('while PostgreSQL is down, the command line says so and ends with status 3; then it works again', async () => {
  await postgres.halt();
  for (const words of [['twofactorauth_policy_status'], ['addpkg', 'name=down']]) {
    const { status, metadata } = await web3.cli(words);
    expect(status).toBe(3);
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'store_unavailable',
      reason:
        `The store “postgres://127.0.0.1:${postgres.port}/fleet” could not be used: the connection was refused. ` +
        'Start PostgreSQL, or correct WHMAPI1_STORE_URL. Nothing was changed.',
    });
  }
  const { status } = await web1.ask('/json-api/version?api.version=1', undefined, {
    headers: { authorization: `whm root:${token}` },
  });
  expect(status).toBe(503);
  await postgres.restart();
  expect((await web3.cli(['addpkg', 'name=up'])).status).toBe(0);
  for (const member of all) expect((await member.call(token, 'listpkgs')).metadata.result).toBe(1);
});

test('a server that is killed during changes makes no other wait, and loses nothing that was acknowledged', async () => {
  const load = new Load('kill', all, 3);
  await load.more(5, all);
  await web3.end('SIGKILL');
  // The others continue, even if it held the turn.
  await load.more(10, [web1, web2]);
  await load.end();
  const ofOthers = load.outcomes.filter(({ server }) => server !== 'web3');
  expect(ofOthers.filter(({ answer }) => answer !== '1')).toEqual([]);
  await expectKept('kill', load);
  await web3.start();
  expect((await web3.call(token, 'listpkgs')).metadata.result).toBe(1);
});
