import { defineFunction } from '../../core/define.ts';
import { blockedAddress, blockedAddresses } from '../../capabilities/logins/rules/brute-force/reports.ts';

export default defineFunction({
  name: 'get_cphulk_excessive_brutes',
  since: 48,
  summary: 'List the addresses that are blocked for a day.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { excessive_brutes: { list: blockedAddress, doc: 'The addresses, most recently blocked first.' } },
  list: 'excessive_brutes',
  examples: [{ args: {}, doc: 'The addresses that are blocked for a day.' }],

  async handler(_args, { db, now }) {
    return { excessive_brutes: await blockedAddresses(db, 'excessive', now()) };
  },
});
