// How Exim delivers to mailing lists, and lets Mailman send. It knows lists by a file for each domain (`places.ts`).
import { COMMAND_SUFFIXES, OWNER_SUFFIXES } from '../../rules/lists/addresses.ts';
import { LMTP_PORT, SENDER, SENDING_SECRET } from '../mailman/places.ts';
import { LISTS } from './places.ts';

/** The session is Mailman’s. */
export const IS_MAILMAN = `eq{$authenticated_id}{${SENDER}}`;

/** An address that bounces come to has the member’s: `news-bounces+ann=example.org`. */
const COMMANDS = COMMAND_SUFFIXES.flatMap((suffix) =>
  ['-bounces', '-confirm'].includes(suffix) ? [suffix, `${suffix}+*`] : [suffix],
).join(' : ');

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
