import { defineFunction } from '../../core/define.ts';
import { blockedAddress, blockedAddresses } from '../../capabilities/logins/rules/brute-force/reports.ts';

export default defineFunction({
  name: 'get_cphulk_brutes',
  since: 48,
  summary: 'List the addresses that are blocked for a short time.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { brutes: { list: blockedAddress, doc: 'The addresses, most recently blocked first.' } },
  list: 'brutes',
  examples: [{ args: {}, doc: 'The addresses that are blocked now.' }],

  async handler(_args, { db, now }) {
    return { brutes: await blockedAddresses(db, 'brute', now()) };
  },
});
