/** What Exim knows of a sender, a recipient and the network of the sending server. Times: seconds since 1970-01-01. */
export interface Triplet {
  readonly id: number;
  readonly sender: string;
  readonly recipient: string;
  /** The last address that it came from. */
  readonly address: string;
  readonly createdAt: number;
  readonly blockedUntil: number;
  readonly retryUntil: number;
  readonly expiresAt: number;
  readonly deferred: number;
  readonly accepted: number;
}
