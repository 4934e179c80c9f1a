import type { FirewallBlock } from '../../../../../core/machine.ts';
import { defineStep } from '../../../../../core/plan.ts';

export default defineStep<FirewallBlock>({
  kind: 'firewall/unblock',
  describe: ({ address }) => `Unblock ${address} in the firewall.`,
  apply: async (machine, { input: { address } }) => (await machine.firewall()).unblock(address),
  undo: async (machine, { input: { address, until } }) => (await machine.firewall()).block(address, until),
});
