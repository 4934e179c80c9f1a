import { defineUapi } from '../../core/define-uapi.ts';

export default defineUapi({
  name: 'DNS::is_alias_available',
  since: 122,
  summary: 'Show whether the nameserver serves ALIAS records.',
  description: 'BIND does not: it has no records that follow another name to its addresses.',
  effect: 'none',
  role: 'DNS',
  params: {},
  returns: {
    fields: {
      alias: { type: 'flag', doc: '1 if it serves ALIAS records.' },
      aname: { type: 'flag', doc: '1 if it serves ANAME records.' },
      resolver: { type: 'string', doc: 'The resolver that follows the names. Empty: there is none.' },
    },
  },
  examples: [{ args: {}, doc: 'Whether it does.' }],

  handler: () => ({ alias: 0, aname: 0, resolver: '' }),
});
