// Settings of a mailbox that are sent to somebody.
import type { Context } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import { outgoingOf, readState } from './state.ts';
import { IMAP_PORT, POP3_PORT, SMTP_PORT } from './client-settings.ts';

/** The kind of the task that sends them. */
const SEND = 'send-client-settings';
const HOUR_MS = 3_600_000;
/** The address can be anybody’s. */
const MOST_IN_AN_HOUR = 10;

export interface SentSettings {
  /** The account. It is the first field, because they are counted by it. */
  readonly username: string;
  readonly to: string;
  readonly subject: string;
  readonly body: string;
}

export interface SettingsOf {
  readonly login: string;
  readonly address: string;
  readonly host: string;
}

/** The password is not in it: nobody here knows it. */
export function settingsText({ login, address, host }: SettingsOf): string {
  const server = (protocol: string, port: number) => `${protocol}: ${host}, port ${port}, SSL/TLS`;
  return [
    `Settings for the mailbox ${address}:`,
    '',
    `Login: ${login}`,
    'Password: that of the mailbox',
    '',
    'Incoming mail',
    server('IMAP', IMAP_PORT),
    server('POP3', POP3_PORT),
    '',
    'Outgoing mail, with the same login and password',
    server('SMTP', SMTP_PORT),
    '',
  ].join('\n');
}

/** Starts the task. @throws ApiError `busy` if the account has sent too many of them. `denied` if it may not send. */
export async function sendSettings(
  { db, caller, now, startTask }: Pick<Context, 'db' | 'caller' | 'now' | 'startTask'>,
  to: string,
  settings: SettingsOf,
): Promise<void> {
  const { user: username } = caller;
  // The server sends them, so Exim does not know whose they are.
  if (outgoingOf(await readState(db, username)) !== 'open')
    throw new ApiError('denied', 'Outgoing mail of this account is held or suspended.');
  // Calls of root for the account count too.
  const begin = JSON.stringify({ username }).replace(/}$/, ',');
  const row = await db.get<{ count: number }>(
    'SELECT count(*) AS count FROM task WHERE server = ? AND kind = ? AND created_at > ? AND substr(input, 1, ?) = ?',
    ...[db.server, SEND, now() - HOUR_MS, begin.length, begin],
  );
  if ((row?.count ?? 0) >= MOST_IN_AN_HOUR) {
    throw new ApiError(
      'busy',
      `This account has sent settings ${MOST_IN_AN_HOUR} times within the last hour. Try again later.`,
    );
  }
  const subject = `Settings for ${settings.address}`;
  const input: SentSettings = { username, to, subject, body: settingsText(settings) };
  await startTask(SEND, input);
}
