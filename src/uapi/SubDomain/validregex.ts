import { defineUapi } from '../../core/define-uapi.ts';
import { subdomainParam } from '../../capabilities/domains/rules/own-params.ts';

export default defineUapi({
  name: 'SubDomain::validregex',
  since: 138,
  summary: 'Show the regular expression of valid names of subdomains.',

  effect: 'reads',
  feature: 'subdomains',
  params: {},
  returns: { list: { type: 'string' }, doc: 'The expression, without “^” and “$”.' },
  examples: [{ args: {}, doc: 'The expression.' }],

  handler() {
    return [subdomainParam.pattern.matches.source.slice(1, -1)];
  },
});
