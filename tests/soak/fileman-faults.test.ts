// Fileman at the door of accounts, in the built server: a full disk, an upload of 1 GB, a home that is moved away
// meanwhile, FIFOs and devices.
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { PrivateMount } from '../process/private-mount.ts';
import { until } from '../support/until.ts';

const top = resolve(__dirname, '../..');
const run = promisify(execFile);
const password = 'four unusual words, Xylophone';
const MEBIBYTE = 1024 * 1024;
const SIZE = 1024 * MEBIBYTE;
const MAX_GROWTH_KIBIBYTES = 200 * 1024;
const isRoot = process.getuid?.() === 0;

let folder: string;
let home: string;
let disk: PrivateMount | undefined;
let server: ChildProcess | undefined;
let port = 0;

const environment = () => ({ PATH: process.env.PATH, WHMAPI1_STATE_DIR: folder, WHMAPI1_SANDBOX: '1' });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-fileman-'));
  home = join(folder, 'root/home/bob');
  await whmapi1('createacct', 'username=bob', 'domain=bob.example', `password=${password}`);
  await whmapi1('set_tweaksetting', 'module=Main', 'key=file_upload_must_leave_bytes', 'value=0');
});
afterEach(async () => {
  server?.kill('SIGKILL');
  await disk?.close();
  disk = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function whmapi1(...words: string[]): Promise<void> {
  const { stdout } = await run(join(top, 'bin/whmapi1'), ['--output=json', ...words], { env: environment() });
  expect(JSON.parse(stdout)).toMatchObject({ metadata: { result: 1 } });
}

/** @param through a command in whose namespace the server runs. */
async function start(through: readonly string[] = []): Promise<void> {
  const words = [...through, process.execPath, join(top, 'bin/whmapi1d')];
  const options = ['--port=0', '--account-port=0', '--log-level=warn'];
  const [program = '', ...rest] = [...words, ...options];
  const child = spawn(program, rest, { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] });
  server = child;
  port = await new Promise<number>((ready, fail) => {
    child.once('exit', (status) => fail(new Error(`The server ended: ${status}`)));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [, given] = /^listening https:\S+:(\d+)\S* for accounts/.exec(line) ?? [];
      if (given !== undefined) ready(Number(given));
    });
  });
}

interface Answer {
  readonly status: number;
  readonly errors: string[] | null;
  readonly data: {
    readonly uploads?: readonly { status: number; reason: string; size: number }[];
    readonly content?: string;
  } | null;
}

async function send(
  path: string,
  type: string,
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Answer> {
  const authorization = `Basic ${Buffer.from(`bob:${password}`).toString('base64')}`;
  const headers = { authorization, 'content-type': type };
  const options = { host: '127.0.0.1', port, path, method: 'POST', headers, rejectUnauthorized: false };
  return new Promise((done, fail) => {
    const sent = request(options, (response) => {
      text(response).then((body) => done(JSON.parse(body) as Answer), fail);
    });
    sent.on('error', fail);
    void (async () => {
      for await (const part of body) {
        if (!sent.write(part)) await new Promise((go) => sent.once('drain', go));
      }
      sent.end();
    })().catch(fail);
  });
}

function uapi(name: string, args: Readonly<Record<string, string>>): Promise<Answer> {
  const body = Buffer.from(new URLSearchParams(args).toString());
  const path = `/execute/Fileman/${name}`;
  return send(path, 'application/x-www-form-urlencoded', [body]);
}

/** @param between runs after 4 MiB, when the server has begun to write. */
function upload(name: string, bytes: number, between?: () => void): Promise<Answer> {
  const part = Buffer.alloc(MEBIBYTE, 'x');
  const head = `--b\r\nContent-Disposition: form-data; name="file-1"; filename="${name}"\r\n\r\n`;
  async function* body() {
    yield Buffer.from(head);
    for (let done = 0; done < bytes; done += part.length) {
      if (between !== undefined && done === 4 * MEBIBYTE) {
        await until(() => drafts(home).length > 0);
        between();
      }
      yield part.subarray(0, Math.min(part.length, bytes - done));
    }
    yield Buffer.from('\r\n--b--\r\n');
  }
  return send('/execute/Fileman/upload_files', 'multipart/form-data; boundary=b', body());
}

const drafts = (place: string) => readdirSync(place).filter((name) => /^\.whmapi1(?!-cgi$)/.test(name));

function memory(): number {
  const status = readFileSync(`/proc/${server?.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
}

test('a full disk is the reason, what was there stays, and everything works once there is space', async () => {
  disk = await PrivateMount.at(home, '12m');
  home = disk.path();
  await start(disk.through);
  expect(await upload('large', 4 * MEBIBYTE)).toMatchObject({
    status: 1,
    data: { uploads: [{ status: 1 }] },
  });
  await uapi('save_file_content', { file: 'page', content: 'before' });
  disk.fill(MEBIBYTE / 4);
  const full = 'The disk is full. Nothing was written.';
  const saved = await uapi('save_file_content', { file: 'page', content: 'x'.repeat(MEBIBYTE / 2) });
  expect(saved).toMatchObject({ status: 0, errors: [expect.stringContaining(full)] });
  const more = await upload('more', 2 * MEBIBYTE);
  expect(more.data?.uploads?.[0]?.status ?? more.status).toBe(0);
  expect(JSON.stringify(more)).toContain(full);
  expect(await uapi('copy_file', { source: 'large', destination: 'copy' })).toMatchObject({ status: 0 });
  expect(readdirSync(home).sort()).toEqual(['filler', 'large', 'page']);
  expect((await uapi('get_file_content', { dir: '.', file: 'page' })).data?.content).toBe('before');
  disk.free();
  expect((await upload('more', 2 * MEBIBYTE)).data?.uploads).toMatchObject([{ status: 1 }]);
  expect(await uapi('copy_file', { source: 'large', destination: 'copy' })).toMatchObject({ status: 1 });
});

test('an upload of 1 GB needs little memory', async () => {
  await start();
  await upload('first', 8 * MEBIBYTE);
  const before = memory();
  let most = before;
  const timer = setInterval(() => (most = Math.max(most, memory())), 50);
  const { data } = await upload('huge', SIZE).finally(() => clearInterval(timer));
  expect(data?.uploads).toMatchObject([{ status: 1, size: SIZE }]);
  expect(statSync(join(home, 'huge')).size).toBe(SIZE);
  console.info(`An upload of 1 GB: ${before} KiB before, at most ${most} KiB.`);
  expect(most - before).toBeLessThan(MAX_GROWTH_KIBIBYTES);
});

test('an upload into a home that is moved away meanwhile is not stored, neither there nor in its place', async () => {
  await start();
  const away = join(folder, 'root/home/away');
  const answer = await upload('file', 8 * MEBIBYTE, () => {
    renameSync(home, away);
    mkdirSync(home);
  });
  expect(answer.data?.uploads?.[0]?.status ?? answer.status).toBe(0);
  expect(existsSync(join(away, 'file'))).toBe(false);
  expect(readdirSync(home)).toEqual([]);
  rmSync(home, { recursive: true });
  const shown = await uapi('get_file_content', { dir: '.', file: 'file' });
  expect(shown.errors?.[0]).toContain('The home directory /home/bob cannot be used.');
});

test('FIFOs and devices are neither read nor written', async () => {
  await start();
  execFileSync('mkfifo', [join(home, 'fifo')]);
  const special = ['fifo'];
  if (isRoot) {
    execFileSync('mknod', [join(home, 'zero'), 'c', '1', '5']);
    special.push('zero');
  }
  for (const file of special) {
    const refused = [expect.stringContaining('is not a regular file')];
    expect(await uapi('get_file_content', { dir: '.', file })).toMatchObject({ status: 0, errors: refused });
    expect(await uapi('save_file_content', { file, content: 'x' })).toMatchObject({ status: 0 });
    expect(await uapi('copy_file', { source: file, destination: 'copy' })).toMatchObject({ status: 0 });
    const boundary = 'multipart/form-data; boundary=b';
    const part = (about: string, value: string) =>
      Buffer.from(`--b\r\nContent-Disposition: form-data; ${about}\r\n\r\n${value}\r\n`);
    const parts = [
      part('name="overwrite"', '1'),
      part(`name="file-1"; filename="${file}"`, 'x'),
      Buffer.from('--b--\r\n'),
    ];
    const answer = await send('/execute/Fileman/upload_files', boundary, parts);
    expect(answer.data?.uploads?.[0]?.status ?? answer.status).toBe(0);
  }
  writeFileSync(join(home, 'page'), 'x');
  expect((await uapi('get_file_content', { dir: '.', file: 'page' })).data?.content).toBe('x');
  expect(drafts(home)).toEqual([]);
});
