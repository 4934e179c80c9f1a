// What the server and the process that starts its tools tell each other.
import type { RunOptions } from './tool.ts';

export interface Request {
  readonly id: number;
  readonly work:
    | { readonly kind: 'lock'; readonly path: string }
    | { readonly kind: 'unlock'; readonly lock: number }
    | {
        readonly kind: 'run';
        readonly tool: string;
        readonly words: readonly string[];
        readonly options: Omit<RunOptions, 'onOutput'>;
        /** True if the output is sent piece by piece. */
        readonly streams: boolean;
        /** The lock that the tool inherits. */
        readonly lock: number | undefined;
      };
}

export type Message =
  | { readonly kind: 'ready' }
  | { readonly kind: 'output'; readonly id: number; readonly text: string }
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: Failure };

export interface Failure {
  readonly code: string | undefined;
  readonly text: string;
  /** True for a MachineError. */
  readonly isOfMachine: boolean;
}
