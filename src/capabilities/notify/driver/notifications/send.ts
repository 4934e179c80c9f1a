// Sends one message to one place: by mail, to a URL, or through Pushbullet. No error repeats a URL's path or a token.
import { STATUS_CODES } from 'node:http';
import MailComposer from 'nodemailer/lib/mail-composer';
import { ApiError } from '../../../../core/errors.ts';
import type { Machine } from '../../../../core/machine.ts';
import type { OutboundResponse } from '../../../../core/machine-outbound.ts';
import type { Value } from '../../../../core/values.ts';

export interface Message {
  /** The hostname of this server. */
  readonly host: string;
  /** One line. */
  readonly subject: string;
  readonly body: string;
  /** Milliseconds since 1970-01-01. */
  readonly time: number;
  /** True if people should see it soon. */
  readonly isUrgent?: boolean;
}

const LIMIT_MS = 15_000;
const MAX_BYTES = 65_536;

/** @throws MachineError `failed` if the mail system does not accept it. */
export async function sendMail(
  machine: Pick<Machine, 'mailer'>,
  to: readonly [string, ...string[]],
  message: Message,
): Promise<void> {
  const from = `root@${message.host}`;
  await (await machine.mailer()).send({ from, to, content: await compose({ from, to, ...message }) });
}

/**
 * Posts the form that WHM posts: hostname, subject and body.
 * @returns the response, whatever its status.
 * @throws MachineError `not_ours` for a URL that is not allowed, `failed` if there is no response.
 */
export async function post(
  machine: Pick<Machine, 'outbound'>,
  url: string,
  { host, subject, body }: Message,
): Promise<OutboundResponse> {
  return (await machine.outbound()).send({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ hostname: host, subject, body }).toString(),
    maxBytes: MAX_BYTES,
    limitMs: LIMIT_MS,
  });
}

/** @throws ApiError `host_failed` unless the status is a success. */
export function assertAccepted(url: string, { status }: OutboundResponse): void {
  if (isSuccess(status)) return;
  const isRedirect = status >= 300 && status < 400;
  throw new ApiError(
    'host_failed',
    `https://${new URL(url).host} ${isRedirect ? 'redirects the message, which is not followed' : 'does not accept the message'}: ` +
      `it answers with the status ${nameOf(status)}.`,
  );
}

/**
 * Sends a note to all devices of a Pushbullet account.
 * @returns the response of Pushbullet, as JSON.
 * @throws ApiError `host_failed` if Pushbullet does not accept it; MachineError `failed` if it does not respond.
 */
export async function pushNote(
  machine: Pick<Machine, 'outbound'>,
  token: string,
  { subject, body }: Message,
): Promise<Value> {
  const outbound = await machine.outbound();
  const { status, content, isCut } = await outbound.send({
    method: 'POST',
    url: new URL('/v2/pushes', outbound.pushbullet).href,
    headers: { 'content-type': 'application/json', 'access-token': token },
    body: JSON.stringify({ type: 'note', title: subject, body }),
    maxBytes: MAX_BYTES,
    limitMs: LIMIT_MS,
  });
  if (status === 401 || status === 403) {
    throw new ApiError(
      'host_failed',
      'Pushbullet does not accept the access token. Create a new one in its settings.',
    );
  }
  const answer = isCut ? undefined : jsonOf(content);
  if (!isSuccess(status) || answer === undefined) {
    throw new ApiError(
      'host_failed',
      isSuccess(status)
        ? 'Pushbullet does not answer with JSON.'
        : `Pushbullet does not accept the note: it answers with the status ${nameOf(status)}.`,
    );
  }
  return answer;
}

export const isSuccess = (status: number): boolean => status >= 200 && status < 300;

function nameOf(status: number): string {
  const name = STATUS_CODES[status];
  return name === undefined ? String(status) : `${status} (${name})`;
}

/** Responses have 1 and 0 instead of booleans. */
function jsonOf(text: string): Value | undefined {
  try {
    return JSON.parse(text, (_name, value: unknown) =>
      typeof value === 'boolean' ? Number(value) : value,
    ) as Value;
  } catch {
    return undefined;
  }
}

// Writes a mail message (RFC 5322). nodemailer encodes and folds the headers, so that no text can add one.
interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly host: string;
  readonly subject: string;
  readonly body: string;
  /** Milliseconds since 1970-01-01. */
  readonly time: number;
  readonly isUrgent?: boolean;
}

/** @returns the message with the line ends of Unix, as sendmail reads it. */
async function compose({ from, to, host, subject, body, time, isUrgent }: Mail): Promise<string> {
  const mail = new MailComposer({
    from: { name: `whmapi1 on ${host}`, address: from },
    to: to.map((address) => ({ name: '', address })),
    subject: `[${host}] ${subject}`,
    text: body,
    date: new Date(time),
    // No program answers it (RFC 3834).
    headers: {
      'Auto-Submitted': 'auto-generated',
      ...(isUrgent === true && { Importance: 'high' }),
    },
    newline: 'unix',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return (await mail.compile().build()).toString('utf8');
}
