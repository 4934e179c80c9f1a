import { setPrimaryVirtualHost } from '../../life/plans/set-primary-virtual-host.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { certificatesOf } from '../../capabilities/certificates/rules/installed.ts';
import { getDomain } from '../../capabilities/domains/rules/hosted-domains.ts';
import { assertCanBePrimary, primaryTypes } from '../../capabilities/web/rules/primary-hosts.ts';

export default defineFunction({
  name: 'set_primary_servername',
  since: 11,
  summary: 'Set the website that answers requests for unknown names and for an IP address.',
  description:
    'On a dedicated IP address, the choice is between the virtual hosts of its account. On the shared addresses, the ' +
    'website of one account then also answers for every name that no account has. Without this choice, such requests ' +
    'get a page with the status 404. The choice ends when the account is removed or gets another address.',
  access: 'root',
  effect: 'operates',
  role: 'WebServer',
  params: {
    servername: {
      ...existingDomain,
      required: true,
      doc: 'The main domain or a subdomain of an account. Parked and addon domains have no website of their own.',
    },
    type: {
      type: 'string',
      default: 'std',
      values: primaryTypes,
      doc: '“std”: over HTTP. “ssl”: over HTTPS.',
    },
  },
  returns: null,
  examples: [
    {
      args: { servername: 'bob.example' },
      doc: 'The website of bob.example, over HTTP.',
      setUp: ['createacct'],
    },
  ],

  async handler({ servername: given, type }, context) {
    const { db, caller, plan } = context;
    const domain = given.toLowerCase();
    const { account, servername } = await getDomain(db, caller, domain);
    if (servername !== domain) {
      throw badParam(
        `The domain “${domain}” has no virtual host of its own: “${servername}” serves it. Pass that name.`,
      );
    }
    assertCanBePrimary(servername);
    if (type === 'ssl' && !(await certificatesOf(db, account)).has(servername)) {
      throw badParam(
        `“${servername}” has no certificate, so it does not answer over HTTPS. Run installssl first.`,
      );
    }
    plan(await setPrimaryVirtualHost(context, { account, type, servername }));
  },
});
