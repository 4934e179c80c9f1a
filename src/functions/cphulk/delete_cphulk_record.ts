import { defineFunction } from '../../core/define.ts';
import * as lists from '../../capabilities/logins/rules/brute-force/lists.ts';
import {
  addressParam,
  assertEnabled,
  failedField,
  listName,
  readRanges,
  requesterFields,
  requesterOf,
  skipEnabledCheck,
} from '../../capabilities/logins/rules/brute-force/records.ts';

export default defineFunction({
  name: 'delete_cphulk_record',
  since: 48,
  summary: 'Remove addresses from the allow list or the block list.',
  description: 'A network or a range can only be removed as a whole, in whichever notation.',
  destructive: 'The addresses are removed from the list, with their comments.',
  access: 'root',
  effect: 'changes',
  params: { list_name: listName, ip: addressParam, skip_enabled_check: skipEnabledCheck },
  returns: {
    list_name: { type: 'string', doc: 'The list.' },
    ips_removed: { list: { type: 'string' }, doc: 'The addresses whose records were removed.' },
    ips_failed: failedField,
    ...requesterFields,
  },
  examples: [
    {
      args: { list_name: 'black', ip: ['198.51.100.7'] },
      doc: 'Allow an address to log in again.',
      setUp: [{ command: 'create_cphulk_record', args: { list_name: 'black', ip: '198.51.100.7' } }],
    },
  ],

  async handler({ list_name, ip, skip_enabled_check }, context) {
    const { db } = context;
    await assertEnabled(db, skip_enabled_check);
    const { ranges, failed } = readRanges(ip);
    const removed: string[] = [];
    for (const [text, range] of ranges) {
      if (await lists.remove(db, list_name, range)) removed.push(text);
      else
        failed[text] =
          `The ${list_name} list has no such record. Run read_cphulk_records to list its records.`;
    }
    return { list_name, ips_removed: removed, ips_failed: failed, ...(await requesterOf(context)) };
  },
});
