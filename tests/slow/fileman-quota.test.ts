// Fileman with a disk quota that is used up (EDQUOT): the reason says so, and nothing half written stays. The kernel of
// a test machine need not have quotas, so a library in the server's process fails the writes (tests/support/disk-quota.c).
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const top = resolve(__dirname, '../..');
const run = promisify(execFile);
const password = 'four unusual words, Xylophone';
const MEBIBYTE = 1024 * 1024;
const FULL = 'The disk quota is used up.';

let folder: string;
let home: string;
let server: ChildProcess | undefined;
let url = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-quota-'));
  home = join(folder, 'state/root/home/bob');
  const library = join(folder, 'quota.so');
  execFileSync('cc', ['-shared', '-fPIC', '-o', library, join(top, 'tests/support/disk-quota.c')]);
  const environment = {
    PATH: process.env.PATH,
    WHMAPI1_STATE_DIR: join(folder, 'state'),
    WHMAPI1_SANDBOX: '1',
  };
  const whmapi1 = async (...words: string[]) => {
    const { stdout } = await run(join(top, 'bin/whmapi1'), ['--output=json', ...words], { env: environment });
    expect(JSON.parse(stdout)).toMatchObject({ metadata: { result: 1 } });
  };
  await whmapi1('createacct', 'username=bob', 'domain=bob.example', `password=${password}`);
  // The program itself would refuse a large upload earlier. It knows nothing of this quota.
  await whmapi1('set_tweaksetting', 'module=Main', 'key=file_upload_must_leave_bytes', 'value=0');
  const quota = { LD_PRELOAD: library, QUOTA_DIRECTORY: home, QUOTA_BYTES: String(2 * MEBIBYTE) };
  const words = [join(top, 'bin/whmapi1d'), '--port=0', '--account-port=0', '--log-level=warn'];
  const child = spawn(process.execPath, words, {
    env: { ...environment, ...quota },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  server = child;
  url = await new Promise<string>((ready, fail) => {
    child.once('exit', (status) => fail(new Error(`The server ended: ${status}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, port] = /^listening https:\S+:(\d+)\S* for accounts/.exec(line) ?? [];
      if (port !== undefined) ready(`https://127.0.0.1:${port}`);
    });
  });
});
afterAll(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  for (const name of readdirSync(home)) rmSync(join(home, name), { recursive: true });
  mkdirSync(join(home, 'public_html'));
});

interface Answer {
  readonly status: number;
  readonly errors: string[] | null;
  readonly data: Record<string, unknown>;
}

async function curl(path: string, words: readonly string[], input = ''): Promise<unknown> {
  const all = ['-sk', '-u', `bob:${password}`, ...words, `${url}${path}`];
  const call = run('curl', all, { maxBuffer: 2 ** 24 });
  call.child.stdin?.end(input);
  return JSON.parse((await call).stdout) as unknown;
}
/** Fields of a form. A content can be longer than a word of a command. */
const post = (path: string, fields: Readonly<Record<string, string>>) =>
  curl(path, ['--data-binary', '@-'], new URLSearchParams(fields).toString());
const uapi = (name: string, args: Readonly<Record<string, string>>) =>
  post(`/execute/Fileman/${name}`, args) as Promise<Answer>;
const upload = (name: string, bytes: number) =>
  curl(
    '/execute/Fileman/upload_files',
    ['-F', `file-1=@-;filename=${name}`],
    'x'.repeat(bytes),
  ) as Promise<Answer>;
async function fileop(
  op: string,
  sourcefiles: string,
  destfiles: string,
): Promise<{ result: number; err: string }[]> {
  const named = {
    cpanel_jsonapi_apiversion: '2',
    cpanel_jsonapi_module: 'Fileman',
    cpanel_jsonapi_func: 'fileop',
  };
  const answer = await post('/json-api/cpanel', { ...named, op, sourcefiles, destfiles });
  return (answer as { cpanelresult: { data: { result: number; err: string }[] } }).cpanelresult.data;
}
/** Everything in the home, also drafts. */
const names = () => readdirSync(home, { recursive: true, encoding: 'utf8' }).sort();
const read = (path: string) => readFileSync(join(home, path), 'utf8');

test('a text that does not fit leaves the file as it was', async () => {
  expect(await upload('filler', 1.9 * MEBIBYTE)).toMatchObject({ status: 1 });
  expect(await uapi('save_file_content', { file: 'page', content: 'before' })).toMatchObject({ status: 1 });
  const saved = await uapi('save_file_content', { file: 'page', content: 'x'.repeat(MEBIBYTE / 4) });
  expect(saved).toMatchObject({ status: 0, errors: [expect.stringContaining(`“page”: ${FULL}`)] });
  expect(names()).toEqual(['filler', 'page', 'public_html']);
  expect(read('page')).toBe('before');
  expect(await uapi('delete_file', { path: 'filler' })).toMatchObject({ status: 1 });
  const again = await uapi('save_file_content', { file: 'page', content: 'x'.repeat(MEBIBYTE / 4) });
  expect(again).toMatchObject({ status: 1 });
});

test('an upload that does not fit leaves nothing', async () => {
  const { status, errors } = await upload('large', 3 * MEBIBYTE);
  expect([status, errors]).toEqual([0, [expect.stringContaining(FULL)]]);
  expect(names()).toEqual(['public_html']);
  expect(await upload('small', MEBIBYTE)).toMatchObject({ status: 1 });
  expect(await upload('second', MEBIBYTE)).toMatchObject({ status: 1 });
  expect(await upload('third', 1)).toMatchObject({ status: 0, errors: [expect.stringContaining(FULL)] });
  expect(names()).toEqual(['public_html', 'second', 'small']);
});

test('an archive that does not fit is not created, and one that is unpacked says how far it came', async () => {
  for (const name of ['one', 'two', 'six'])
    expect(await upload(name, 0.6 * MEBIBYTE)).toMatchObject({ status: 1 });
  expect(await fileop('compress', 'one,two,six', 'all.tar')).toMatchObject(
    Array.from({ length: 3 }, () => ({ result: 0, err: expect.stringContaining(FULL) as string })),
  );
  expect(names()).toEqual(['one', 'public_html', 'six', 'two']);
  // Zeros need little space.
  expect(await fileop('compress', 'one,two,six', 'all.zip')).toMatchObject([
    { result: 1 },
    { result: 1 },
    { result: 1 },
  ]);
  await uapi('delete_file', { path: 'six' });
  const [row] = await fileop('extract', 'all.zip', 'public_html');
  expect(row).toMatchObject({
    result: 0,
    err: expect.stringContaining('Files that were unpacked before: 1.') as string,
  });
  expect(row?.err).toContain(FULL);
  expect(row?.err).not.toContain('Nothing was written');
  expect(names()).toEqual(['all.zip', 'one', 'public_html', 'public_html/one', 'two']);
});
