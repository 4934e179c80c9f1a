// Which mailbox a call means: one of an account that the caller may see, or the account itself.
import type { Context } from '../../../core/context.ts';
import type { Field, Param } from '../../../core/define.ts';
import { notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as accounts from '../../accounts/rules/accounts.ts';

export const mailboxUserParam = {
  type: 'string',
  required: true,
  maxLength: 254,
  lowerCase: true,
  doc: 'The mailbox: sales@bob.example, or the name of an account for its own.',
} as const satisfies Param;

export const folderParam = {
  type: 'string',
  required: true,
  maxLength: 1000,
  pattern: { matches: /^[^*%\0\r\n]+$/, expects: 'the name of a folder, such as INBOX or INBOX.Sent' },
  doc: 'The folder, as get_mailbox_status_list returns it: INBOX, INBOX.Sent.',
} as const satisfies Param;

export const guidParam = {
  type: 'string',
  required: true,
  pattern: { matches: /^[0-9a-f]{32}$/, expects: '32 hexadecimal digits' },
  doc: 'The ID of the folder, as get_mailbox_status_list returns it.',
} as const satisfies Param;

export const folderRow = {
  fields: {
    mailbox: { type: 'string', doc: 'The name of the folder: INBOX, INBOX.Sent.' },
    guid: { type: 'string', doc: 'The ID of the folder.' },
    messages: { type: 'integer', doc: 'The number of messages.' },
    vsize: { type: 'integer', doc: 'Their size in bytes, as clients download them.' },
  },
} as const satisfies Field;

/**
 * @returns the name that Dovecot knows. @throws ApiError `not_found`. Those of others get the same answer as unknown ones.
 */
export async function mailboxUser(
  { db, caller }: Pick<Context, 'db' | 'caller'>,
  given: string,
): Promise<string> {
  const at = given.lastIndexOf('@');
  const unknown = notFound(`You do not have a mailbox ${quote(given)}.`);
  const username = at < 0 ? given : await ownerOf(db, given.slice(0, at), given.slice(at + 1));
  const account = username === undefined ? undefined : await accounts.find(db, username);
  const isOwn =
    account !== undefined && (account.username === caller.user || accounts.maySee(caller, account));
  if (!isOwn) throw unknown;
  accounts.assertHere(db, account);
  return given;
}

/** The address of what `mailboxUser` returned. That of an account’s own mailbox has its main domain. */
export async function addressOf(db: Context['db'], user: string): Promise<string> {
  if (user.includes('@')) return user;
  const account = await accounts.find(db, user);
  return `${user}@${account?.domain ?? ''}`;
}

async function ownerOf(db: Context['db'], localPart: string, domain: string): Promise<string | undefined> {
  const row = await db.get<{ username: string }>(
    'SELECT username FROM mailbox WHERE domain = ? AND local_part = ?',
    ...[domain, localPart],
  );
  return row?.username;
}
