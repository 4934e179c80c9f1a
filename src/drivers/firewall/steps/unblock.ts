import type { FirewallBlock } from '../../../core/machine.ts';
import { defineStep } from '../../../core/plan.ts';

export default defineStep<FirewallBlock>({
  kind: 'firewall/unblock',
  describe: ({ address }) => `Have the firewall let ${address} in again.`,
  apply: async (machine, { input: { address } }) => (await machine.firewall()).unblock(address),
  undo: async (machine, { input: { address, until } }) => (await machine.firewall()).block(address, until),
});
