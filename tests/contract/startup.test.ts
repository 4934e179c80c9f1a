// What a start loads, counted in the built program and not measured in time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { families } from '../../src/catalogue/families.generated.ts';
import { complete } from '../../src/cli/complete.ts';
import { generalHelp } from '../../src/cli/help.ts';
import type { Io } from '../../src/cli/io.ts';
import { plainLayout } from '../../src/cli/help-layout.ts';
import { index } from '../../src/functions/index.generated.ts';

const dist = resolve(__dirname, '../../dist');

interface Start {
  readonly status: number;
  readonly stdout: string;
  /** The loaded files of dist/, without the hashes in their names: `version`, `yaml`, `chunk`. */
  readonly files: readonly string[];
  /** The texts of those files. */
  readonly code: string;
  /** Node’s own modules that were loaded during the start; only for the first start in a process. */
  readonly modules: readonly string[];
  /** How many native addons were loaded: SQLite is the only one. */
  readonly addons: number;
}

/** Starts one after the other, each with a separate loader, which reads the files again. */
const child = `
  const { createLoader } = require(process.env.LOADER);
  const dlopen = process.dlopen;
  let addons = 0;
  process.dlopen = (...args) => { addons += 1; return dlopen.apply(process, args); };
  async function start(argv) {
    addons = 0;
    const before = process.moduleLoadList.length;
    const { load, scripts } = createLoader(process.env.DIST);
    const { main } = load('main.cjs/main');
    let stdout = '';
    const sink = { write: () => undefined, isTerminal: () => false };
    const status = await main(argv, {
      stdout: { write: (text) => { stdout += text; }, isTerminal: () => false },
      stderr: sink,
      environment: { WHMAPI1_STATE_DIR: process.env.STATE },
      readStdin: () => Buffer.from('{}'),
      readFile: () => Buffer.from(''),
    });
    const modules = process.moduleLoadList.slice(before).flatMap((one) => /^NativeModule (?!internal)(.*)/.exec(one)?.[1] ?? []);
    return { status, stdout, files: [...scripts.keys()], modules, addons };
  }
  (async () => {
    const starts = [];
    for (const argv of JSON.parse(require('node:fs').readFileSync(0, 'utf8'))) starts.push(await start(argv));
    process.stdout.write(JSON.stringify(starts));
  })();
`;

let folder: string;
beforeAll(() => {
  if (!existsSync(join(dist, 'main.cjs'))) throw new Error('There is no dist/: run `npm run build` first.');
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-startup-'));
  writeFileSync(join(folder, 'child.cjs'), child);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** In a separate process. */
async function start(...argv: string[]): Promise<Start> {
  const [only] = await startAll([argv]);
  if (only === undefined) throw new Error('The process answered nothing.');
  return only;
}

/** All in the same process, which saves a second for each 20 of them. */
async function startAll(argvs: readonly (readonly string[])[]): Promise<Start[]> {
  const environment = { LOADER: join(dist, 'loader.cjs'), DIST: dist, STATE: join(folder, 'state') };
  const starter = spawn(process.execPath, [join(folder, 'child.cjs')], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  starter.stdin.end(JSON.stringify(argvs));
  const [answer] = await Promise.all([text(starter.stdout), once(starter, 'close')]);
  expect(starter.exitCode).toBe(0);
  return (JSON.parse(answer) as Omit<Start, 'code'>[]).map((one) => ({
    ...one,
    files: one.files.map((file) => file.replace(/(-[A-Z0-9]{8})?\.cjs$/, '')),
    code: one.files.map(codeOf).join('\n'),
  }));
}

const codes = new Map<string, string>();
function codeOf(file: string): string {
  const code = codes.get(file) ?? readFileSync(join(dist, file), 'latin1');
  codes.set(file, code);
  return code;
}

/**
 * Takes this many functions of each family, evenly spread. This is enough because function modules do not import each
 * other (`layers.test.ts`), so their neighbours start in the same way.
 */
const MAX_OF_A_FAMILY = 6;
const functions = [...new Set(Object.values(index).map(({ family }) => family))].flatMap((family) => {
  const names = Object.keys(index).filter((name) => index[name]?.family === family);
  const step = Math.max(1, names.length / MAX_OF_A_FAMILY);
  return names.filter((_name, at) => Math.floor(at / step) > Math.floor((at - 1) / step));
});

/** Starts the program for each function, before the tests that use the result. */
function startForEach(argvOf: (name: string) => string[]): (name: string) => Start {
  let starts: Start[];
  beforeAll(async () => {
    starts = await startAll(functions.map(argvOf));
  });
  return (name) => {
    const started = starts[functions.indexOf(name)];
    if (started === undefined) throw new Error(`The program was not started for ${name}.`);
    return started;
  };
}

const functionsOf = ({ files }: Start) =>
  files.filter((file) => file.startsWith('functions/')).map((file) => file.slice('functions/'.length));
const renderersOf = ({ files }: Start) => files.filter((file) => ['yaml', 'json', 'xml'].includes(file));
const comfortsOf = ({ files }: Start) =>
  files.filter((file) => ['help', 'suggest', 'nearest', 'highlight', 'source', 'qr-code'].includes(file));

/** Node's modules that take milliseconds to load. */
const costly = /^(crypto|stream|tty|child_process|net)\b/;

/** A line of SQL that only the store contains. */
const STORE = 'BEGIN IMMEDIATE';

/** A word of the client of MariaDB. */
const MYSQL_CLIENT = 'caching_sha2_password';

/** The first word of a file that only calls to other servers use. */
const REMOTE = 'whmapi1-run';

/**
 * Which parts of the catalogue were loaded: the list of functions that are not provided, a family’s data, the search
 * index.
 */
const catalogueOf = ({ files, code }: Start) => [
  ...(code.includes('"market",summary:"Disable a Market provider.') ? ['list'] : []),
  ...Object.keys(families).filter((family) => files.includes(family)),
  ...(code.includes('"averageFieldLength":[') ? ['search index'] : []),
];

describe('one call', () => {
  const startOf = startForEach((name) => [name]);

  test.each(functions)('of %s loads that function and no other', (name) => {
    const loaded = startOf(name);
    expect(loaded.stdout).not.toBe('');
    expect(functionsOf(loaded)).toEqual([name]);
    expect(renderersOf(loaded)).toEqual(['yaml']);
    expect(comfortsOf(loaded)).toEqual([]);
    expect(catalogueOf(loaded)).toEqual([]);
  });

  test('of a batch loads those that it names as well', async () => {
    const loaded = await start('batch', 'command=version', 'command=gethostname', 'command=version');
    expect(loaded.status).toBe(0);
    expect(functionsOf(loaded)).toEqual(['batch', 'version', 'gethostname']);
  });

  test.each([
    ['yaml', ['yaml']],
    // These are so small that every call loads them.
    ['json', []],
    ['jsonpretty', []],
    ['xml', ['xml']],
  ])('with --output=%s loads no other renderer', async (format, renderers) => {
    const loaded = await start(`--output=${format}`, 'version');
    expect(renderersOf(loaded)).toEqual(renderers);
    expect(comfortsOf(loaded)).toEqual([]);
  });

  test('with no option but --output does without commander, and reads three files of the program', async () => {
    expect((await start('--output=json', 'version')).files).toEqual([
      'main',
      'start',
      'call',
      'functions/version',
    ]);
    expect((await start('--dry-run', 'version')).files).toContain('options');
  });

  test('without the store does not load SQLite', async () => {
    expect((await start('version')).addons).toBe(0);
    expect((await start('twofactorauth_policy_status')).addons).toBe(1);
  });

  test('without secrets loads no cryptography, and without a terminal no terminal', async () => {
    for (const name of ['version', 'twofactorauth_policy_status', 'twofactorauth_enable_policy']) {
      const { status, modules } = await start(name);
      expect(status).toBe(0);
      expect(modules.filter((one) => costly.test(one))).toEqual([]);
    }
    expect((await start('twofactorauth_generate_tfa_config')).modules).toContain('crypto');
  });

  test('loads nothing of what calls other servers', async () => {
    for (const name of ['version', 'twofactorauth_policy_status']) {
      const { files, code, modules } = await start(name);
      expect(files.filter((file) => ['remote', 'configure', 'ask'].includes(file))).toEqual([]);
      expect(code).not.toContain(REMOTE);
      expect(modules.filter((one) => /^(https?|tls)$/.test(one))).toEqual([]);
    }
  });

  test('loads nothing of script hooks where no hook is registered', async () => {
    const set = await start('--output=json', 'set_tweaksetting', 'key=chkservd_check_interval', 'value=60');
    expect(set.stdout).toContain('"result":1');
    expect(set.code).not.toContain('BAILOUT');
    const hooks = readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.cjs'))
      .filter((path) => readFileSync(join(dist, path), 'utf8').includes('BAILOUT'));
    expect(hooks.length).toBeGreaterThan(0);
  });

  test('loads no client of database servers, also for the databases of a sandbox that runs none', async () => {
    const account = ['username=bob', 'domain=bob.example', 'password=correct%20horse%20battery%20staple%207'];
    expect((await start('createacct', ...account)).status).toBe(0);
    for (const words of [
      ['version'],
      ['uapi_cpanel', 'cpanel.user=bob', 'cpanel.module=Mysql', 'cpanel.function=list_databases'],
    ]) {
      const { status, code } = await start(...words);
      expect(status).toBe(0);
      expect(code).not.toContain(MYSQL_CLIENT);
    }
    const clients = readdirSync(dist).filter(
      (path) => path.endsWith('.cjs') && readFileSync(join(dist, path), 'utf8').includes(MYSQL_CLIENT),
    );
    expect(clients.length).toBeGreaterThan(0);
  });

  test('loads what shapes a list only where it is asked to', async () => {
    expect((await start('applist')).files).not.toContain('shape');
    const sorted = await start('applist', 'api.sort.enable=1', 'api.sort.a.field=app');
    expect(sorted.files).toEqual(expect.arrayContaining(['meta-arguments', 'shape']));
  });
});

describe('--help', () => {
  test('loads no function, no store, no renderer, no colour and no cryptography', async () => {
    const loaded = await start('--help');
    expect(loaded.stdout).toBe(generalHelp(index, plainLayout));
    expect(functionsOf(loaded)).toEqual([]);
    expect(renderersOf(loaded)).toEqual([]);
    expect(comfortsOf(loaded)).toEqual([]);
    expect(catalogueOf(loaded)).toEqual([]);
    expect(loaded.files).toEqual(['main', 'start']);
    expect(loaded.code).not.toContain(STORE);
    expect(loaded.addons).toBe(0);
    expect(loaded.modules.filter((one) => costly.test(one))).toEqual([]);
  });

  test('of a function loads that function and no other', async () => {
    const loaded = await start('version', '--help');
    expect(functionsOf(loaded)).toEqual(['version']);
    expect(renderersOf(loaded)).toEqual([]);
    expect(loaded.addons).toBe(0);
  });
});

describe('the Tab key of a shell', () => {
  test.each([[['']], [['--ou']], [['--output=']], [['--help', '']]])(
    '%j loads no function, no store and no renderer',
    async (words) => {
      const loaded = await start('--complete', ...words);
      expect(loaded.stdout).not.toBe('');
      expect(functionsOf(loaded)).toEqual([]);
      expect([...renderersOf(loaded), ...comfortsOf(loaded), ...catalogueOf(loaded)]).toEqual([]);
      expect(loaded.code).not.toContain(STORE);
      expect(loaded.modules.filter((one) => costly.test(one))).toEqual([]);
    },
  );

  const startOf = startForEach((name) => ['--complete', name, '']);

  test.each(functions)('after %s loads no function, and answers what its description says', async (name) => {
    const loaded = startOf(name);
    let expected = '';
    const stdout = { write: (text: string) => (expected += text) };
    await complete(undefined, [name, ''], { stdout } as unknown as Io);
    expect(loaded.stdout).toBe(expected);
    expect(functionsOf(loaded)).toEqual([]);
    expect([...renderersOf(loaded), ...comfortsOf(loaded), ...catalogueOf(loaded)]).toEqual([]);
    expect(loaded.code).not.toContain(STORE);
  });
});

describe('the catalogue', () => {
  test('is a list of names for a call of what is not provided, and of what there is not', async () => {
    const known = await start('--output=json', 'get_market_providers_list');
    expect(known.status).toBe(1);
    expect(known.stdout).toContain('not_provided');
    expect(catalogueOf(known)).toEqual(['list']);
    expect(comfortsOf(known)).toEqual([]);
    expect(known.addons).toBe(0);
    expect(catalogueOf(await start('nosuch'))).toEqual(['list']);
  });

  test.each([[['--help', '--all']], [['--help', 'dns']], [['--help', 'nosuch']]])(
    'is the list alone for %j',
    async (argv) => {
      const loaded = await start(...argv);
      expect(catalogueOf(loaded)).toEqual(['list']);
      expect(functionsOf(loaded)).toEqual([]);
      expect(renderersOf(loaded)).toEqual([]);
      expect(loaded.code.includes(STORE)).toBe(false);
      expect(loaded.modules.filter((one) => /^(crypto|tty)\b/.test(one))).toEqual([]);
    },
  );

  test('is one family’s for the help of a function that is not provided', async () => {
    const loaded = await start('get_market_providers_list', '--help');
    expect(loaded.stdout).toContain('get_market_providers_list is not provided');
    expect(catalogueOf(loaded)).toEqual(['list', 'market']);
    expect(functionsOf(loaded)).toEqual([]);
  });

  test('is the index that the build made for --search, and nothing else', async () => {
    const loaded = await start('--search', 'lost', 'phone');
    expect(loaded.status).toBe(0);
    expect(loaded.stdout).toMatch(/^twofactorauth_remove_user_config /);
    expect(catalogueOf(loaded)).toEqual(['search index']);
    expect(functionsOf(loaded)).toEqual([]);
    expect(loaded.files).not.toContain('call');
    expect(loaded.code.includes(STORE)).toBe(false);
    expect(loaded.modules.filter((one) => /^(crypto|tty)\b/.test(one))).toEqual([]);
  });
});

describe('this test sees', () => {
  test('colour, help and suggestions where they are loaded', async () => {
    expect(comfortsOf(await start('--color=always', 'version'))).toEqual(['source', 'highlight']);
    expect(comfortsOf(await start('versoin'))).toEqual(['suggest']);
    expect(comfortsOf(await start('version', 'word'))).toEqual(['help']);
  });

  test('what calls other servers where it is loaded', async () => {
    const { status, files, code, modules, addons } = await start('--host', 'server.example.com', 'version');
    expect(status).toBe(1);
    expect(files).toContain('remote');
    expect(code).toContain(REMOTE);
    expect(modules).toContain('https');
    expect(addons).toBe(0);
  });

  test('the store where it is loaded', async () => {
    expect((await start('version')).code).toContain(STORE);
  });
});
