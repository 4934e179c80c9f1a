// What the parts of a check share.
import type { TaskContext } from '../../../../core/task.ts';
import type { CaaLookups } from './caa.ts';
import type { LineType } from './runs.ts';

export interface CheckContext extends Pick<
  TaskContext,
  'id' | 'machine' | 'sealer' | 'now' | 'transaction' | 'call' | 'callIfCurrent' | 'signal' | 'randomBytes'
> {
  /** The start time of the run. */
  readonly startTime: string;
  /** This server’s addresses, each with the local address that reaches it. */
  readonly ownAddresses: ReadonlyMap<string, string>;
  readonly caa: Pick<CaaLookups, 'findObstacles'>;
  readonly log: (type: LineType, indent: number, text: string) => void;
  /** The files with which names are validated by HTTP. */
  readonly challenges: {
    put(token: string, answer: string): Promise<void>;
    remove(token: string): Promise<void>;
  };
  /** @throws the reason of `signal` if it is aborted. */
  readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}
