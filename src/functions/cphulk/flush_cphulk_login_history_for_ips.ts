import { changeWithFirewall } from '../../capabilities/logins/plans/lift-firewall-blocks.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { firewallBlocks } from '../../capabilities/logins/rules/brute-force/firewall.ts';
import { addressParam, readRanges } from '../../capabilities/logins/rules/brute-force/records.ts';

export default defineFunction({
  name: 'flush_cphulk_login_history_for_ips',
  since: 50,
  summary: 'Remove the blocks and failed logins of addresses.',
  description:
    'The addresses can log in again at once. For an IPv6 address, the block of its /64 is lifted. Locks of users ' +
    'are kept, even if one of these addresses triggered them.',
  destructive:
    'The failed logins and blocks of the addresses are deleted, and the addresses can log in again at once. This ' +
    'cannot be undone.',
  access: 'root',
  effect: 'operates',
  params: { ip: addressParam },
  returns: {
    records_removed: { type: 'integer', doc: 'The number of failed logins and blocks that were deleted.' },
    iptable_bans_removed: { type: 'integer', doc: 'The number of blocks that the firewall lifted.' },
  },
  examples: [{ args: { ip: ['192.0.2.10'] }, doc: 'Allow a customer who forgot the password to try again.' }],

  look: (_args, context) => firewallBlocks(context),

  async handler({ ip }, context, blocks) {
    const { ranges, failed } = readRanges(ip);
    const problems = Object.values(failed);
    if (problems.length > 0) throw badParam(`${problems.slice(0, 10).join('. ')}.`);
    const { removed, lifted } = await changeWithFirewall(
      context,
      { kind: 'forget', ranges: [...ranges.values()] },
      blocks,
    );
    return { records_removed: removed, iptable_bans_removed: lifted };
  },
});
