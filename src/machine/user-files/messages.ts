// Parses e-mail messages. The library is loaded only here.
import type { Address, Email, PostalMimeOptions } from 'postal-mime';
import { MachineError } from '../../core/machine-error.ts';
import {
  MAX_ATTACHMENTS,
  MAX_HTML,
  MAX_SHOWN,
  type AttachmentContent,
  type Message,
  type MessageHead,
} from '../../core/machine-messages.ts';

/** A message can have many nested parts only to waste time and memory. */
const LIMITS: PostalMimeOptions = {
  maxNestingDepth: 50,
  maxHeadersSize: 256 * 2 ** 10,
  // An attached message is a file like any other.
  forceRfc822Attachments: true,
};
/** The longest text of one header field that is shown, in characters. */
const MAX_FIELD = 4096;

const NEWLINE = 0x0a;
const RETURN = 0x0d;

/** @param start the beginning of a message. Its header may be incomplete. */
export async function headOf(start: Uint8Array): Promise<MessageHead> {
  return describeHead(await parse(start.subarray(0, endOfHeader(start))));
}

export async function messageOf(content: Uint8Array): Promise<Message> {
  const email = await parse(content);
  const { text = '', html = '', attachments } = email;
  const isFromHtml = text.trim() === '' && html !== '';
  const shown = isFromHtml ? await textOf(html.slice(0, MAX_HTML)) : text;
  return {
    ...describeHead(email),
    text: shown.slice(0, MAX_SHOWN),
    isFromHtml,
    isCut: shown.length > MAX_SHOWN || (isFromHtml && html.length > MAX_HTML),
    attachments: attachments.slice(0, MAX_ATTACHMENTS).map((one) => describeAttachment(one).attachment),
  };
}

/** The library makes text of HTML where a message has both kinds of parts. */
async function textOf(html: string): Promise<string> {
  const parts = [
    'Content-Type: multipart/mixed; boundary=part\r\n',
    '--part\r\n',
    '--part\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n',
    `${Buffer.from(html).toString('base64')}\r\n--part--`,
  ];
  return (await parse(Buffer.from(parts.join('\r\n')))).text?.trim() ?? '';
}

/** Undefined if the message has no such attachment. @param index from 0, as in `Message.attachments`. */
export async function attachmentOf(
  content: Uint8Array,
  index: number,
): Promise<AttachmentContent | undefined> {
  const found = (await parse(content)).attachments[index];
  return found === undefined ? undefined : describeAttachment(found);
}

async function parse(content: Uint8Array): Promise<Email> {
  const { default: PostalMime } = await import('postal-mime');
  try {
    return await PostalMime.parse(content, LIMITS);
  } catch (error) {
    throw new MachineError('invalid', `The message is malformed: ${(error as Error).message}.`);
  }
}

function describeHead({ from, to = [], cc = [], subject = '', date }: Email): MessageHead {
  const at = date === undefined ? NaN : Date.parse(date);
  return {
    from: field(from === undefined ? '' : addressText(from)),
    to: field(to.map(addressText).join(', ')),
    cc: field(cc.map(addressText).join(', ')),
    subject: field(subject),
    date: Number.isNaN(at) ? null : at,
  };
}

/** The address is always shown: a name alone could claim to be anybody. */
function addressText({ name, address, group }: Address): string {
  if (group !== undefined) return `${name}: ${group.map(addressText).join(', ')};`;
  return name === '' ? address : `${name} <${address}>`;
}

function describeAttachment({
  filename,
  mimeType,
  content,
}: Email['attachments'][number]): AttachmentContent {
  const bytes = typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
  const attachment = { name: field(filename ?? ''), type: field(mimeType), size: bytes.length };
  return { attachment, content: bytes };
}

/** On one line: control characters, and characters that reverse the direction of text, could disguise what follows. */
function field(text: string): string {
  return text
    .slice(0, MAX_FIELD)
    .replace(/[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
    .trim();
}

/** The position after the empty line that ends the header. */
function endOfHeader(content: Uint8Array): number {
  for (let at = content.indexOf(NEWLINE); at >= 0; at = content.indexOf(NEWLINE, at + 1)) {
    if (content[at + 1] === NEWLINE) return at + 1;
    if (content[at + 1] === RETURN && content[at + 2] === NEWLINE) return at + 1;
  }
  return content.length;
}
