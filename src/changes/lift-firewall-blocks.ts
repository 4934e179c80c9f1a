// The firewall lets addresses in again, and what kept them out is changed with it.
import { defineOperation } from '../core/operation.ts';
import { apply, type LiftFirewallBlocks } from '../model/brute-force/changes.ts';

export default defineOperation<LiftFirewallBlocks>({
  claims: () => ['firewall'],
  steps: ({ blocks }) =>
    blocks.map(({ address, until }) => ({
      says: `Have the firewall let ${address} in again.`,
      run: async (machine) => (await machine.firewall()).unblock(address),
      undo: async (machine) => (await machine.firewall()).block(address, until),
    })),
  async finish(db, { change }, { now }) {
    await apply(db, change, now());
  },
});
