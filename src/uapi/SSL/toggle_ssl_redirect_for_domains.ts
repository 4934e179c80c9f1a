import { setHttpsRedirects } from '../../life/plans/set-https-redirects.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { readOwnDomainList } from '../../capabilities/domains/rules/own-params.ts';
import { readOwnDomains } from '../../capabilities/domains/rules/own-domains.ts';
import { assertCanRedirect, statesOf } from '../../capabilities/web/rules/https-redirect-states.ts';

export default defineUapi({
  name: 'SSL::toggle_ssl_redirect_for_domains',
  since: 80,
  summary: 'Redirect the visitors of domains from HTTP to HTTPS, or no longer.',
  description:
    'The redirect also applies to the names of the domains with www. and mail. It needs a valid certificate, which is ' +
    'not self-signed. Requests of certificate authorities (/.well-known/acme-challenge/) are not redirected.',
  effect: 'operates',
  role: 'WebServer',
  params: {
    domains: {
      type: 'string',
      required: true,
      maxLength: 65_535,
      doc: 'Domains of the account, with commas between them.',
    },
    state: { type: 'flag', required: true, doc: '1: redirect. 0: do not.' },
  },
  returns: { list: { type: 'string' }, doc: 'The domains.' },
  examples: [
    {
      args: { domains: 'bob.example', state: '0' },
      doc: 'Visitors of bob.example can use HTTP.',
    },
  ],

  async handler({ domains: given, state: isOn }, context) {
    const { db, caller, now, plan, warn } = context;
    const account = await accounts.getOwn(db, caller);
    const own = await readOwnDomains(db, account);
    const domains = readOwnDomainList(own, 'domains', given);
    if (isOn) {
      const stateOf = await statesOf(db, own, now());
      assertCanRedirect(stateOf, domains);
      for (const domain of domains) {
        if (stateOf(domain).all_aliases_valid === 1) continue;
        warn(
          `The certificate does not secure all names of “${domain}” with www. and mail., so browsers warn of those that it lacks.`,
        );
      }
    }
    plan(await setHttpsRedirects(context, { account, domains, isOn }));
    return domains;
  },
});
