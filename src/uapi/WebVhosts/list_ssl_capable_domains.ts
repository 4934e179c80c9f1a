import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../model/accounts/accounts.ts';
import { temporaryDomains } from '../../model/account-apis/names.ts';
import { readOwnDomains } from '../../model/domains/rows.ts';

export default defineUapi({
  name: 'WebVhosts::list_ssl_capable_domains',
  since: 64,
  summary: 'List the names that certificates of the account can secure.',

  effect: 'reads',

  params: { hide_temporary_domains: temporaryDomains },
  returns: {
    list: {
      fields: {
        domain: { type: 'string', doc: 'The name: a domain, or one with www. or mail. before it.' },
        is_proxy: { type: 'flag', doc: 'Whether it is a service subdomain: always 0 on this server.' },
        vhost_name: { type: 'string', doc: 'The virtual host that serves it.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'All names.' }],

  async handler(_args, { db, caller }) {
    const own = await readOwnDomains(db, await accounts.getOwn(db, caller));
    return own.hosts.flatMap(({ servername, aliases }) =>
      [servername, ...aliases].map((domain) => ({ domain, is_proxy: 0, vhost_name: servername })),
    );
  },
});
