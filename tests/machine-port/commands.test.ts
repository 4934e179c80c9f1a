// Programs that root has configured to run: what they are passed, and that they end.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linuxMachine, sandboxMachine } from '../../src/machine/choose.ts';
import { until } from '../support/until.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = () => Date.now();
const linux = () => linuxMachine(folder, now).commands();
const appears = async (path: string) => {
  await until(() => existsSync(path) && readFileSync(path, 'utf8').endsWith('end\n'), `${path} was written`);
  return readFileSync(path, 'utf8');
};
/** True if a process exists and is not a zombie that waits for its parent. */
const isAlive = (pid: string) => {
  try {
    return !/^State:\s+[XZ]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
/** Its first argument is the file to which it writes its environment, its folder and all other arguments. */
const script = 'file=$0; { env | sort; pwd; printf "%s|" "$@"; cat; echo end; } > "$file"';

test('get their arguments unchanged, a clean environment, and no input', async () => {
  const file = join(folder, 'out');
  const words = ['a b', '$(id)', '; id', '', '-x'];
  await (await linux()).start(['sh', '-c', script, file, ...words], 60_000);
  expect(await appears(file)).toBe(
    `LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\n/\n${words.join('|')}|end\n`,
  );
});

test('are not waited for', async () => {
  const [gate, file] = [join(folder, 'gate'), join(folder, 'out')];
  const waits = 'until [ -e "$1" ]; do sleep 0.05; done; echo end > "$0"';
  await (await linux()).start(['sh', '-c', waits, file, gate], 60_000);
  expect(existsSync(file)).toBe(false);
  writeFileSync(gate, '');
  await appears(file);
});

test('are ended when their time is over, with all processes that they started', async () => {
  const file = join(folder, 'out');
  const stubborn = 'trap "" TERM; (trap "" TERM; sleep 600; true) & echo "$$ $! end" > "$0"; sleep 600; true';
  await (await linux()).start(['sh', '-c', stubborn, file], 5000);
  const pids = (await appears(file)).split(' ').slice(0, 2);
  await until(() => !pids.some(isAlive), 'both had ended');
});

test('that do not exist have no effect', async () => {
  await (await linux()).start(['/no/such/program'], 500);
  await expect((await linux()).start(['a\0b'], 500)).rejects.toThrow(TypeError);
});

test('are not run in a sandbox', async () => {
  const commands = await sandboxMachine(folder, now).commands();
  expect([(await linux()).isSupported, commands.isSupported]).toEqual([true, false]);
  await commands.start(['sh', '-c', script, join(folder, 'out')], 500);
  // A program that a machine runs starts later and needs as long to end as this one.
  await (await linux()).start(['sh', '-c', 'echo end > "$0"', join(folder, 'other')], 60_000);
  await appears(join(folder, 'other'));
  expect(existsSync(join(folder, 'out'))).toBe(false);
});
