// Reads the lines of Exim's main log that were not read yet.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { headOf, openLogs, type OpenLog } from '../../../../ground/driver/logs/rotated-logs.ts';
import { wholeLines } from '../../../../ground/driver/logs/whole-lines.ts';
import type { LogMove, LogPosition } from '../../../../ground/rules/log-positions.ts';
import type { MailEvent } from '../../rules/tracking/mail-events.ts';
import { readLine } from './main-log-line.ts';

const LOG_DIRECTORY = '/var/log/exim4';
export const MAIN_LOG = `${LOG_DIRECTORY}/mainlog`;

/** What is stored in one transaction, so that no line counts twice or is lost. */
export interface MailBatch {
  readonly events: readonly MailEvent[];
  readonly moves: readonly LogMove[];
}

export interface LogReading {
  /** The logs that were read before, and how far. */
  readonly known: readonly LogPosition[];
  /** Stores a batch. Called at least once if there is anything to store. */
  readonly keep: (batch: MailBatch) => Promise<void>;
  readonly signal?: AbortSignal;
  /** After how many events a batch is stored. */
  readonly batchEvents?: number;
}

/** A batch is in memory, and no other call changes the store while it is stored: a tenth of a second. */
const BATCH_EVENTS = 1_000;

/** @returns why logs could not be read, or only in part: a sentence each. */
export async function readMainLog(machine: Machine, reading: LogReading): Promise<readonly string[]> {
  const files: MachineFiles = await machine.files([LOG_DIRECTORY]);
  const { logs, problems } = await openLogs(files, MAIN_LOG, reading.known);
  // A message arrives in an older log than its later deliveries.
  logs.sort((one, other) => age(other) - age(one));
  const { keep, signal, batchEvents = BATCH_EVENTS } = reading;
  let events: MailEvent[] = [];
  let moves: LogMove[] = [];
  const store = async () => {
    if (moves.length > 0) await keep({ events, moves });
    events = [];
    moves = [];
  };
  try {
    for (const log of logs) {
      let before = log.known;
      let position = log.start;
      const addMove = async () => {
        if (before?.position === position) return;
        const { device, inode } = log;
        const after = { device, inode, position, ...(await headOf(log, position)) };
        moves.push({ before, after });
        before = after;
      };
      try {
        for await (const { lines, length } of wholeLines(log)) {
          signal?.throwIfAborted();
          for (const line of lines?.toString('utf8', 0, length).split('\n') ?? []) {
            const event = readLine(line);
            if (event !== undefined) events.push(event);
          }
          position += length;
          // A spam score is stored with the message that follows it.
          if (events.length < batchEvents || events.at(-1)?.kind === 'spam-score') continue;
          await addMove();
          await store();
        }
      } catch (error) {
        // The other logs are read nevertheless.
        if (!(error instanceof MachineError)) throw error;
        problems.push(error.message);
      } finally {
        await addMove();
      }
    }
    await store();
  } finally {
    for (const log of logs) log.close();
  }
  return problems;
}

/** How much of the logs was not read yet, in bytes. */
export async function unreadBytes(machine: Machine, known: readonly LogPosition[]): Promise<number> {
  const files: MachineFiles = await machine.files([LOG_DIRECTORY]);
  const { logs } = await openLogs(files, MAIN_LOG, known);
  for (const log of logs) log.close();
  return logs.reduce((sum, { size, start }) => sum + Math.max(0, size - start), 0);
}

/** `mainlog` is the newest, then `mainlog.1`; and `mainlog-20261126` is newer than `mainlog-20261125`. */
function age({ path }: OpenLog): number {
  const [, kind, number] = /([.-])(\d+)(?:\.gz)?$/.exec(path) ?? [];
  if (number === undefined) return 0;
  return kind === '.' ? Number(number) : 1e12 - Number(number);
}
