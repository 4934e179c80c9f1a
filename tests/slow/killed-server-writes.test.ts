// SIGKILL of a server while 32 connections write, whose changes share commits: no acknowledged write is lost.
import { Agent, get } from 'node:http';
import { call, freshFolder } from '../support/command.ts';
import { isSoak } from '../support/sixth.ts';
import { auditLog, integrityOf } from '../process/state.ts';
import { startServer } from './adversary/server-process.ts';

/** `SEED=… jest killed-server-writes` repeats the moments of a run. */
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000);
const CONNECTIONS = 32;
const ENOUGH = isSoak ? 10_000 : 3_000;
const KILLS = 4;
const [LEAST_MS, MOST_MS] = [300, 1500];
const NAMED_WRONGLY = 'two%0Alines';

const here = freshFolder();

it(`${ENOUGH} acknowledged writes are all stored and logged after many kills (seed ${seed})`, async () => {
  const { state } = here;
  const env = { WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1', WHMAPI1_AUDIT_KIB: '1000000' };
  const created = await call(['api_token_create', 'token_name=writer'], { state });
  const { token } = created.data as { token: string };
  const authorization = `whm root:${token}`;
  const acknowledged: string[] = [];
  const surprises: string[] = [];
  let random = seed % 2_147_483_647;
  let rounds = 0;
  let number = 0;
  while (acknowledged.length < ENOUGH || rounds < KILLS) {
    const server = await startServer(env);
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
    const ask = (name: string) =>
      answerOf(`${server.url}/json-api/addpkg?api.version=1&name=${name}`, agent, authorization);
    let isOver = false;
    const write = async () => {
      while (!isOver) {
        const name = `p${(number += 1)}`;
        // One in ten fails, among others whose commit it shares.
        const isWrong = number % 10 === 0;
        const result = await ask(isWrong ? NAMED_WRONGLY : name);
        if (result === undefined) return;
        if (result !== (isWrong ? 0 : 1)) surprises.push(`${name}: ${result}`);
        else if (!isWrong) acknowledged.push(name);
      }
    };
    const writers = Array.from({ length: CONNECTIONS }, write);
    random = (random * 48_271) % 2_147_483_647;
    await new Promise((resume) => setTimeout(resume, LEAST_MS + (random % (MOST_MS - LEAST_MS))));
    const killed = new Promise((done) => server.child.once('exit', done));
    server.child.kill('SIGKILL');
    await killed;
    isOver = true;
    await Promise.all(writers);
    agent.destroy();
    rounds += 1;
  }
  const { data } = await call(['listpkgs'], { state });
  const stored = new Set((data?.pkg as { name: string }[]).map(({ name }) => name));
  const { lines } = auditLog(state);
  const logged = new Set(
    lines
      .filter((line) => line.function === 'addpkg' && line.result === 1)
      .map((line) => new Map(line.arguments).get('name')),
  );
  console.log(`${acknowledged.length} acknowledged, ${stored.size} stored, ${rounds} kills`);
  expect(surprises).toEqual([]);
  expect(acknowledged.filter((name) => !stored.has(name))).toEqual([]);
  expect(acknowledged.filter((name) => !logged.has(name))).toEqual([]);
  // A change is never missing from the log, also if nobody got its response.
  expect([...stored].filter((name) => /^p\d+$/.test(name) && !logged.has(name))).toEqual([]);
  expect(integrityOf(state)).toBe('ok');
  expect(acknowledged.length).toBeGreaterThanOrEqual(ENOUGH);
});

/** The result of a call. Undefined if the server ended before its response. */
function answerOf(url: string, agent: Agent, authorization: string): Promise<number | undefined> {
  return new Promise((done) => {
    get(url, { agent, headers: { authorization } }, (response) => {
      let text = '';
      response.on('data', (bytes: Buffer) => (text += bytes.toString()));
      response.once('error', () => done(undefined));
      response.once('end', () => {
        if (!response.complete) done(undefined);
        else done((JSON.parse(text) as { metadata: { result: number } }).metadata.result);
      });
    }).once('error', () => done(undefined));
  });
}
