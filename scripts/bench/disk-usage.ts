// The disk usage of 1,000 accounts, measured, against one `du` of the same homes. Processor time, and the whole time: du
// has one core.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareAccounts } from './accounts.ts';
import { median, processorOf, type Environment } from './measure.ts';

const ACCOUNTS = 1000;
const FILES = [10, 100, 400];
const FILES_A_FOLDER = 10;
const REACH = 3;

export function compareDiskUsage(
  program: string,
  work: string,
  environment: Environment,
  runs: number,
): void {
  const state = prepareAccounts(program, join(work, 'disk-usage'), environment, ACCOUNTS);
  const env = { ...environment, WHMAPI1_STATE_DIR: state };
  const homes = join(state, 'root/home');
  const call = [process.execPath, program, '--output=json', 'get_disk_usage'];
  const ways = [['du', '-s', homes], call, [...call, 'cache_mode=off']] as const;
  console.log(`\nDisk usage of ${ACCOUNTS} homes, processor time, and the least whole time\n`);
  console.log(
    '| files in each | du -s, ms | last values | measured | measured / du | to reach | whole time / du |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const files of FILES) {
    fill(homes, files);
    const times = ways.map((): number[] => []);
    const whole = ways.map((): number[] => []);
    for (let run = -1; run < runs; run++) {
      ways.forEach((words, at) => {
        const began = performance.now();
        const used = processorOf(words, env);
        if (run < 0) return;
        whole[at]?.push(performance.now() - began);
        times[at]?.push(used);
      });
    }
    const [du = NaN, last = NaN, measured = NaN] = times.map(median);
    const cells = [du, last, measured].map((one) => one.toFixed(0));
    const reach = files === FILES.at(-1) ? REACH : '';
    const [ofDu = NaN, , ofMeasured = NaN] = whole.map((each) => Math.min(...each));
    const ratios = [(measured / du).toFixed(1), reach, (ofMeasured / ofDu).toFixed(1)];
    console.log(`| ${[files, ...cells, ...ratios].join(' | ')} |`);
  }
}

/** Every home gets so many files. */
function fill(homes: string, files: number): void {
  for (let account = 1; account <= ACCOUNTS; account++) {
    const home = join(homes, `user${String(account).padStart(6, '0')}`);
    for (let at = 0; at < files; at++) {
      const folder = join(home, `folder${Math.floor(at / FILES_A_FOLDER)}`);
      if (at % FILES_A_FOLDER === 0) mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `page${at}.html`), 'x'.repeat(1000));
    }
  }
}
