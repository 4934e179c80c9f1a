import { defineFunction } from '../../core/define.ts';
import { domainName } from '../../ground/rules/accounts/names.ts';
import * as problems from '../../capabilities/certificates/rules/autossl/problems.ts';

export default defineFunction({
  name: 'get_autossl_problems_for_domain',
  since: 68,
  summary: 'Show why AutoSSL could not validate a domain.',
  description:
    'Each name has its own problem: “www.bob.example” is another name than “bob.example”. A domain without a problem ' +
    'has no row.',
  access: 'root',
  effect: 'reads',
  params: { domain: { ...domainName, required: true, doc: 'The domain.' } },
  returns: {
    problems_by_domain: { list: { fields: problems.fields }, doc: 'The problem, if there is one.' },
  },
  list: 'problems_by_domain',
  examples: [{ args: { domain: 'www.bob.example' }, doc: 'Why www.bob.example is in no certificate.' }],

  async handler({ domain }, { db }) {
    return { problems_by_domain: (await problems.ofDomain(db, domain)).map(problems.show) };
  },
});
