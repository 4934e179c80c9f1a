// A process of the server that makes calls whose lists can be long, one after another (`list-processes.ts`).
import { closeSync, openSync, writeSync } from 'node:fs';
import { createApplication } from '../../app/app.ts';
import { seesAll } from '../../core/access.ts';
import { dispatch } from '../../core/dispatch.ts';
import type { Engine } from '../../core/engine.ts';
import { BackgroundWork } from '../background-work.ts';
import type { Answer, Question } from './messages.ts';

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
  void answer(question).then((made) => process.send?.(made));
});

async function answer({ call, caller, file, most }: Question): Promise<Answer> {
  const { longList, ...envelope } = await dispatch(call, caller, engine);
  if (longList === undefined) return { kind: 'made', envelope, lengths: [] };
  try {
    const isNarrowed = call.args.some(({ name }) => /^api\.(?:filter|sort)\./.test(name));
    if (longList.isKept === true && !isNarrowed && seesAll(caller)) return { kind: 'left' };
    const lengths = write(longList.batches, file, most);
    return lengths === undefined ? { kind: 'long' } : { kind: 'made', envelope, lengths };
  } catch {
    return { kind: 'full' };
  } finally {
    longList.close();
  }
}

/** Undefined if they are too long. */
function write(batches: Iterable<string>, file: number, most: number): number[] | undefined {
  const descriptor = openSync(`/proc/${process.ppid}/fd/${file}`, 'w');
  try {
    const lengths: number[] = [];
    let length = 0;
    for (const batch of batches) {
      const bytes = Buffer.from(batch);
      length += bytes.length;
      if (length > most) return undefined;
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
      lengths.push(bytes.length);
    }
    return lengths;
  } finally {
    closeSync(descriptor);
  }
}
