// How Exim delivers to mailing lists, and lets Mailman send. It knows lists by a file for each domain (`places.ts`).
import { COMMAND_SUFFIXES, OWNER_SUFFIXES } from '../../rules/lists/addresses.ts';
import { LMTP_PORT, SENDER, SENDING_SECRET } from '../mailman/places.ts';
import { LISTS } from './places.ts';
import { serverSetting } from './server-settings.ts';

/** The session is Mailman’s. */
export const IS_MAILMAN = `eq{$authenticated_id}{${SENDER}}`;

/** Joining and leaving two lists takes eight. */
const NOTICES_PER_RECIPIENT = 10;
const NOTICES_PER_LIST = 200;

/** An address that bounces come to has the member’s: `news-bounces+ann=example.org`. */
const COMMANDS = COMMAND_SUFFIXES.flatMap((suffix) =>
  ['-bounces', '-confirm'].includes(suffix) ? [suffix, `${suffix}+*`] : [suffix],
).join(' : ');

/** Mailman’s own messages: a request to confirm, a welcome, results of commands. A message to members has the list’s own address. */
const IS_NOTICE = `match{\${local_part:\${address:$rh_from:}}}{\\N(?i)-(?:bounces|confirm|owner|request)(?:\\+|$)\\N}`;
/** Those for the owner, who moderates the list. */
const IS_FOR_OWNER =
  'and{{eqi{${domain:$recipients}}{$sender_address_domain}}{match{${local_part:$recipients}}{\\N(?i)-admin$\\N}}}';
/** What follows “+” leads to the same mailbox. */
const RECIPIENT = '${sha256:${sg{${lc:$recipients}}{\\N\\+[^@]*@\\N}{@}}}';

/**
 * In the rules for the messages of Mailman. A stranger can have any list write to any address: by the header From, or by
 * the command “join address=”. Refused notices are discarded, because later ones would be as unwanted.
 */
export const LIMIT_NOTICES = `  deny  condition = \${if and{{${IS_MAILMAN}}{def:acl_m_owner}{${IS_NOTICE}}{!${IS_FOR_OWNER}}}}
        set acl_m_notice = yes
        ratelimit = ${NOTICES_PER_RECIPIENT} / 1d / per_mail / leaky / notices-to-${RECIPIENT}
        message = 550 5.7.1 Too many notices of mailing lists to $recipients.
  deny  condition = \${if eq{$acl_m_notice}{yes}}
        ratelimit = ${NOTICES_PER_LIST} / 1h / per_mail / leaky / notices-of-\${lc:$sender_address}
        message = 550 5.7.1 Too many notices of this mailing list.
`;

/**
 * @param isSuspended a condition: the account that has the domain is suspended.
 * @param owner that account.
 */
export const listRouters = ({
  isSuspended,
  owner,
}: {
  readonly isSuspended: string;
  readonly owner: string;
}) => `
lists_off:
  driver = redirect
  allow_fail
  domains = dsearch,filter=file;${LISTS}
  local_parts = lsearch,ret=key;${LISTS}/$domain_data
  local_part_suffix = ${COMMANDS} : ${OWNER_SUFFIXES.join(' : ')}
  local_part_suffix_optional
  condition = \${if eq{${serverSetting('lists-off')}}{1}}
  data = :fail: There are no mailing lists on this server.

suspended_list:
  driver = redirect
  allow_fail
  domains = dsearch,filter=file;${LISTS}
  local_parts = lsearch,ret=key;${LISTS}/$domain_data
  local_part_suffix = ${COMMANDS}
  local_part_suffix_optional
  condition = \${if ${isSuspended}}
  data = :fail: The mailing list is suspended.

list_owner:
  driver = redirect
  domains = dsearch,filter=file;${LISTS}
  local_parts = lsearch,ret=key;${LISTS}/$domain_data
  local_part_suffix = ${OWNER_SUFFIXES.join(' : ')}
  data = ${owner}@$primary_hostname

mailing_list:
  driver = accept
  domains = dsearch,filter=file;${LISTS}
  local_parts = lsearch,ret=key;${LISTS}/$domain_data
  local_part_suffix = ${COMMANDS}
  local_part_suffix_optional
  transport = mailman
`;

export const LIST_TRANSPORT = `
mailman:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  port = ${LMTP_PORT}
  allow_localhost
  rcpt_include_affixes
  hosts_try_chunking =
`;

/** Without a password on the wire, and on the loopback alone. */
export const LIST_AUTHENTICATOR = `
mailman:
  driver = cram_md5
  public_name = CRAM-MD5
  server_advertise_condition = \${if and{{match_ip{$sender_host_address}{127.0.0.1}}{exists{${SENDING_SECRET}}}}}
  server_secret = \${if and{{eq{$auth1}{${SENDER}}}{exists{${SENDING_SECRET}}}}{\${readfile{${SENDING_SECRET}}{}}}fail}
  server_set_id = $auth1
`;
