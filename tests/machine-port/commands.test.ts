// Programs that root wants run: what they are given, and that they end.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { linuxMachine, sandboxMachine } from '../../src/machine/choose.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'whmapi1-commands-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const now = () => Date.now();
const linux = () => linuxMachine(folder, now).commands();
const appears = async (path: string) => {
  for (let waited = 0; waited < 5000; waited += 20) {
    if (existsSync(path) && readFileSync(path, 'utf8').endsWith('end\n')) return readFileSync(path, 'utf8');
    await sleep(20);
  }
  throw new Error(`${path} did not appear.`);
};
/** Its first argument is the file to which it writes its environment, its folder and all further arguments. */
const script = 'file=$0; { env | sort; pwd; printf "%s|" "$@"; cat; echo end; } > "$file"';

test('get their words as they are, a clean environment, and no input', async () => {
  const file = join(folder, 'out');
  const words = ['a b', '$(id)', '; id', '', '-x'];
  await (await linux()).start(['sh', '-c', script, file, ...words], 5000);
  expect(await appears(file)).toBe(
    `LC_ALL=C\nPATH=/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/\n/\n${words.join('|')}|end\n`,
  );
});

test('are ended when their time is over, with all that they started', async () => {
  const file = join(folder, 'out');
  const stubborn =
    'trap "" TERM; (trap "" TERM; sleep 2; echo late >> "$0") & echo end > "$0"; sleep 2; echo late >> "$0"';
  const begun = performance.now();
  await (await linux()).start(['sh', '-c', stubborn, file], 500);
  expect(performance.now() - begun).toBeLessThan(400);
  await appears(file);
  await sleep(2500);
  expect(readFileSync(file, 'utf8')).toBe('end\n');
});

test('that are not there do no harm', async () => {
  await (await linux()).start(['/no/such/program'], 500);
  await expect((await linux()).start(['a\0b'], 500)).rejects.toThrow(TypeError);
});

test('are not run in a sandbox', async () => {
  const commands = await sandboxMachine(folder, now).commands();
  expect([(await linux()).areRun, commands.areRun]).toEqual([true, false]);
  await commands.start(['sh', '-c', script, join(folder, 'out')], 500);
  await sleep(200);
  expect(existsSync(join(folder, 'out'))).toBe(false);
});
