// A process of the server that makes calls whose lists can be long, one after another (`list-processes.ts`).
import { closeSync, fstatSync, openSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import { createApplication } from '../../app/app.ts';
import { seesAll } from '../../core/access.ts';
import { dispatch } from '../../core/dispatch.ts';
import type { Engine } from '../../core/engine.ts';
import { BackgroundWork } from '../background-work.ts';
import { withLongList } from './as-long-list.ts';
import { isFull } from './full.ts';
import type { Answer, Question } from './messages.ts';

/** What is shorter needs no file, so it is answered even if the disk is full. */
const SHORT = 1024 * 1024;
/** Other programs, and the store, need the disk too. */
const KEPT_FREE = 256 * 1024 * 1024;

// If memory is short, the kernel ends this process first, and not the server or a daemon.
writeFileSync('/proc/self/oom_score_adj', '800');

// systemd ends all processes of a unit at once, and the server finishes its calls first.
process.on('SIGTERM', () => undefined);
process.on('SIGINT', () => undefined);
process.on('disconnect', () => process.exit());

const background = new BackgroundWork(() => undefined);
const application = createApplication(process.env, { later: background.add });
/** The server itself writes the audit log, and recovers plans. */
const engine: Engine = {
  ...application.engine,
  audit: () => Promise.resolve(),
  journal: { ...application.engine.journal, list: () => Promise.resolve([]) },
  spaceWarning: () => undefined,
};

process.on('message', (question: Question) => {
  const failed = (error: unknown): Answer => ({
    kind: 'failed',
    problem: error instanceof Error ? (error.stack ?? error.message) : String(error),
  });
  void answer(question)
    .catch(failed)
    .then((made) => process.send?.(made));
});

async function answer({ call, caller, file, most, server }: Question): Promise<Answer> {
  const made = await dispatch(call, caller, engine);
  const { longList, ...envelope } = call.readsLongLists === true ? withLongList(made) : made;
  if (longList === undefined) return { kind: 'made', envelope, batches: [], lengths: [] };
  try {
    const isNarrowed = call.args.some(({ name }) => /^api\.(?:filter|sort)\./.test(name));
    if (longList.isKept === true && !isNarrowed && seesAll(caller)) return { kind: 'left' };
    const { batches, rest } = short(longList.batches);
    if (rest === undefined) return { kind: 'made', envelope, batches, lengths: [] };
    if (file === undefined) return { kind: 'full' };
    const lengths = write([batches, rest], { path: `/proc/${server}/fd/${file}`, server, most });
    return typeof lengths === 'string' ? { kind: lengths } : { kind: 'made', envelope, batches: [], lengths };
  } catch (error) {
    if (isFull(error)) return { kind: 'full' };
    throw error;
  } finally {
    longList.close();
  }
}

/** The first batches, and the others if all of them are long. */
function short(all: Iterable<string>): { batches: string[]; rest: Iterable<string> | undefined } {
  const batches: string[] = [];
  const iterator = all[Symbol.iterator]();
  for (let length = 0; length < SHORT; length += batches.at(-1)?.length ?? 0) {
    const next = iterator.next();
    if (next.done === true) return { batches, rest: undefined };
    batches.push(next.value);
  }
  return { batches, rest: { [Symbol.iterator]: () => iterator } };
}

function write(
  parts: readonly Iterable<string>[],
  { path, server, most }: Pick<Question, 'server' | 'most'> & { readonly path: string },
): number[] | 'long' | 'full' {
  // If the server is gone, another process can have its ID, and this one has another parent.
  const gone = () => new Error('The server has ended.');
  if (process.ppid !== server) throw gone();
  const descriptor = openSync(path, 'r+');
  try {
    const facts = fstatSync(descriptor);
    if (process.ppid !== server || !facts.isFile() || facts.nlink !== 0) throw gone();
    const lengths: number[] = [];
    let length = 0;
    for (const part of parts) {
      for (const batch of part) {
        const bytes = Buffer.from(batch);
        length += bytes.length;
        if (length > most) return 'long';
        if (roomAt(descriptor) < KEPT_FREE) return 'full';
        for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
        lengths.push(bytes.length);
      }
    }
    return lengths;
  } finally {
    closeSync(descriptor);
  }
}

function roomAt(descriptor: number): number {
  const { bavail, bsize } = statfsSync(`/proc/self/fd/${descriptor}`);
  return bavail * bsize;
}
