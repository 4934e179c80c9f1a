import { defineFunction } from '../../core/define.ts';
import { blockedAddress, blockedAddresses } from '../../model/brute-force/reports.ts';

export default defineFunction({
  name: 'get_cphulk_brutes',
  since: 48,
  summary: 'List the addresses that are blocked for some minutes.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { brutes: { list: blockedAddress, doc: 'The addresses, the last blocked first.' } },
  list: 'brutes',
  examples: [{ args: {}, doc: 'Who is kept out now.' }],

  async handler(_args, { db, now }) {
    return { brutes: await blockedAddresses(db, 'brute', now()) };
  },
});
