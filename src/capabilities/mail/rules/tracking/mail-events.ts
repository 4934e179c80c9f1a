// What the main log of Exim says of messages.

/** A message that Exim has received. */
export interface Arrival {
  readonly kind: 'arrival';
  readonly msgid: string;
  /** Seconds since 1970-01-01. */
  readonly time: number;
  /** As in the log: `2026-12-01 20:49:36`. */
  readonly logged: string;
  /** The address of the envelope. Empty for a bounce. */
  readonly sender: string;
  /** Without a host: a program of this server has sent it. */
  readonly host: string | undefined;
  readonly ip: string | undefined;
  /** The system user of that program. */
  readonly localUser: string | undefined;
  /** The authenticator, and the login: `plain`, `box@bob.example`. */
  readonly authenticator: string | undefined;
  readonly login: string | undefined;
  /** In bytes. */
  readonly size: number;
  readonly recipients: readonly string[];
}

/** An attempt to deliver a message to a recipient. */
export interface Delivery {
  readonly kind: 'delivery';
  readonly msgid: string;
  readonly time: number;
  readonly logged: string;
  readonly type: 'success' | 'failure' | 'defer';
  /** The address to which the message was sent. */
  readonly recipient: string;
  /** The address or the file that it was delivered to. */
  readonly deliveredTo: string;
  readonly host: string | undefined;
  readonly ip: string | undefined;
  readonly router: string;
  readonly transport: string | undefined;
  /** What the other server has answered, or why the delivery failed. */
  readonly message: string;
}

/** Exim has finished with a message. */
export interface Completion {
  readonly kind: 'completion';
  readonly msgid: string;
}

/** The score of the spam filter, which comes before the arrival of the message. */
export interface SpamScore {
  readonly kind: 'spam-score';
  readonly msgid: string;
  /** Ten times the score. */
  readonly score: number;
}

export type MailEvent = Arrival | Delivery | Completion | SpamScore;
