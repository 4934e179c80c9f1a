// Lifts blocks in the firewall, together with the change that makes them obsolete.
import type { Context, Db } from '../../../core/context.ts';
import type { FirewallBlock } from '../../../core/machine.ts';
import { defineChange, exclusive } from '../../../core/plan.ts';
import unblock from '../driver/firewall/steps/unblock.ts';
import { apply, type AdministratorsChange } from '../rules/brute-force/changes.ts';
import * as configuration from '../rules/brute-force/config.ts';
import { blocksOf } from '../rules/brute-force/firewall.ts';

const change = defineChange<{ readonly change: AdministratorsChange }>({
  kind: 'lift-firewall-blocks',
  async store(db, input, { now }) {
    await apply(db, input.change, now());
  },
});
export default change;

/**
 * An administrator's change of what is blocked. `blocks` are the present blocks of the firewall. If some must be
 * lifted, the change is planned. Otherwise it is stored at once.
 */
export async function changeWithFirewall(
  { db, now, plan, warn }: Context,
  what: AdministratorsChange,
  blocks: readonly FirewallBlock[],
): Promise<{ removed: number; lifted: number }> {
  const removed = await apply(db, what, now());
  const lifted = blocksOf(blocks, what.kind === 'forget everything' ? undefined : what.ranges);
  if (lifted.length > 0) {
    const steps = lifted.map(({ address, until }) => unblock.plan({ address, until }));
    plan(change.plan({ change: what }, { locks: [exclusive('firewall')], steps }));
  }
  if (db.server !== '' && (lifted.length > 0 || (await mayBlock(db)))) warn(warningOfOthers);
  return { removed, lifted: lifted.length };
}

const warningOfOthers =
  'The blocks were lifted only in this server’s firewall. The firewall of another server keeps a block until it ' +
  'expires, or until you run flush_cphulk_login_history_for_ips on that server.';

/** True if new blocks are also set in firewalls. Earlier ones may be there. */
async function mayBlock(db: Db): Promise<boolean> {
  const config = await configuration.read(db);
  return config.block_brute_force_with_firewall || config.block_excessive_brute_force_with_firewall;
}
