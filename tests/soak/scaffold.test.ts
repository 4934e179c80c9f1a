// `npm run new` and `npm run rename`, on a copy of the project.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Catalogue } from '../../src/catalogue/entry.ts';

const top = resolve(__dirname, '../..');
let copy: string;
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'whmapi1-scaffold-'));
  const folders = ['src', 'scripts', 'tests/functions', 'tests/support', 'docs', 'man'];
  const files = ['README.md', 'CHANGELOG.md', 'package.json', 'tsconfig.json', '.prettierrc.json'];
  for (const part of [...folders, ...files]) {
    cpSync(join(top, part), join(copy, part), { recursive: true });
  }
  symlinkSync(join(top, 'node_modules'), join(copy, 'node_modules'));
});
afterAll(() => {
  rmSync(copy, { recursive: true, force: true });
});

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function node(...words: string[]): Promise<Ended> {
  return new Promise((end) => {
    const child = spawn(process.execPath, words, { cwd: copy });
    const printed = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (printed.stderr += text));
    child.on('close', (status) => {
      end({ status, ...printed });
    });
  });
}

function script(name: string, ...words: string[]): Promise<Ended> {
  return node('--import', 'tsx', `scripts/${name}.ts`, ...words);
}

/**
 * Runs a script once for each of these argument lists, all in one process, because starting one takes half a second.
 */
async function scripts(name: string, ...lines: string[]): Promise<Ended[]> {
  const ran = await node('--import', 'tsx', '--input-type=module', '--eval', RUN_EACH, name, ...lines);
  expect(ran).toMatchObject({ status: 0, stderr: '' });
  return JSON.parse(ran.stdout) as Ended[];
}

const RUN_EACH = `
  const { log } = console;
  const [name, ...lines] = process.argv.slice(1);
  const ended = [];
  for (const [at, line] of lines.entries()) {
    const printed = { stdout: '', stderr: '' };
    console.log = (text) => { printed.stdout += text + '\\n'; };
    console.error = (text) => { printed.stderr += text + '\\n'; };
    process.exitCode = 0;
    process.argv.splice(1, Infinity, name, ...line.split(' ').filter((word) => word !== ''));
    await import(\`\${process.cwd()}/scripts/\${name}.ts?\${at}\`);
    ended.push({ status: process.exitCode, ...printed });
  }
  process.exitCode = 0;
  log(JSON.stringify(ended));
`;

/** The errors of a script for each of these argument lists, all of which it rejects. */
async function refusals(name: string, ...lines: string[]): Promise<string[]> {
  const ended = await scripts(name, ...lines);
  expect(ended.filter(({ status, stdout }) => status !== 1 || stdout !== '')).toEqual([]);
  return ended.map(({ stderr }) => stderr);
}

function read(path: string): string {
  return readFileSync(join(copy, path), 'utf8');
}

/** The names that TypeScript cannot find, each after its file. Imports are not followed. */
async function unknownNames(...files: string[]): Promise<string[]> {
  writeFileSync(join(copy, 'some.json'), JSON.stringify({ extends: './tsconfig.json', include: files }));
  const words = ['--noEmit', '--noResolve', '-p', 'some.json'];
  const { stdout } = await node('node_modules/typescript/bin/tsc', ...words);
  const found = stdout.matchAll(/^([^\s(]+)\S+ error TS2304: Cannot find name '(\w+)'\.$/gm);
  return [...new Set([...found].map(([, file = '', name = '']) => `${file} ${name}`))];
}

describe('npm run new', () => {
  test('refuses what cannot be started, and says why', async () => {
    const said = await refusals(
      'new-function',
      ...[
        'accounts',
        'accounts ../listAccts',
        'dns applist',
        'nosuch get_market_providers_list',
        'nosuch my_function',
      ],
    );
    expect(said.slice(0, -1)).toEqual([
      'Usage: npm run new -- FAMILY_FOLDER API_NAME\n',
      '“../listAccts” should be a function’s name: a to z, 0 to 9 and _, the first no digit.\n',
      '“applist” exists: src/functions/accounts/applist.ts\n',
      'The catalogue has “get_market_providers_list” in “Market”: npm run new -- market get_market_providers_list\n',
    ]);
    expect(said.at(-1)).toMatch(
      /^“nosuch” is the folder of no family\. There are: account-restoration, accounts, .*, transfers, updates\.\n$/,
    );
    expect(existsSync(join(copy, 'src/functions/market/get_market_providers_list.ts'))).toBe(false);
    expect(existsSync(join(copy, 'src/functions/nosuch'))).toBe(false);
  });

  test('starts a function that is nothing before it is filled in', async () => {
    const path = 'src/functions/market/get_market_providers_list.ts';
    const testPath = 'tests/functions/market.test.ts';
    expect(await script('new-function', 'market', 'get_market_providers_list')).toEqual({
      status: 0,
      stdout:
        `Wrote ${path} and a describe in ${testPath}.\n` +
        'Next: replace every FILL_IN, then `npm run generate` and `npm run check`. CONTRIBUTING.md says more.\n',
      stderr: '',
    });
    expect(read(path)).toContain("\n  name: 'get_market_providers_list',\n");
    expect(read(testPath)).toContain("\ndescribe('get_market_providers_list', () => {\n");
    expect(await unknownNames(path, testPath)).toEqual([`${path} FILL_IN`, `${testPath} FILL_IN`]);
  });

  test('starts a function that works once it is filled in', async () => {
    const path = 'src/functions/market/get_market_providers_list.ts';
    const filled = { access: "'root'", effect: "'none'", examples: "[{ args: {}, doc: 'All providers.' }]" };
    const text = Object.entries(filled)
      .reduce((all, [key, value]) => all.replace(`${key}: FILL_IN`, `${key}: ${value}`), read(path))
      .replaceAll('doc: FILL_IN', "doc: 'The providers.'")
      .replace('handler(args, context)', 'handler()')
      .replace('FILL_IN(args, context)', '{ payload: [] }');
    writeFileSync(join(copy, path), text);
    expect(await script('generate')).toMatchObject({ status: 0, stderr: '' });
    expect(read('src/functions/index.generated.ts')).toContain(
      "family: 'market',\n    access: 'root',\n    summary: 'List the Market’s providers, and which of them are on.',\n",
    );
    expect(read('src/functions/loaders.generated.ts')).toContain(
      "get_market_providers_list: () => import('./market/get_market_providers_list.ts'),",
    );
    expect(read('man/whmapi1-market.7')).toContain('.It Xr whmapi1-get_market_providers_list 7\n');
  });

  test('fills in what the catalogue knows, and leaves everything open that it does not', async () => {
    const path = 'src/functions/transfers/create_remote_root_transfer_session.ts';
    const open = 'src/functions/mail/my_function.ts';
    const made = await scripts(
      'new-function',
      'transfers create_remote_root_transfer_session',
      'mail my_function',
    );
    expect(made.map(({ status }) => status)).toEqual([0, 0]);
    const text = read(path);
    expect(text).toMatch(/^ {2}since: 44,\n {2}summary: 'Create a session for transfers from /m);
    expect(text).toContain(
      "    compressed: { type: 'flag', required: true, doc: 'Whether the accounts’ archives are compressed.' },\n",
    );
    expect(text).toContain(
      "    port: { type: 'integer', default: 22, doc: 'The port of the other server’s SSH.' },\n",
    );
    expect(text).toContain("values: ['ssh', 'whostmgr', 'whostmgr_insecure'],\n");
    expect(read(open)).toMatch(/^ {2}since: FILL_IN, .*\n {2}summary: FILL_IN, .*\n/m);
    rmSync(join(copy, open));
    rmSync(join(copy, path));
  });

  test('moves what is documented of the function to provided.json', () => {
    const family = JSON.parse(read('src/catalogue/transfers.json')) as Catalogue;
    expect(family.functions).not.toHaveProperty('create_remote_root_transfer_session');
    const provided = read('src/catalogue/provided.json');
    expect(provided).toContain('\n      "compressed": { "type": "flag", "required": true },\n');
    const before = readFileSync(join(top, 'src/catalogue/provided.json'), 'utf8').split('\n');
    expect(before.filter((line) => !provided.includes(line))).toEqual([]);
  });

  test('puts the tests behind those of the family', async () => {
    const before = read('tests/functions/server-administration.test.ts');
    expect(await script('new-function', 'server-administration', 'my_function')).toMatchObject({
      status: 0,
    });
    expect(read('tests/functions/server-administration.test.ts')).toBe(`${before}
describe('my_function', () => {
  it('answers', async () => {
    expect(await here.call('my_function')).toEqual(FILL_IN);
  });
});
`);
    rmSync(join(copy, 'src/functions/server-administration/my_function.ts'));
  });
});

describe('npm run rename', () => {
  test('refuses what cannot be renamed, and says why', async () => {
    const lines = ['version', 'nosuch other', 'version applist', 'version 2fa'];
    expect(await refusals('rename-function', ...lines)).toEqual([
      'Usage: npm run rename -- OLD_NAME NEW_NAME\n',
      'There is no function “nosuch”.\n',
      '“applist” exists.\n',
      '“2fa” should be a function’s name: a to z, 0 to 9 and _, the first no digit.\n',
    ]);
    expect(existsSync(join(copy, 'src/functions/updates/version.ts'))).toBe(true);
  });

  test('moves the module, renames it in the tests and generates', async () => {
    const [from, to] = ['twofactorauth_get_issuer', 'twofactorauth_issuer'];
    const tests = read('tests/functions/authentication.test.ts');
    const { status, stdout, stderr } = await script('rename-function', from, to);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^wrote \d+ files that git does not track$/m);
    expect(stdout).toContain(`\nRenamed ${from} to ${to}.\nLook for the old name in:\n`);
    expect(stdout).toContain('\nsrc/catalogue/families.json\n');
    expect(existsSync(join(copy, `src/functions/authentication/${from}.ts`))).toBe(false);
    expect(read(`src/functions/authentication/${to}.ts`)).toContain(`\n  name: '${to}',\n`);
    expect(read('tests/functions/authentication.test.ts')).toBe(
      tests.replaceAll(/twofactorauth_get_issuer(?!\w)/g, to),
    );
    expect(read('src/functions/index.generated.ts')).toMatch(new RegExp(`^  ${to}: {$`, 'm'));
    expect(read('src/functions/index.generated.ts')).not.toContain(from);
  });

  test('leaves alone what is only a word', async () => {
    expect(await script('rename-function', 'version', 'program_version')).toMatchObject({ status: 0 });
    const module = read('src/functions/updates/program_version.ts');
    expect(module).toContain("\n  name: 'program_version',\n");
    expect(module).toContain('{ version: { type:');
    const tests = read('tests/functions/updates.test.ts');
    expect(tests).toContain("describe('program_version', ");
    expect(tests).toContain("here.call('program_version'");
    expect(read('tests/support/command.ts')).toBe(
      readFileSync(join(top, 'tests/support/command.ts'), 'utf8'),
    );
  });
});
