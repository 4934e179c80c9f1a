import { defineFunction } from '../../core/define.ts';
import * as lists from '../../capabilities/logins/rules/brute-force/lists.ts';
import {
  assertEnabled,
  listName,
  requesterFields,
  requesterOf,
  skipEnabledCheck,
} from '../../capabilities/logins/rules/brute-force/records.ts';

export default defineFunction({
  name: 'read_cphulk_records',
  since: 48,
  summary: 'List the addresses of the allow list or the block list.',
  access: 'root',
  effect: 'reads',
  params: { list_name: listName, skip_enabled_check: skipEnabledCheck },
  returns: {
    list_name: { type: 'string', doc: 'The list.' },
    ips_in_list: {
      map: { type: 'string' },
      keys: 'IP',
      doc: 'The comment of each address or range; empty if there is none.',
    },
    ...requesterFields,
    warning_ip: {
      type: 'string',
      optional: true,
      doc: 'A warning if the caller’s address is not on the allow list.',
    },
  },
  examples: [{ args: { list_name: 'white' }, doc: 'The addresses that are always allowed.' }],

  async handler({ list_name, skip_enabled_check }, context) {
    const { db } = context;
    await assertEnabled(db, skip_enabled_check);
    const requester = await requesterOf(context);
    const { requester_ip, requester_ip_is_whitelisted } = requester;
    const isAtRisk = requester_ip !== '' && requester_ip_is_whitelisted === 0;
    return {
      list_name,
      ips_in_list: await lists.read(db, list_name),
      ...requester,
      ...(isAtRisk
        ? {
            warning_ip: `Your own address, ${requester_ip}, is not on the allow list, so failed logins can block it.`,
          }
        : {}),
    };
  },
});
