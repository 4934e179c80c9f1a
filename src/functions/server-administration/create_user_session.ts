import { defineFunction } from '../../core/define.ts';
import { authoriseAccount } from '../../core/access.ts';
import { notFound } from '../../core/errors.ts';
import { existingUser } from '../../core/params.ts';
import { assertMayLogInAs } from '../../capabilities/logins/rules/acting-as.ts';
import * as loginTokens from '../../capabilities/logins/rules/tokens.ts';
import { findMailbox, inSession } from '../../capabilities/webmail/rules/mailbox-login.ts';

export default defineFunction({
  name: 'create_user_session',
  since: 40,
  summary: 'Create a one-time link that logs a browser in as a user without the password.',
  description:
    'The link works once, within 15 minutes, and does not require a two-factor authentication code. With ' +
    'service=cpaneld, it logs in to the interface of the account, with service=webmaild to the mail of the account, or ' +
    'of a mailbox of its domains. Resellers can create links for themselves and for the accounts and resellers that ' +
    'they own, and root for everyone who can log in. Anyone who has the link gets all of the user’s privileges. Do not share it with anyone else.',
  access: ['create-user-session'],
  effect: 'changes',
  params: {
    service: {
      type: 'string',
      required: true,
      values: ['cpaneld', 'whostmgrd', 'webmaild'],
      doc: 'The interface: cpaneld for accounts, webmaild for their mail, whostmgrd (WHM) for root and resellers.',
    },
    user: {
      ...existingUser,
      pattern: {
        matches: /^(?:[a-z][a-z0-9_-]{0,31}|[^@\s]{1,64}@[^@\s]{1,253})$/,
        expects: 'a username, or the address of a mailbox',
      },
      required: true,
      doc: 'The user: an account, or, for whostmgrd, root or a reseller, or, for webmaild, the address of a mailbox.',
    },
    app: {
      type: 'string',
      maxLength: 128,
      pattern: { matches: /^(?!https?:).*$/is, expects: 'the name of a part of the interface, no URL' },
      default: '',
      doc: 'The page that is shown first. An unknown value is ignored.',
    },
    cp_security_token: {
      type: 'string',
      pattern: { matches: /^\/?cpsess\d{10}$/, expects: '“cpsess” and ten digits' },
      doc: 'The security token of the session. Default: a random one.',
    },
    preferred_domain: {
      type: 'string',
      maxLength: 253,
      pattern: {
        matches: /^(?!-)(?:[A-Za-z0-9-]{1,63}\.)*[A-Za-z0-9-]{1,63}$/,
        expects: 'a hostname or an IPv4 address',
      },
      doc: 'The name or address of this server in the link. Default: the hostname.',
    },
    locale: {
      type: 'string',
      maxLength: 32,
      doc: 'The language of the session.',
      noEffectReason: 'this server speaks one language.',
    },
    promptToken: {
      type: 'string',
      doc: 'The initial text of an assistant.',
      noEffectReason: 'this server has no assistant.',
    },
  },
  returns: {
    cp_security_token: { type: 'string', doc: 'The first part of the path of every page in the session.' },
    expires: { type: 'integer', doc: 'The time at which the link expires, in seconds since 1970-01-01.' },
    service: { type: 'string', doc: 'The interface.' },
    session: { type: 'string', doc: 'The session in the link: the user, a colon, and 64 random characters.' },
    url: { type: 'string', doc: 'The link.' },
  },
  examples: [
    { args: { service: 'whostmgrd', user: 'root' }, doc: 'A link that logs in as root.' },
    {
      args: { service: 'cpaneld', user: 'bob' },
      doc: 'A link to the interface of the account “bob”.',
      setUp: ['createacct'],
    },
    {
      args: { service: 'webmaild', user: 'bob' },
      doc: 'A link to the mail of the account “bob”.',
      setUp: ['createacct'],
    },
  ],

  async look({ service, user: given }, context) {
    if (!given.includes('@')) return { user: given, mailbox: undefined };
    const { caller, transaction } = context;
    const address = given.toLowerCase();
    const mailbox = await transaction('reads', async (db) => {
      const found = await findMailbox(db, address);
      if (service !== 'webmaild' || found === undefined)
        throw notFound(`You do not have a mailbox “${address}”, or its login is suspended.`);
      authoriseAccount(caller, 'create_user_session', found.username);
      await assertMayLogInAs(db, caller, service, found.username);
      return found;
    });
    return { user: mailbox.username, mailbox: await inSession(context, mailbox) };
  },

  async handler(args, context, { user, mailbox }) {
    const { caller, db, system, randomBytes, reason } = context;
    const { service, app } = args;
    await assertMayLogInAs(db, caller, service, user);
    const securityToken =
      args.cp_security_token?.replace('/', '') ?? (await loginTokens.newSecurityToken(randomBytes));
    const { text, expiresAt } = await loginTokens.make(context, {
      user,
      service,
      app,
      lifetimeMs: loginTokens.LINK_MS,
      securityToken,
      mailbox,
    });
    reason('Created session');
    return {
      cp_security_token: `/${securityToken}`,
      expires: Math.floor(expiresAt / 1000),
      service,
      session: text,
      url: loginTokens.linkOf(args.preferred_domain ?? system.hostname(), securityToken, text, service),
    };
  },
});
