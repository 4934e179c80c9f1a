// Many creations of accounts at once, beside changes, suspensions, removals and calls of other processes: what every call
// answered is what the store and the machine have at the end.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { join } from 'node:path';
import { startServer } from '../slow/adversary/server-process.ts';
import { call, freshFolder } from '../support/command.ts';
import { attackTime } from './attack-time.ts';

const LASTING_MS = attackTime(15_000);
const CREATORS = 32;
const CHANGERS = 8;
/** The most accounts of a run: a reload takes the longer, the more there are. */
const MOST = 1500;

const here = freshFolder();

interface Answer {
  readonly result: number;
  readonly reason: string;
}

/** What the answered calls have made of an account. */
interface Expected {
  isThere: boolean;
  isSuspended: boolean;
  /** A call on it got no clear answer. */
  isUnknown: boolean;
}

it('leaves every account as its answered calls say', async () => {
  const { state } = here;
  const env = { WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' };
  const created = await call(['api_token_create', 'token_name=load'], { state });
  const { token } = created.data as { token: string };
  const server = await startServer(env);
  const agent = new Agent({ keepAlive: true, maxSockets: CREATORS + CHANGERS });
  const ask = (name: string, args: Readonly<Record<string, string>>) =>
    answerOf(
      `${server.url}/json-api/${name}?${new URLSearchParams({ 'api.version': '1', ...args }).toString()}`,
      { agent, authorization: `whm root:${token}` },
    );
  const accounts = new Map<string, Expected>();
  /** The accounts with which no connection is busy. */
  const free: string[] = [];
  const surprises: string[] = [];
  const counts = { created: 0, changed: 0, refused: 0, removed: 0, suspended: 0 };
  const end = performance.now() + LASTING_MS;
  const isOver = () => performance.now() > end || accounts.size >= MOST;

  const create = async () => {
    while (!isOver()) {
      const username = `a${accounts.size}`;
      const account: Expected = { isThere: false, isSuspended: false, isUnknown: false };
      accounts.set(username, account);
      const answer = await ask('createacct', { username, domain: `${username}.example` });
      account.isThere = answer?.result === 1;
      if (answer?.result !== 1) surprises.push(`createacct ${username}: ${answer?.reason ?? 'no answer'}`);
      else {
        counts.created += 1;
        free.push(username);
      }
      // A creation that is refused, whose transaction is rolled back among those of the others.
      const again = await ask('createacct', { username, domain: 'not a domain' });
      if (again?.result === 0) counts.refused += 1;
      else surprises.push(`createacct ${username} with a wrong domain: ${again?.result ?? 'no answer'}`);
    }
  };
  let turn = 0;
  const change = async () => {
    while (!isOver()) {
      const username = free.shift();
      const account = username === undefined ? undefined : accounts.get(username);
      if (username === undefined || account === undefined) {
        await new Promise((done) => setTimeout(done, 20));
        continue;
      }
      turn += 1;
      const kind = turn % 12 === 0 ? 'removeacct' : turn % 7 === 0 ? 'suspendacct' : 'modifyacct';
      const args = kind === 'modifyacct' ? { MAXFTP: String(turn % 90) } : {};
      const answer = await ask(kind, { user: username, ...args });
      if (answer?.result !== 1) surprises.push(`${kind} ${username}: ${answer?.reason ?? 'no answer'}`);
      account.isUnknown = answer === undefined;
      if (kind === 'removeacct') {
        account.isThere = answer?.result !== 1;
        counts.removed += 1;
      } else {
        if (kind === 'suspendacct' && answer?.result === 1) {
          account.isSuspended = true;
          counts.suspended += 1;
        } else counts.changed += 1;
        free.push(username);
      }
    }
  };
  /** Another process looks for interrupted calls: the command does not hand a call that changes the machine to the server. */
  const recover = async () => {
    while (!isOver()) {
      const { metadata } = await call(['editquota', 'user=nobody', 'quota=1'], { state });
      if (metadata.result !== 0) surprises.push('editquota: nobody is no account');
    }
  };
  try {
    await Promise.all([
      ...Array.from({ length: CREATORS }, create),
      ...Array.from({ length: CHANGERS }, change),
      recover(),
    ]);
  } finally {
    agent.destroy();
    await server.stop();
  }
  const { data } = await call(['listaccts'], { state });
  const stored = new Map(
    (data?.acct as { user: string; suspended: number }[]).map(({ user, suspended }) => [user, suspended]),
  );
  const root = (...path: string[]) => join(state, 'root', ...path);
  const names = new Set(
    readFileSync(root('etc/passwd'), 'utf8')
      .split('\n')
      .map((line) => line.split(':')[0]),
  );
  const zones = new Set(readdirSync(root('var/lib/bind/whmapi1')));
  const hosts = new Set(readdirSync(root('etc/apache2/whmapi1/accounts')));
  const faults: string[] = [];
  for (const [username, { isThere, isSuspended, isUnknown }] of accounts) {
    if (isUnknown) continue;
    const found = {
      store: stored.has(username),
      passwd: names.has(username),
      home: existsSync(root('home', username)),
      zone: zones.has(`${username}.example.db`),
      website: hosts.has(`${username}.conf`),
    };
    for (const [where, has] of Object.entries(found))
      if (has !== isThere) faults.push(`${username}: ${where} ${has ? 'has' : 'lacks'} it`);
    if (isThere && (stored.get(username) === 1) !== isSuspended) faults.push(`${username}: suspension`);
  }
  console.log(JSON.stringify({ ...counts, accounts: accounts.size, surprises: surprises.length }));
  expect({ surprises, faults }).toEqual({ surprises: [], faults: [] });
  expect(counts.created).toBeGreaterThan(CREATORS);
  expect(counts.refused).toBeGreaterThan(CREATORS);
});

/** The outcome of a call. Undefined if there was no answer. */
function answerOf(
  url: string,
  { agent, authorization }: { agent: Agent; authorization: string },
): Promise<Answer | undefined> {
  return new Promise((done) => {
    get(url, { agent, headers: { authorization } }, (response) => {
      let text = '';
      response.on('data', (bytes: Buffer) => (text += bytes.toString()));
      response.once('error', () => done(undefined));
      response.once('end', () => {
        try {
          done((JSON.parse(text) as { metadata: Answer }).metadata);
        } catch {
          done(undefined);
        }
      });
    }).once('error', () => done(undefined));
  });
}
