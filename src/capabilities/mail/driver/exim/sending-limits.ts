// The part of Exim’s rules that limits what accounts send: the mails of an hour, and the share of them that fails. A limit
// is that of the account, or else that of the server. Logins count for their domain, and programs for their account.
import { IS_MAILMAN } from './list-routers.ts';
import { settingOfOwner } from './lookup-expansions.ts';
import { serverSetting } from './server-settings.ts';

/** Empty: neither has one. */
function limitOfOwner(key: 'limit' | 'failures'): string {
  const own = settingOfOwner(key);
  return `\${if match{${own}}{\\N^\\d+$\\N}{${own}}{${serverSetting(key)}}}`;
}
const HAS_LIMIT = `match{${limitOfOwner('limit')}}{\\N^\\d+$\\N}`;
const HAS_MAX_FAILURES = `match{${limitOfOwner('failures')}}{\\N^\\d+$\\N}`;
/** Mail of a list to its members counts for the limit if an administrator wants it. */
const COUNTS = `or{{!${IS_MAILMAN}}{eq{${serverSetting('count-lists')}}{1}}}`;
const SENDING_DOMAIN = '${if def:sender_address_domain{${lc:$sender_address_domain}}{$acl_m_owner}}';
const OF_ACCOUNT = `${limitOfOwner('limit')} / 1h / per_rcpt / strict / user-$acl_m_owner`;
/** No message reaches this limit: it is counted only. */
const ANY = '1000000 / 1h';

/** Failed deliveries are counted. What an administrator removes from the queue is no failure. */
export const COUNT_FAILURE = `count_failure:
  accept condition = \${if match{$acl_arg1}{\\N^message removed by \\N}}
  warn  condition = \${if ${HAS_MAX_FAILURES}}
        !ratelimit = ${ANY} / per_cmd / strict / fail-${SENDING_DOMAIN}
  accept
`;

/** A recipient of a program on this server, by “sendmail -bs”. */
export const LIMIT_PROGRAM_SESSION = `  defer hosts = :
        condition = \${if def:acl_m_owner}
        condition = \${if ${HAS_LIMIT}}
        ratelimit = ${OF_ACCOUNT}
        message = 451 4.7.1 The account $acl_m_owner has exceeded its mails per hour.
`;

/** A recipient of a login. */
export const LIMIT_LOGIN = `  defer authenticated = *
        condition = \${if and{{${COUNTS}}{${HAS_LIMIT}}}}
        ratelimit = ${limitOfOwner('limit')} / 1h / per_rcpt / leaky / domain-${SENDING_DOMAIN}
        message = 451 4.7.1 The domain $sender_address_domain has exceeded its mails per hour.
  defer authenticated = *
        condition = \${if ${HAS_MAX_FAILURES}}
        !ratelimit = ${ANY} / per_rcpt / readonly / sent-${SENDING_DOMAIN}
        set acl_m_sent = \${sg{$sender_rate}{\\N\\..*\\N}{}}
        !ratelimit = ${ANY} / per_cmd / readonly / fail-${SENDING_DOMAIN}
        set acl_m_failed = \${sg{$sender_rate}{\\N\\..*\\N}{}}
        condition = \${if and{{>={0$acl_m_failed}{0${serverSetting('min-failures')}}}{>{0$acl_m_failed}{0}}{>={\${eval10:100*0$acl_m_failed}}{\${eval10:${limitOfOwner('failures')}*0$acl_m_sent}}}}}
        message = 451 4.7.1 Too many mails of $sender_address_domain have failed in the last hour.
`;

/**
 * In the rules for a message: its recipients are counted. In those for recipients, Exim would not count, because it has just
 * looked at the rate.
 */
export const COUNT_SENT = `  warn  authenticated = *
        condition = \${if ${HAS_MAX_FAILURES}}
        !ratelimit = ${ANY} / per_rcpt / strict / sent-${SENDING_DOMAIN}
`;

/** The recipients of a message of a program on this server. */
export const LIMIT_PROGRAM = `  deny  condition = \${if ${HAS_LIMIT}}
        ratelimit = ${OF_ACCOUNT}
        message = The account $acl_m_owner has exceeded its mails per hour.
`;

/** A message that is forwarded has few bounces, and each address a few such messages a day. */
const BOUNCES_PER_ADDRESS = 10;
/**
 * Who has sent a message through a forwarder, or by a program in the name of a stranger, knows an address that leads bounces
 * back to that stranger. No account has what comes to it.
 */
export const LIMIT_BOUNCES = `  deny  domains = @
        local_parts = \\N^(?i)srs0[=+-]\\N
        ratelimit = ${BOUNCES_PER_ADDRESS} / 1d / per_rcpt / leaky / bounces-\${sha256:\${lc:$local_part}}
        message = 550 5.7.1 Too many bounces for this address.
`;
