// The bandwidth of 5,000 virtual hosts, counted from a log of 1 GiB (and not stored), against `wc -l` on the same file.
// Both read it from the kernel’s cache, in turn.
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { countNewLines } from '../../src/capabilities/bandwidth/driver/count.ts';
import { BYTES_LOG, LOG_DIRECTORY } from '../../src/capabilities/bandwidth/driver/places.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { median, processorOf } from './measure.ts';

const MEBIBYTES = 1024;
const HOSTS = 5000;
const ROUNDS = 5;
const MEBIBYTE = 1_048_576;

export async function compareBandwidth(work: string): Promise<void> {
  const machine = sandboxMachine(join(work, 'bandwidth'), () => Date.now());
  const log = join(work, 'bandwidth/root', BYTES_LOG);
  mkdirSync(join(work, 'bandwidth/root', LOG_DIRECTORY), { recursive: true });
  writeLog(log);
  const files = await machine.files([LOG_DIRECTORY]);
  const times: Record<'wc' | 'count', number[]> = { wc: [], count: [] };
  const processor: Record<'wc' | 'count', number[]> = { wc: [], count: [] };
  let peak = 0;
  for (let round = -1; round < ROUNDS; round++) {
    const beforeWc = performance.now();
    const used = processorOf(['wc', '-l', log]);
    const before = performance.now();
    const usedBefore = process.cpuUsage();
    await countNewLines({
      files,
      known: [],
      keep: () => Promise.resolve(),
      progress: () => undefined,
      signal: new AbortController().signal,
    });
    const after = performance.now();
    const { user, system } = process.cpuUsage(usedBefore);
    peak = Math.max(peak, process.memoryUsage().rss);
    if (round < 0) continue;
    times.wc.push(before - beforeWc);
    times.count.push(after - before);
    processor.wc.push(used);
    processor.count.push((user + system) / 1000);
  }
  const [wc, count] = [median(times.wc), median(times.count)];
  console.log(`\nA log of bytes of ${MEBIBYTES} MiB, ${HOSTS} hosts in random order\n`);
  console.log('| | median ms | ratio to wc -l | processor ms | ratio | MiB/s |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  const [ownWc, ownCount] = [median(processor.wc), median(processor.count)];
  const row = (name: string, ms: number, own: number) =>
    console.log(
      `| ${name} | ${ms.toFixed(0)} | ${(ms / wc).toFixed(2)} | ${own.toFixed(0)} | ${(own / ownWc).toFixed(2)} | ` +
        `${((1000 * MEBIBYTES) / ms).toFixed(0)} |`,
    );
  row('wc -l', wc, ownWc);
  row('counted', count, ownCount);
  console.log(`\nThe process has ${(peak / MEBIBYTE).toFixed(0)} MiB of memory at most.`);
}

function writeLog(path: string): void {
  const file = openSync(path, 'w');
  let state = 1;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648);
  let size = 0;
  let time = 1_764_144_000;
  while (size < MEBIBYTES * MEBIBYTE) {
    let text = '';
    for (let line = 0; line < 50_000; line++) {
      if (line % 50 === 0) time += 1;
      text += `${time} ${(random() >> 6) % 100_000} customer${(random() >> 8) % HOSTS}.example.com\n`;
    }
    size += writeSync(file, text);
  }
  closeSync(file);
}
