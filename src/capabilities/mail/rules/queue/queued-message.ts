import type { Counts } from '../../../../core/shape.ts';

/** A message in the queue of Exim. */
export interface QueuedMessage {
  readonly msgid: string;
  /** The Unix user that Exim has received it from: that of a program, or Exim’s own. */
  readonly login: string;
  /** Empty for a bounce. */
  readonly sender: string;
  /** Seconds since 1970-01-01. */
  readonly time: number;
  readonly isFrozen: boolean;
  /** The account, as the rules of our configuration have found it. */
  readonly owner: string | undefined;
  /** The login of the client. */
  readonly authenticatedId: string | undefined;
  /** Those that still wait. */
  readonly recipients: readonly string[];
  /** In bytes. */
  readonly size: number;
}

/** What the name of its file tells. */
export interface QueuedName {
  readonly folder: string;
  readonly msgid: string;
}

export interface PageOfNames {
  readonly names: readonly QueuedName[];
  readonly counts: Counts;
}

export interface PageOfQueue {
  readonly messages: readonly QueuedMessage[];
  /** Undefined if these are all messages of the queue. */
  readonly counts: Counts | undefined;
}
