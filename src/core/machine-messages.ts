// E-mail messages in the files of a user. They are parsed by the user’s helper process, never as root: anyone can send
// one, so nothing in them can be trusted.

/** The parts of a message’s header that people read, decoded. Absent ones are empty. */
export interface MessageHead {
  /** `Name <address>, …` */
  readonly from: string;
  readonly to: string;
  readonly cc: string;
  readonly subject: string;
  /** Milliseconds since 1970-01-01. Null if the header has no valid date. */
  readonly date: number | null;
}

export interface MessageAttachment {
  /** As the sender named it. Empty if the sender did not. */
  readonly name: string;
  /** As the sender declared it: `image/png`. */
  readonly type: string;
  /** In bytes, decoded. */
  readonly size: number;
}

export interface Message extends MessageHead {
  /** Made from the HTML if the message has no text. */
  readonly text: string;
  readonly isFromHtml: boolean;
  /** True if the message has more text, which is left out. */
  readonly isCut: boolean;
  readonly attachments: readonly MessageAttachment[];
}

export interface AttachmentContent {
  readonly attachment: MessageAttachment;
  readonly content: Uint8Array;
}

/** The largest message that is read, in bytes. */
export const MAX_MESSAGE = 25 * 2 ** 20;
/** How much of a file is read for its header alone, in bytes. */
export const MAX_HEAD = 32 * 2 ** 10;
/** How many characters of a text are shown. */
export const MAX_SHOWN = 2 ** 20;
/** How many characters of HTML are made into text. */
export const MAX_HTML = 2 ** 17;
/** How many attachments are listed. */
export const MAX_ATTACHMENTS = 500;
