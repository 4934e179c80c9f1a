// What the server and a process for long lists tell each other (`list-processes.ts`).
import type { Call, Caller } from '../../core/context.ts';
import type { Envelope } from '../../core/envelope.ts';

export interface Question {
  readonly call: Pick<Call, 'command' | 'api' | 'args' | 'dryRun' | 'origin' | 'warnings' | 'readsLongLists'>;
  readonly caller: Caller;
  /** The descriptor of the server’s file for the batches of a long list, which has no name. Undefined: there is none. */
  readonly file: number | undefined;
  /** The server’s process. */
  readonly server: number;
  /** The most bytes of the file. */
  readonly most: number;
}

/**
 * `batches`: all of them, if they are short. `lengths`: those of the batches in the file, in bytes. `left`: the server
 * reads the list itself, a few records at a time, while the client takes them. `long`: it is too long for the file.
 * `full`: for the disk.
 */
export type Answer =
  | {
      readonly kind: 'made';
      readonly envelope: Omit<Envelope, 'longList'>;
      readonly batches: readonly string[];
      readonly lengths: readonly number[];
    }
  | { readonly kind: 'failed'; readonly problem: string }
  | { readonly kind: 'left' | 'long' | 'full' };
