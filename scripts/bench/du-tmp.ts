// The disk usage of many accounts, measured anew, against one `du` of the same homes: by a command that starts for it, and
// by a running server. Every way runs in turn, so all of them find the same files in memory.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareAccounts } from './accounts.ts';
import { makeToken, median, processorOf, startServer, stop, type Environment } from './measure.ts';

const SIZES = JSON.parse(process.env.SIZES ?? 'null') ?? [
  { accounts: 1_000, files: 10 },
  { accounts: 10_000, files: 10 },
  { accounts: 1_000, files: 100 },
  { accounts: 1_000, files: 400 },
];
const FILES_A_FOLDER = 10;
const REACH = 1;

/** Milliseconds: the whole time, and the processor time of all processes. */
interface Taken {
  readonly whole: number;
  readonly processor: number;
}

/** @param top the folder with the programs. */
export async function compareDiskUsage(
  top: string,
  work: string,
  environment: Environment,
  runs: number,
): Promise<void> {
  const rows: string[] = [];
  for (const size of SIZES) rows.push(...(await compareOne(top, work, environment, { ...size, runs })));
  console.log('\nDisk usage of all homes: the least whole time, and the median of processor time\n');
  console.log('| homes | files in each | way | whole, ms | / du | to reach | processor, ms | / du |');
  console.log(`| --- | --- | --- | --- | --- | --- | --- | --- |\n${rows.join('\n')}`);
}

async function compareOne(
  top: string,
  work: string,
  environment: Environment,
  { accounts, files, runs }: { readonly accounts: number; readonly files: number; readonly runs: number },
): Promise<string[]> {
  const program = join(top, 'bin/whmapi1');
  const folder = join(work, `disk-usage-${files}`);
  const state = prepareAccounts(program, folder, environment, accounts);
  const env = { ...environment, WHMAPI1_STATE_DIR: state, WHMAPI1_SANDBOX: '1' };
  const homes = join(state, 'root/home');
  fill(homes, accounts, files);
  const command = (words: readonly string[]) => async (): Promise<Taken> => {
    const began = performance.now();
    const processor = processorOf(words, env);
    return { whole: performance.now() - began, processor };
  };
  // The count has this priority too, so that other work on the machine slows both down alike.
  const du = command(['nice', '-n', '10', 'du', '-s', homes]);
  const call = [process.execPath, program, '--output=json', 'get_disk_usage'];
  const alone = await inTurn(
    {
      du,
      'command, last values': command(call),
      'command, measured': command([...call, 'cache_mode=off']),
    },
    runs,
  );
  const token = makeToken(top, env);
  const words = [join(top, 'bin/whmapi1d'), '--port=0', '--http-port=0', '--log-level=silent'];
  const { child, urls } = await startServer(words, env);
  const ask = (mode: string) => async (): Promise<Taken> => {
    const before = ticksBelow(child.pid ?? NaN);
    const began = performance.now();
    const url = `${urls.http}/json-api/get_disk_usage?api.version=1&cache_mode=${mode}`;
    const answer = await fetch(url, { headers: { authorization: `whm root:${token}` } });
    const { metadata } = (await answer.json()) as { metadata: { result: number; output?: unknown } };
    if (metadata.result !== 1 || metadata.output !== undefined)
      throw new Error(`get_disk_usage failed: ${JSON.stringify(metadata)}`);
    return {
      whole: performance.now() - began,
      processor: ticksBelow(child.pid ?? NaN) - before,
    };
  };
  try {
    const served = await inTurn(
      { du, 'server, last values': ask('on'), 'server, measured': ask('off') },
      runs,
    );
    return [alone, served].flatMap((times) => {
      const floor = summaryOf(times.du);
      return Object.entries(times).map(([way, taken]) => {
        const { whole, processor } = summaryOf(taken);
        const reach = way.endsWith('measured') ? REACH : '';
        const cells = [whole.toFixed(0), (whole / floor.whole).toFixed(2), reach];
        const others = [processor.toFixed(0), (processor / floor.processor).toFixed(2)];
        return `| ${[accounts, files, way, ...cells, ...others].join(' | ')} |`;
      });
    });
  } finally {
    await stop(child);
  }
}

async function inTurn<Way extends string>(
  ways: Readonly<Record<Way, () => Promise<Taken>>>,
  runs: number,
): Promise<Record<Way, Taken[]>> {
  const entries = Object.entries<() => Promise<Taken>>(ways);
  const times = Object.fromEntries(entries.map(([way]) => [way, [] as Taken[]])) as Record<Way, Taken[]>;
  for (let run = -1; run < runs; run++) {
    for (const [way, work] of entries) {
      const taken = await work();
      if (run >= 0) times[way as Way].push(taken);
    }
  }
  return times;
}

const summaryOf = (times: readonly Taken[]): Taken => ({
  whole: Math.min(...times.map(({ whole }) => whole)),
  processor: median(times.map(({ processor }) => processor)),
});

/** Milliseconds of processor time of a process, its children that have ended, and those that run, with theirs. */
function ticksBelow(pid: number): number {
  const MS_A_TICK = 10;
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => {
        const fields = statOf(Number(name));
        return fields === undefined ? [] : [[Number(name), Number(fields[1])] as const];
      }),
  );
  const isBelow = (one: number): boolean => {
    const parent = parents.get(one);
    return one === pid || (parent !== undefined && parent > 1 && isBelow(parent));
  };
  const ticks = [...parents.keys()].filter(isBelow).flatMap((one) => statOf(one)?.slice(11, 15) ?? []);
  return ticks.reduce((sum, each) => sum + Number(each) * MS_A_TICK, 0);
}

/** The fields of proc_pid_stat(5) behind the name, from the state on. Undefined: the process has ended. */
function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Every home gets so many files. */
function fill(homes: string, accounts: number, files: number): void {
  for (let account = 1; account <= accounts; account++) {
    const home = join(homes, `user${String(account).padStart(6, '0')}`);
    for (let at = 0; at < files; at++) {
      const folder = join(home, `folder${Math.floor(at / FILES_A_FOLDER)}`);
      if (at % FILES_A_FOLDER === 0) mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `page${at}.html`), 'x'.repeat(1000));
    }
  }
}
