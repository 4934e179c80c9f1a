// The disk usage of 1,000 accounts, measured, against one `du` of the same homes. Processor time: du has one core.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareAccounts } from './accounts.ts';
import { median, processorOf, type Environment } from './measure.ts';

const ACCOUNTS = 1000;
const FILES = [10, 100];
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
  console.log(`\nDisk usage of ${ACCOUNTS} homes, processor time\n`);
  console.log('| files in each | du -s, ms | last values | measured | measured / du | to reach |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const files of FILES) {
    fill(homes, files);
    const times = ways.map((): number[] => []);
    for (let run = -1; run < runs; run++) {
      ways.forEach((words, at) => {
        const used = processorOf(words, env);
        if (run >= 0) times[at]?.push(used);
      });
    }
    const [du = NaN, last = NaN, measured = NaN] = times.map(median);
    const cells = [du, last, measured].map((one) => one.toFixed(0));
    const reach = files === FILES.at(-1) ? REACH : '';
    console.log(`| ${files} | ${cells.join(' | ')} | ${(measured / du).toFixed(1)} | ${reach} |`);
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
