// Sessions of webmail that an account creates for itself: Session::create_webmail_session_for_self and its neighbours.
import type { Context, FreeContext } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { quote } from '../../../core/quote.ts';
import { keyOf } from '../../logins/rules/brute-force/addresses.ts';
import { readOwnDomains } from '../../domains/rules/own-domains.ts';
import { assertOwn } from '../../domains/rules/own-params.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import type { SessionMailbox } from '../../logins/rules/sessions.ts';
import * as loginTokens from '../../logins/rules/tokens.ts';
import { hashOrNothing, mailboxFor } from './login.ts';

export const sessionParams = {
  locale: {
    type: 'string',
    doc: 'The language of the session.',
    noEffectReason: 'this server speaks one language.',
  },
  remote_address: {
    type: 'string',
    doc: 'The IP address from which alone the session can be used. Default: the one of the caller. Required on the command line.',
  },
} as const satisfies Record<string, Param>;

export const mailboxParams = {
  login: {
    type: 'string',
    required: true,
    maxLength: 64,
    doc: 'The part of the mailbox’s address before “@”.',
  },
  domain: { type: 'string', required: true, maxLength: 253, doc: 'The domain, which the account must have.' },
} as const satisfies Record<string, Param>;

/**
 * The mailbox of a domain of the account that calls.
 * @throws ApiError `bad_param` if the account does not have the domain; `not_found` if there is no such mailbox, or it
 * is suspended. MachineError if its files cannot be read.
 */
export async function ownMailbox(
  { caller, machine, sha256, transaction }: FreeContext,
  { login, domain: given }: { readonly login: string; readonly domain: string },
): Promise<SessionMailbox> {
  const domain = given.toLowerCase();
  await transaction('reads', async (db) => {
    assertOwn(await readOwnDomains(db, await accounts.getOwn(db, caller)), 'domain', domain);
  });
  return getMailbox({ machine, sha256 }, caller.user, `${login.toLowerCase()}@${domain}`);
}

/** True if it is the password of the mailbox, which exists. */
export async function isPasswordOfMailbox(
  { caller, machine }: FreeContext,
  { address }: SessionMailbox,
  password: string,
): Promise<boolean> {
  const hash = await hashOrNothing(machine, caller.user, address);
  return hash !== undefined && (await machine.users()).verifyHash(hash, password);
}

/** @throws ApiError `not_found` if the account does not have the mailbox, or it is suspended. MachineError. */
export async function getMailbox(
  context: Pick<FreeContext, 'machine' | 'sha256'>,
  user: string,
  address: string,
): Promise<SessionMailbox> {
  const mailbox = await mailboxFor(context, user, address).catch((error: unknown) => {
    // A link that leads out of the home, or a file that the user cannot read, has no mailboxes.
    if (error instanceof MachineError && error.code !== 'failed') return undefined;
    throw error;
  });
  if (mailbox === undefined)
    throw notFound(`There is no mailbox “${address}” of the account “${user}”, or it is suspended.`);
  return mailbox;
}

export const sessionFields = {
  hostname: {
    type: 'string|null',
    doc: 'The server that has the mail. Null: the one that was called.',
  },
  session: { type: 'string', doc: 'The session, for the body of the login.' },
  token: { type: 'string', doc: 'The security token: the first part of every path of the session.' },
} as const;

export const HOW_TO_LOG_IN =
  'A program sends POST https://HOST:2096TOKEN/login with the body session=SESSION, once, within 15 minutes. TOKEN and ' +
  'SESSION are “token” and “session” of the response.';

/** @throws ApiError `bad_param` if the address is missing, or is none. */
export async function createWebmailSession(
  context: Pick<Context, 'db' | 'now' | 'randomBytes' | 'sha256' | 'origin'>,
  user: string,
  remoteAddress: string | undefined,
  mailbox?: SessionMailbox,
): Promise<{ hostname: null; session: string; token: string }> {
  const onlyFrom = addressKey(remoteAddress ?? context.origin?.address, remoteAddress);
  const securityToken = await loginTokens.newSecurityToken(context.randomBytes);
  const { text } = await loginTokens.make(context, {
    ...{ user, service: 'webmaild', app: '', lifetimeMs: loginTokens.LINK_MS },
    ...{ securityToken, onlyFrom, mailbox },
  });
  return { hostname: null, session: text, token: `/${securityToken}` };
}

function addressKey(address: string | undefined, given: string | undefined): string {
  try {
    if (address !== undefined) return keyOf(address);
  } catch {
    // Not an address.
  }
  throw badParam(
    given === undefined
      ? 'The parameter “remote_address” is required here: the address of the caller is not known.'
      : `The parameter “remote_address” should be an IP address, not ${quote(given)}.`,
  );
}
