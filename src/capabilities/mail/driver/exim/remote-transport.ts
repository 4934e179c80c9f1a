// How Exim sends to other servers: with which sender in the envelope (SRS), and whether it signs (DKIM).
import { FROM_DOMAIN } from './from-acl.ts';
import { and, fileIn, or, ownerOf } from './lookup-expansions.ts';
import { DKIM, SRS_SECRET } from './places.ts';

/**
 * The sender is the account’s own, and the message as well; or no account sends it, and it is not forwarded. Of users
 * without an account, only root may write a sender elsewhere.
 */
const HAS_OWN_SENDER = or(
  '!def:sender_address',
  and(
    'def:acl_m_owner',
    '!eq{$acl_m_forwarded}{yes}',
    or(
      'eqi{$sender_address}{$acl_m_owner@$primary_hostname}',
      `eqi{${ownerOf('$sender_address_domain')}}{$acl_m_owner}`,
    ),
  ),
  and(
    '!def:acl_m_owner',
    or(
      'eqi{$sender_address_domain}{$primary_hostname}',
      and(
        or('def:sender_host_address', 'eq{$sender_ident}{root}'),
        or('!def:original_local_part', 'eqi{$original_domain}{$domain}'),
      ),
    ),
  ),
);
/** Signs the addresses of forwarded mail. */
export const SRS_KEY = `\${readfile{${SRS_SECRET}}{}}`;

export const REMOTE_TRANSPORT = `remote_smtp:
  driver = smtp
  # Other servers check the sender’s address (SPF). Forwarded mail gets one of ours (SRS), by which bounces come back. So does
  # mail of a program that writes the domain of somebody else: SPF would let this server send for its neighbour.
  return_path = \${if ${HAS_OWN_SENDER}{$return_path}{\${srs_encode{${SRS_KEY}}{$return_path}{$primary_hostname}}}}
  hosts_try_dane =
  # Only for the account’s own domains: a website can write any sender.
  dkim_domain = \${if and{{def:acl_m_owner}{!eq{$acl_m_forwarded}{yes}}{eqi{${ownerOf(FROM_DOMAIN)}}{$acl_m_owner}}}{${fileIn(DKIM, `\${lc:${FROM_DOMAIN}}`)}}}
  dkim_selector = default
  dkim_private_key = ${DKIM}/$dkim_domain
  dkim_canon = relaxed
`;
