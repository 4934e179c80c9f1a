// Counts the bytes that the sites of accounts have sent, from the log of the web server, and acts on the limits.
import type { Db } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import { defineTask, type TaskContext } from '../../../core/task.ts';
import { Turns } from '../../../core/turns.ts';
import { countNewLines, type Batch } from '../../bandwidth/driver/count.ts';
import { LOG_DIRECTORY } from '../../bandwidth/driver/places.ts';
import * as exceeded from '../../bandwidth/rules/exceeded.ts';
import * as logPositions from '../../../ground/rules/log-positions.ts';
import { warn } from '../../bandwidth/rules/notices.ts';
import * as retention from '../../bandwidth/rules/retention.ts';
import * as usage from '../../bandwidth/rules/usage.ts';

const MINUTE_MS = 60_000;

export default defineTask({
  description: 'Count the bandwidth of all accounts, and act on their limits.',
  whenInterrupted: 'retry',
  timer: { everyMs: 5 * MINUTE_MS },

  run: (_input, context) => turns.run('bandwidth', () => countAndAct(context)),
});

const turns = new Turns({ running: 1, runningPerCaller: 1, waitingPerCaller: Infinity });

async function countAndAct(context: TaskContext) {
  const { machine, transaction, now, log, progress, signal } = context;
  const known = await transaction('reads', (db) => logPositions.list(db, 'bandwidth_log'));
  let ofNobody = 0;
  const keep = (batch: Batch) =>
    transaction('changes', async (db) => {
      ofNobody += await store(db, batch, now());
    });
  const { lines, skipped, problems } = await countNewLines({
    files: await machine.files([LOG_DIRECTORY]),
    known,
    keep,
    signal,
    progress: (share) => progress(90 * share, 'Counting'),
  });
  if (lines > 0) log(`Counted ${lines} lines.`);
  if (skipped > 0) log(`Skipped ${skipped} lines that are not of the log’s format.`);
  if (ofNobody > 0) log(`${ofNobody} bytes were sent by hosts that belong to no account.`);
  if (await transaction('reads', (db) => retention.isDue(db, now()))) {
    await transaction('changes', (db) => retention.prune(db, now()));
    log('Added the days of an old month up.');
  }
  progress(90, 'Comparing the usage with the limits');
  const { changed, failures } = await actOnLimits(context);
  const troubles = [...problems, ...failures];
  if (troubles.length > 0) throw new ApiError('host_failed', troubles.join(' '));
  return { lines, skipped, changed };
}

/** @returns the bytes of hosts that belong to no account. */
async function store(
  db: Parameters<typeof usage.add>[0],
  { counts, moves }: Batch,
  now: number,
): Promise<number> {
  for (const move of moves) {
    if (await logPositions.move(db, 'bandwidth_log', move, now)) continue;
    throw new ApiError(
      'busy',
      'Another process has counted the log in the meantime. Nothing was counted twice.',
    );
  }
  await logPositions.prune(db, 'bandwidth_log', now);
  await usage.forgetFormer(db, now);
  return usage.add(db, 'http', counts);
}

/** @returns how many accounts’ sites were blocked or unblocked, and why others were not. */
async function actOnLimits({ callIfCurrent, log, now, signal, transaction }: TaskContext) {
  const { toWarn, toBlock, toUnblock } = await transaction('reads', (db) => exceeded.review(db, now()));
  for (const account of toWarn) {
    await transaction('changes', (db) => warn(db, account, { now: now(), xid: '' }));
    log(`Sent a warning about the bandwidth of “${account.username}”.`);
  }
  const failures: string[] = [];
  let changed = 0;
  for (const { username, limit } of [...toBlock, ...toUnblock]) {
    signal.throwIfAborted();
    // The same limit again: the call compares it with the usage, and changes the sites of the account.
    const args = [
      { name: 'user', value: username },
      { name: 'bwlimit', value: limit === null ? 'unlimited' : String(limit) },
    ];
    const isCurrent = (db: Db) => exceeded.hasLimit(db, username, limit);
    const envelope = await callIfCurrent({ command: 'limitbw', args }, isCurrent);
    if (envelope === undefined) {
      log(`“${username}” was given another limit meanwhile, by a call that compared it with the usage.`);
      continue;
    }
    const { metadata } = envelope;
    if (metadata.result === 1) {
      changed += 1;
      const isBlocked = toBlock.some((one) => one.username === username);
      log(`“${username}” ${isBlocked ? 'has reached its limit' : 'is below its limit again'}.`);
    } else failures.push(`“${username}”: ${metadata.reason}`);
  }
  return { changed, failures };
}
