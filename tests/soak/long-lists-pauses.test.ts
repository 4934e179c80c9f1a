// A large server: each function whose response can be long is called as root and as a reseller, as a whole, as a page,
// filtered and sorted, while the longest pause of the server’s event loop and its memory are measured.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { canBeLong } from '../../src/core/beside.ts';
import type { AnyFunction } from '../../src/core/define.ts';
import { listFields } from '../../src/core/list-fields.ts';
import { index } from '../../src/functions/index.generated.ts';
import { loadFunction } from '../../src/functions/load.ts';
import { Database } from '../../src/store/database.ts';
import { call, freshFolder, run } from '../support/command.ts';
import { addGuesses, addMail, addManyAccounts } from '../support/large-store.ts';
import { WatchedServer } from '../support/watched-server.ts';

const env = { WHMAPI1_SANDBOX: '1' };
const COUNT = 100_000;
const DELIVERIES = 1_000_000;
const MOST_MS = 100;
/** Above a server that has answered `version` only. The goal is 50: V8 collects what it has written late. */
const MOST_MEBIBYTES = 65;

const folder = freshFolder();

async function tokenOf(user: string): Promise<string> {
  const { data, metadata } = await call([`--user=${user}`, 'api_token_create', 'token_name=pauses'], {
    state: folder.state,
    env,
  });
  expect(metadata.reason).toBe('OK');
  return `whm ${user}:${data?.token as string}`;
}

/** What a client asks of a list. */
function requestsOf(fn: AnyFunction): string[] {
  const [field] = fn.list === undefined ? [] : (listFields(fn) ?? []);
  const page = 'api.chunk.enable=1&api.chunk.size=100&api.chunk.verbose=1';
  if (fn.list === undefined) return [''];
  if (field === undefined) return ['', page];
  return [
    ...['', page],
    `${page}&api.filter.enable=1&api.filter.a.field=${field}&api.filter.a.type=contains&api.filter.a.arg0=zzz`,
    `${page}&api.filter.enable=1&api.filter.a.field=*&api.filter.a.type=contains&api.filter.a.arg0=9999`,
    `${page}&api.sort.enable=1&api.sort.a.field=${field}&api.sort.a.reverse=1`,
    `${page}&api.sort.enable=1&api.sort.a.field=${field}&api.chunk.start=50000`,
  ];
}

function argumentsOf({ name, examples }: AnyFunction): string {
  if (name.startsWith('emailtrack_search')) return 'success=1&failure=1&defer=1';
  const args = { ...examples[0].args, ...('user' in examples[0].args ? { user: 'a00002' } : {}) };
  return new URLSearchParams(
    Object.entries(args).filter(([key]) => !key.startsWith('api.')) as never,
  ).toString();
}

test('no list keeps other calls waiting, or takes much memory', async () => {
  const created = await run(['createacct', 'username=a00000', 'domain=a00000.example'], {
    state: folder.state,
    env,
  });
  expect(created.status).toBe(0);
  const store = join(folder.state, 'store.db');
  addManyAccounts(store, COUNT);
  addMail(store, DELIVERIES);
  addGuesses(store, COUNT);
  const database = new Database(store);
  database.exec(
    `UPDATE account SET owner = 'a00000' WHERE uid % 2 = 0;
     ANALYZE`,
  );
  for (const privilege of await privileges())
    database
      .prepare('INSERT INTO reseller_privilege (username, privilege) VALUES (?, ?)')
      .run('a00000', privilege);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  const callers = [await tokenOf('root'), await tokenOf('a00000')];
  const server = await WatchedServer.start(folder.state, `${folder.state}.watch`, env);
  const report: string[] = [];
  const bad: string[] = [];
  await fetch(`${server.url}/json-api/version?api.version=1`, {
    headers: { authorization: callers[0] ?? '' },
  });
  await server.look();
  const before = await server.look();
  for (const name of Object.keys(index)) {
    const fn = await loadFunction(name);
    const isOther =
      fn !== undefined && fn.list !== undefined && fn.effect === 'calls' && fn.onlyMeasures === true;
    if (fn === undefined || !(canBeLong(fn) || isOther) || NOT_HERE.includes(name)) continue;
    if (!new RegExp(process.env.WHMAPI1_LISTS ?? '').test(name)) continue;
    for (const authorization of callers) {
      for (const request of requestsOf(fn)) {
        const started = performance.now();
        const response = await fetch(
          `${server.url}/json-api/${name}?api.version=1&${argumentsOf(fn)}&${request}`,
          {
            headers: { authorization },
          },
        );
        let length = 0;
        let text = '';
        for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
          length += piece.length;
          if (text.length < 300) text += Buffer.from(piece).toString('latin1');
        }
        const took = performance.now() - started;
        const { pauseMs, mebibytes, beside } = await server.look();
        const more = mebibytes - before.mebibytes;
        const line = `${name} ${authorization.slice(0, 8)} ${request}: ${pauseMs.toFixed()} ms, ${more.toFixed()} MiB, beside ${beside.toFixed()} MiB, ${length} bytes in ${took.toFixed()} ms`;
        const isFailed = text.includes('"result":0');
        report.push(line + (isFailed ? ` FAILED ${text.slice(0, 200)}` : ''));
        if (process.env.WHMAPI1_PAUSES !== undefined)
          writeFileSync(process.env.WHMAPI1_PAUSES, report.join('\n'));
        if (pauseMs > MOST_MS || more > MOST_MEBIBYTES) bad.push(line);
        if (isFailed && !isRefusal(text)) bad.push(`${line}: ${text.slice(0, 300)}`);
      }
    }
  }
  await server.stop();
  expect(bad).toEqual([]);
}, 3_600_000);

/** True if the caller may not make the call, or it is about something that this server does not have. */
function isRefusal(text: string): boolean {
  return /"error_code":"(?:denied|not_found)"/.test(text);
}

/** They ask the network. */
const NOT_HERE = ['getlongtermsupport', 'verify_posturl_access', 'verify_pushbullet_access'];

/** All that let a reseller call something, and see only its own accounts. */
async function privileges(): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    Object.keys(index).map(async (name) => (await loadFunction(name))?.access ?? 'any'),
  );
  return new Set(
    found.flatMap((access) => (typeof access === 'string' ? [] : [...access])).filter((one) => one !== 'all'),
  );
}
