import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../ground/rules/accounts/names.ts';
import { getDomain } from '../../capabilities/domains/rules/hosted-domains.ts';
import { siteData, siteDataFields } from '../../capabilities/web/driver/virtual-hosts/site-data.ts';
import { virtualHostsOf } from '../../capabilities/domains/rules/virtual-hosts.ts';

export default defineFunction({
  name: 'domainuserdata',
  since: 32,
  summary: 'Show the document root, the owner and the site of a domain.',
  description:
    'A parked or addon domain has the document root and the “servername” of the virtual host that serves it. Resellers ' +
    'see the domains of the accounts that they own.',
  access: ['acct-summary'],
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: {
    userdata: {
      fields: {
        documentroot: { type: 'string', doc: 'The document root.' },
        group: { type: 'string', doc: 'The user’s group on the server.' },
        hascgi: { type: 'flag', doc: 'Whether the account may run CGI scripts.' },
        homedir: { type: 'string', doc: 'The account’s home.' },
        ip: { type: 'string', doc: 'The IP address.' },
        owner: { type: 'string', doc: 'The account’s owner.' },
        ...siteDataFields,
        servername: { type: 'string', doc: 'The domain that identifies the virtual host.' },
        user: { type: 'string', doc: 'The account.' },
      },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'The domain bob.example.',
      setUp: ['createacct'],
    },
  ],

  async handler(args, { caller, db }) {
    const { account, servername } = await getDomain(db, caller, args.domain.toLowerCase());
    const { home, ip, owner, settings, username } = account;
    const hosts = await virtualHostsOf(db, account);
    const host = hosts.find((one) => one.servername === servername);
    return {
      userdata: {
        documentroot: host?.documentRoot ?? `${home}/public_html`,
        group: username,
        hascgi: Number(settings.cgi),
        homedir: home,
        ip,
        owner,
        ...siteData(account, host),
        servername,
        user: username,
      },
    };
  },
});
