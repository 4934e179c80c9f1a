import { defineFunction } from '../../core/define.ts';
import { existingDomain } from '../../model/accounts/names.ts';
import { getByDomain } from '../../model/accounts/accounts.ts';

export default defineFunction({
  name: 'domainuserdata',
  since: 32,
  summary: 'Tell where the files of a domain lie, and whose they are.',
  description: 'It knows main domains. A reseller sees those of the accounts that it owns.',
  access: ['acct-summary'],
  effect: 'reads',
  params: { domain: { ...existingDomain, required: true, doc: 'The domain.' } },
  returns: {
    userdata: {
      fields: {
        documentroot: { type: 'string', doc: 'The folder of the domain’s files.' },
        group: { type: 'string', doc: 'The user’s group on the machine.' },
        hascgi: { type: 'flag', doc: 'Whether the account may run CGI scripts.' },
        homedir: { type: 'string', doc: 'The account’s home.' },
        ip: { type: 'string', doc: 'The IP address.' },
        owner: { type: 'string', doc: 'To whom the account belongs.' },
        servername: { type: 'string', doc: 'The domain.' },
        user: { type: 'string', doc: 'The account.' },
      },
    },
  },
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'The domain bob.example.',
      setUp: [
        {
          command: 'createacct',
          args: { username: 'bob', domain: 'bob.example', password: 'correct horse battery staple 7' },
        },
      ],
    },
  ],

  async handler(args, { caller, db }) {
    const account = await getByDomain(db, caller, args.domain.toLowerCase());
    const { domain, home, ip, owner, settings, username } = account;
    return {
      userdata: {
        documentroot: `${home}/public_html`,
        group: username,
        hascgi: Number(settings.cgi),
        homedir: home,
        ip,
        owner,
        servername: domain,
        user: username,
      },
    };
  },
});
