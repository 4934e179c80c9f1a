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
