import { defineUapi } from '../../core/define-uapi.ts';
import { reservedNames } from '../../life/rules/domains/rules.ts';

export default defineUapi({
  name: 'SubDomain::getreservedsubdomains',
  since: 138,
  summary: 'List the names that cannot be subdomains.',

  effect: 'reads',
  feature: 'subdomains',
  params: {},
  returns: { list: { type: 'string' }, doc: 'The names before the parent domain.' },
  examples: [{ args: {}, doc: 'Such as www and mail.' }],

  async handler(_args, { db, caller }) {
    return reservedNames({ db, caller });
  },
});
