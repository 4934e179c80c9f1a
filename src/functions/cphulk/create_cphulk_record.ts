import { changeWithFirewall } from '../../capabilities/logins/plans/lift-firewall-blocks.ts';
import { defineFunction } from '../../core/define.ts';
import { keyOf } from '../../capabilities/logins/rules/brute-force/addresses.ts';
import { firewallBlocks } from '../../capabilities/logins/rules/brute-force/firewall.ts';
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
  name: 'create_cphulk_record',
  since: 48,
  summary: 'Create entries of the allow list or the block list of addresses.',
  description:
    'An address on both lists is allowed. Adding an address to the allow list (“white”) lifts its blocks, and its ' +
    'failed logins are not counted while it is on that list. If the record already exists, its comment is ' +
    'replaced. Networks and ranges are returned as FIRST-LAST.',
  access: 'root',
  effect: 'operates',
  params: {
    list_name: listName,
    ip: addressParam,
    comment: { type: 'string', default: '', maxLength: 255, doc: 'A comment on the addresses.' },
    skip_enabled_check: skipEnabledCheck,
  },
  returns: {
    list_name: { type: 'string', doc: 'The list.' },
    comment: { type: 'string', doc: 'The comment.' },
    ips_added: { list: { type: 'string' }, doc: 'The addresses that are on the list now.' },
    ips_failed: failedField,
    ip_blocks_removed: { type: 'integer', doc: 'The number of blocks of addresses that were lifted.' },
    iptable_bans_removed: { type: 'integer', doc: 'The number of blocks that the firewall lifted.' },
    ...requesterFields,
  },
  examples: [
    {
      args: { list_name: 'white', ip: ['192.0.2.10', '2001:db8:1::/48'], comment: 'The office' },
      doc: 'Always allow logins from the office.',
    },
    { args: { list_name: 'black', ip: ['198.51.100.1-198.51.100.9'] }, doc: 'Always block nine addresses.' },
  ],

  look: (_args, context) => firewallBlocks(context),

  async handler({ list_name, ip, comment, skip_enabled_check }, context, blocks) {
    const { db, origin, warn } = context;
    await assertEnabled(db, skip_enabled_check);
    const { ranges, failed } = readRanges(ip);
    const added = [...ranges.values()];
    const ended = { removed: 0, lifted: 0 };
    if (list_name === 'white') {
      Object.assign(
        ended,
        await changeWithFirewall(context, { kind: 'allow', ranges: added, comment }, blocks),
      );
    } else {
      await lists.add(db, 'black', added, comment);
    }
    const requester = await requesterOf(context);
    const isBlack = origin !== undefined && (await lists.includes(db, 'black', keyOf(origin.address)));
    if (isBlack && requester.requester_ip_is_whitelisted === 0) {
      warn(`Your own address, ${requester.requester_ip}, is now on the block list: you cannot log in again.`);
    }
    return {
      list_name,
      comment,
      ips_added: [...ranges.keys()],
      ips_failed: failed,
      ip_blocks_removed: ended.removed,
      iptable_bans_removed: ended.lifted,
      ...requester,
    };
  },
});
