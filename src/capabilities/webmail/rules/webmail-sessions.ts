// Sessions of webmail that an account creates for itself: Session::create_webmail_session_for_self and its neighbours.
import type { Context, FreeContext } from '../../../core/context.ts';
import type { Param } from '../../../core/define.ts';
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import { keyOf } from '../../logins/rules/brute-force/addresses.ts';
import { readOwnDomains } from '../../domains/rules/own-domains.ts';
import { assertOwn } from '../../domains/rules/own-params.ts';
import * as accounts from '../../accounts/rules/accounts.ts';
import * as loginTokens from '../../logins/rules/tokens.ts';
import { findMailbox, inSession, type OpenMailbox } from './mailbox-login.ts';

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
 * @throws ApiError `bad_param` if the account does not have the domain; `not_found` if there is no such mailbox, or its
 * login is suspended.
 */
export function ownMailbox(
  { caller, transaction }: Pick<FreeContext, 'caller' | 'transaction'>,
  { login, domain: given }: { readonly login: string; readonly domain: string },
): Promise<OpenMailbox> {
  const domain = given.toLowerCase();
  return transaction('reads', async (db) => {
    assertOwn(await readOwnDomains(db, await accounts.getOwn(db, caller)), 'domain', domain);
    const mailbox = await findMailbox(db, `${login.toLowerCase()}@${domain}`);
    if (mailbox?.username === caller.user) return mailbox;
    throw notFound(
      `There is no mailbox ${quote(`${login}@${domain}`)} of the account “${caller.user}”, or its login is suspended.`,
    );
  });
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
  mailbox?: OpenMailbox,
): Promise<{ hostname: null; session: string; token: string }> {
  const onlyFrom = addressKey(remoteAddress ?? context.origin?.address, remoteAddress);
  const securityToken = await loginTokens.newSecurityToken(context.randomBytes);
  const { text } = await loginTokens.make(context, {
    ...{ user, service: 'webmaild', app: '', lifetimeMs: loginTokens.LINK_MS },
    ...{ securityToken, onlyFrom },
    mailbox: mailbox && (await inSession(context, mailbox)),
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
