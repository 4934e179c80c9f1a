import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { certificatesOf } from '../../capabilities/certificates/rules/installed.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { allServiceNames } from '../../capabilities/domains/rules/service-subdomains.ts';

export default defineUapi({
  name: 'WebVhosts::list_domains',
  since: 56,
  summary: 'List the account’s domains with the virtual hosts that serve them.',

  effect: 'reads',

  params: {},
  returns: {
    list: {
      fields: {
        domain: { type: 'string', doc: 'The domain.' },
        proxy_subdomains: { list: { type: 'string' }, doc: 'Its service subdomains.' },
        vhost_is_ssl: { type: 'flag', doc: 'Whether the virtual host has a certificate.' },
        vhost_name: { type: 'string', doc: 'The virtual host.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All domains.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    const certificates = await certificatesOf(db, own.account);
    const domains = [own.account.domain, ...own.hosted.map(({ domain }) => domain)];
    const services = new Map(own.hosts.map((host) => [host, new Set(host.services)]));
    return domains.map((domain) => {
      const host = own.hostOf(domain);
      const vhost = host?.servername ?? domain;
      const known = host && services.get(host);
      return {
        domain,
        proxy_subdomains: allServiceNames(domain).filter((name) => known?.has(name)),
        vhost_is_ssl: Number(certificates.has(vhost)),
        vhost_name: vhost,
      };
    });
  },
});
