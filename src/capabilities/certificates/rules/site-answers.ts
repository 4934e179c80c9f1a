// How responses describe virtual hosts with certificates.
import type { Field } from '../../../core/define.ts';
import { namesOf } from '../../domains/rules/virtual-hosts.ts';
import type { ListedSite } from './sites.ts';

export const siteFields = {
  servername: { type: 'string', doc: 'The domain that identifies the virtual host.' },
  domains: { list: { type: 'string' }, doc: 'All names of the virtual host, the service subdomains last.' },
  docroot: { type: 'string', doc: 'The document root.' },
  ip: { type: 'string', doc: 'The IPv4 address.' },
  is_primary_on_ip: {
    type: 'flag',
    doc: 'Whether clients without SNI get this certificate, because it is the first on a dedicated address.',
  },
  needs_sni: {
    type: 'flag',
    doc: 'Whether a client must send the domain (SNI) to get this certificate.',
  },
  mail_sni_status: {
    type: 'flag',
    doc: '1 if mail services use the certificate, unless it is self-signed. 0 if this server has none (the role MailReceive).',
  },
} as const satisfies Record<string, Field>;

/** @param roles of this server. */
export function siteAnswer(
  { account, host, isPrimary }: Omit<ListedSite, 'certificate'>,
  roles: ReadonlySet<string>,
) {
  return {
    servername: host.servername,
    domains: namesOf(host),
    docroot: host.documentRoot,
    ip: account.ip,
    is_primary_on_ip: isPrimary ? 1 : 0,
    needs_sni: isPrimary ? 0 : 1,
    mail_sni_status: roles.has('MailReceive') ? 1 : 0,
  };
}
