import type { NewMachineAddress } from '../../../../core/machine-addresses.ts';
import { defineStep } from '../../../../core/plan.ts';
import { firstOf } from '../names.ts';

export default defineStep<
  { readonly addresses: readonly string[] },
  { readonly before: NewMachineAddress[] }
>({
  kind: 'addresses/remove',
  describe: ({ addresses }) => `Remove from the network interfaces: ${firstOf(addresses)}.`,
  async prepare(machine, { addresses }) {
    const found = await (await machine.addresses()).list();
    return {
      before: found
        .filter(({ address, isAdded }) => isAdded && addresses.includes(address))
        .map(({ address, prefixLength, interface: name }) => ({ address, prefixLength, interface: name })),
    };
  },
  apply: async (machine, { input: { addresses } }) => (await machine.addresses()).remove(addresses),
  undo: async (machine, { memento: { before } }) => (await machine.addresses()).add(before),
});
