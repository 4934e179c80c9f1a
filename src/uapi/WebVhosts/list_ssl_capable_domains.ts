import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { temporaryDomains } from '../../capabilities/logins/rules/account-apis/names.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { namesOf } from '../../capabilities/domains/rules/virtual-hosts.ts';

export default defineUapi({
  name: 'WebVhosts::list_ssl_capable_domains',
  since: 64,
  summary: 'List the names that certificates of the account can secure.',

  effect: 'reads',

  params: { hide_temporary_domains: temporaryDomains },
  returns: {
    list: {
      fields: {
        domain: {
          type: 'string',
          doc: 'The name: a domain, or one with www., mail. or a service before it.',
        },
        is_proxy: { type: 'flag', doc: 'Whether it is a service subdomain.' },
        vhost_name: { type: 'string', doc: 'The virtual host that serves it.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All names.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    return own.hosts.flatMap((host) =>
      namesOf(host).map((domain) => ({
        ...{ domain, is_proxy: Number(host.services.includes(domain)), vhost_name: host.servername },
      })),
    );
  },
});
