// Brings the tracking of mail up to the end of the log.
import type { Db, FreeContext } from '../../../../core/context.ts';
import { ApiError } from '../../../../core/errors.ts';
import type { Machine } from '../../../../core/machine.ts';
import { Turns } from '../../../../core/turns.ts';
import * as logPositions from '../../../../ground/rules/log-positions.ts';
import type { MailEvent } from './mail-events.ts';
import * as retention from './retention.ts';
import * as storedMail from './stored-mail.ts';

interface Batch {
  readonly events: readonly MailEvent[];
  readonly moves: readonly logPositions.LogMove[];
}

/** Reads the log of the machine (`driver/tracking/look-main-log.ts`). */
export type ReadMainLog = (
  machine: Machine,
  reading: {
    readonly known: readonly logPositions.LogPosition[];
    readonly keep: (batch: Batch) => Promise<void>;
    readonly signal?: AbortSignal;
  },
) => Promise<readonly string[]>;

export interface Tracking extends Pick<FreeContext, 'machine' | 'transaction' | 'now'> {
  readonly signal?: AbortSignal;
}

const turns = new Turns({ running: 1, runningPerCaller: 1, waitingPerCaller: Infinity });
/** Another process can read the log at the same time. Then only one of them stores a part. */
const ATTEMPTS = 3;

/** @returns why logs could not be read, or only in part: a sentence each. */
export async function readNewMail(context: Tracking, readMainLog: ReadMainLog): Promise<readonly string[]> {
  const problems = await turns.run('mail', async () => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await readOnce(context, readMainLog);
      } catch (error) {
        if (!(error instanceof ApiError) || error.code !== 'busy' || attempt === ATTEMPTS) throw error;
      }
    }
  });
  return problems ?? [];
}

async function readOnce(
  { machine, transaction, now, signal }: Tracking,
  readMainLog: ReadMainLog,
): Promise<readonly string[]> {
  const { known, since } = await transaction('reads', async (db) => ({
    known: await logPositions.list(db, 'mail_log'),
    since: await retention.since(db, now()),
  }));
  return readMainLog(machine, {
    known,
    keep: (batch) => transaction('changes', (db) => store(db, batch, since, now())),
    ...(signal && { signal }),
  });
}

async function store(db: Db, { events, moves }: Batch, since: number, now: number): Promise<void> {
  for (const move of moves) {
    if (await logPositions.move(db, 'mail_log', move, now)) continue;
    throw new ApiError(
      'busy',
      'Another process has read the mail log in the meantime. Nothing was stored twice.',
    );
  }
  await logPositions.prune(db, 'mail_log', now);
  await storedMail.add(db, events, since);
}

/**
 * For `look` of a function that `onlyMeasures`: what was delivered a second ago is found. If the log cannot be read, the
 * function answers from what was read before, with a warning.
 */
export async function lookAtNewMail(context: FreeContext, readMainLog: ReadMainLog): Promise<void> {
  if (context.isDryRun) return;
  for (const problem of await readNewMail(context, readMainLog)) context.warn(problem);
}
