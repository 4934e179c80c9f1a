// Which accounts a function of UAPI and API 2 reaches: bob calls every function, with something of eve’s in each of its
// parameters. Whatever the call does, nothing of eve’s changes, and nothing of hers is in the response.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { accountCaller } from '../../src/core/contexts.ts';
import type { AccountApi, Db } from '../../src/core/context.ts';
import type { AnyFunction, Param } from '../../src/core/define.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';

/** In names and contents that belong to eve, and never in what bob sends. */
const HIDDEN = 'hiddenwords';
/** In names that belong to eve. */
const MARK = 'evesecret';
/** What bob puts into the parameters. */
const hostile = [
  'eve',
  'eve.example',
  `${MARK}.eve.example`,
  `/home/eve/${MARK}.txt`,
  `../eve/${MARK}.txt`,
  MARK,
];

const rows = [
  ...Object.entries(accountLoaders.uapi).map(([name, load]) => ['uapi', name, load] as const),
  ...Object.entries(accountLoaders.api2).map(([name, load]) => ['api2', name, load] as const),
];

let here: Installation;
let before: Snapshot;

beforeAll(async () => {
  here = new Installation();
  const password = 'correct horse battery staple 7';
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password });
  await here.call('createacct', { username: 'eve', domain: 'eve.example', password });
  for (const text of [MARK, HIDDEN]) {
    for (const [name, args] of [
      ['SubDomain::addsubdomain', { domain: text, rootdomain: 'eve.example' }],
      ['Tokens::create_full_access', { name: text }],
      ['SSL::generate_key', { keytype: 'ecdsa-prime256v1', friendly_name: text }],
      ['Fileman::save_file_content', { file: `${text}.txt`, content: HIDDEN }],
      ['NVData::set', { names: text, [text]: HIDDEN }],
    ] as const) {
      here.overrides.randomBytes = async (count) =>
        Uint8Array.from({ length: count }, () => Math.random() * 256);
      expect([name, (await here.uapi('eve', name, args)).errors]).toEqual([name, null]);
    }
  }
  before = await snapshot();
  expect(Object.keys(before.files).filter((path) => path.includes(HIDDEN))).not.toEqual([]);
  expect(before.rows.filter((row) => row.includes(HIDDEN)).length).toBeGreaterThan(2);
});
afterAll(() => here.remove());

interface Snapshot {
  readonly rows: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

/** Tables whose rows name a user, as the migrations create them. */
const migrations = join(__dirname, '../../src/store/migrations');
const tables = readdirSync(migrations)
  .map((file) => readFileSync(join(migrations, file), 'utf8'))
  .flatMap((sql) => [...sql.matchAll(/CREATE TABLE (\w+) \(([^;]*)\)/g)])
  .filter(([, , columns = '']) => /^\s+username TEXT/m.test(columns))
  .map(([, table = '']) => table);

/** Everything of eve’s: her rows, and the files in her home. */
async function snapshot(): Promise<Snapshot> {
  return here.engine.store.transaction('reads', async (db) => ({
    value: { rows: await rowsOfEve(db), files: filesOf(join(here.state, 'root/home/eve')) },
    keep: false,
  }));
}

async function rowsOfEve(db: Db): Promise<string[]> {
  const found: string[] = [];
  for (const table of tables) {
    for (const row of await db.all(`SELECT * FROM ${table} WHERE username = ?`, 'eve')) {
      found.push(`${table} ${JSON.stringify(row)}`);
    }
  }
  return found.sort();
}

function filesOf(top: string): Record<string, string> {
  const entries = readdirSync(top, { recursive: true, withFileTypes: true });
  return Object.fromEntries(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, 'utf8') : 'no file'];
    }),
  );
}

async function callAs(
  user: string,
  api: AccountApi,
  command: string,
  args: Readonly<Record<string, string>>,
): Promise<string> {
  const given = Object.entries(args).map(([name, value]) => ({ name, value }));
  const call = { command, api, args: given, dryRun: false };
  const envelope = await dispatch(call, accountCaller(user), here.engine);
  expect([args, envelope.metadata.error_code]).not.toEqual([args, 'internal']);
  return JSON.stringify(envelope);
}

const takesText = ({ type, values, noEffectReason }: Param) =>
  type === 'string' && values === undefined && noEffectReason === undefined;

/**
 * What bob puts into a parameter. JSON is that of an example, of this parameter or of another one, with another text in
 * the place of each of its texts.
 */
function hostileValues(fn: AnyFunction, key: string, param: Param): readonly string[] {
  if (takesText(param)) return hostile;
  if (param.type !== 'json') return [];
  const jsonOf = (name: string) => fn.examples.flatMap(({ args }) => args[name] ?? []);
  const isJson = (name: string) => fn.params[name]?.type === 'json';
  const own = jsonOf(key);
  const shown = own.length > 0 ? own : Object.keys(fn.params).filter(isJson).flatMap(jsonOf);
  expect([key, shown.length]).not.toEqual([key, 0]);
  return shown
    .flatMap((json) => hostile.flatMap((text) => withText(JSON.parse(json) as Json, text)))
    .map((json) => JSON.stringify(json));
}

/** The value as often as it has texts, each time with another text replaced. */
function withText(value: Json, text: string): Json[] {
  if (typeof value === 'string') return [text];
  if (value === null || typeof value !== 'object') return [];
  const entries = Object.entries(value);
  return entries.flatMap(([key, inner]) =>
    withText(inner, text).map((other) => {
      if (Array.isArray(value)) return value.map((one, at) => (String(at) === key ? other : one));
      return { ...value, [key]: other };
    }),
  );
}

/** The arguments of an example, so that a call gets past its other parameters. */
function usual({ examples: [{ args }] }: AnyFunction): Record<string, string> {
  return Object.fromEntries(
    Object.entries(args).map(([key, value]) => [key, typeof value === 'string' ? value : (value[0] ?? '')]),
  );
}

test('eve herself sees what the other tests look for', async () => {
  const list = { dir: '.' };
  expect(await callAs('eve', 'uapi', 'Fileman::list_files', list)).toContain(HIDDEN);
  expect(await callAs('eve', 'uapi', 'Tokens::list', {})).toContain(HIDDEN);
  expect(await callAs('eve', 'uapi', 'SSL::list_keys', {})).toContain(HIDDEN);
  expect(await callAs('eve', 'uapi', 'NVData::get', {})).toContain(HIDDEN);
  expect(await callAs('eve', 'uapi', 'SSL::list_certs', {})).toContain(HIDDEN);
  expect(await callAs('eve', 'uapi', 'DomainInfo::list_domains', {})).toContain(HIDDEN);
  expect(await callAs('eve', 'api2', 'ZoneEdit::fetchzone', { domain: 'eve.example' })).toContain(HIDDEN);
});

test.each(rows)('%s %s reaches only the caller’s own account', async (api, name, load) => {
  const fn = (await load()).default;
  for (const [key, param] of Object.entries(fn.params)) {
    for (const value of hostileValues(fn, key, param)) {
      const text = await callAs('bob', api, name, { ...usual(fn), [key]: value });
      expect([key, value, text.includes(HIDDEN)]).toEqual([key, value, false]);
    }
  }
  for (const text of fn.rest === undefined ? [] : hostile) {
    const answer = await callAs('bob', api, name, { ...usual(fn), [text]: text });
    expect([text, answer.includes(HIDDEN)]).toEqual([text, false]);
  }
  // Also without anything of hers.
  expect(await callAs('bob', api, name, usual(fn))).not.toContain(HIDDEN);
  expect(await snapshot()).toEqual(before);
});
