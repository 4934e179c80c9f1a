import type { NewMachineAddress } from '../../../../core/machine-addresses.ts';
import { defineStep } from '../../../../core/plan.ts';
import { firstOf } from '../names.ts';

export default defineStep<{ readonly addresses: readonly NewMachineAddress[] }, { readonly kept: string[] }>({
  kind: 'addresses/add',
  describe: ({ addresses }) =>
    `Add to the network interfaces: ${firstOf(addresses.map((one) => `${one.address}/${one.prefixLength} on ${one.interface}`))}.`,
  /** Addresses that this program had added before. Undoing the step keeps them. */
  async prepare(machine, { addresses }) {
    const wanted = new Set(addresses.map(({ address }) => address));
    const found = await (await machine.addresses()).list();
    return {
      kept: found.filter((one) => one.isAdded && wanted.has(one.address)).map(({ address }) => address),
    };
  },
  apply: async (machine, { input: { addresses } }) => (await machine.addresses()).add(addresses),
  async undo(machine, { input: { addresses }, memento: { kept } }) {
    const fresh = addresses.map(({ address }) => address).filter((address) => !kept.includes(address));
    await (await machine.addresses()).remove(fresh);
  },
});
