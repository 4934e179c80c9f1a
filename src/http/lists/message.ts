// What the server and a process for long lists tell each other (`list-processes.ts`).
import type { Call, Caller } from '../../core/context.ts';
import type { Envelope } from '../../core/envelope.ts';

export type SentCall = Pick<
  Call,
  'command' | 'api' | 'args' | 'dryRun' | 'origin' | 'warnings' | 'readsLongLists'
>;

/** To the process. */
export interface Question {
  readonly call: SentCall;
  readonly caller: Caller;
  /** The program that hands the call on, for the audit log. */
  readonly through: string | undefined;
}

/**
 * From the process: first the pieces of a long list, as in `LongList.batches`, and then the response. `left`: the server
 * reads the list itself, a few records at a time, because that is short work.
 */
export type Answer =
  | { readonly kind: 'piece'; readonly text: string }
  | {
      readonly kind: 'envelope';
      readonly envelope: Omit<Envelope, 'longList'>;
      readonly hasLongList: boolean;
    }
  | { readonly kind: 'left' };
