// Adds IP addresses to the server or removes some. The machine stores them. Which accounts use them is checked again.
import type { NewMachineAddress } from '../../../core/machine-addresses.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import add from '../driver/steps/add.ts';
import remove from '../driver/steps/remove.ts';
import { removePublicAddress } from '../rules/nat.ts';
import { assertUnused } from '../rules/server-addresses.ts';
import { withdraw } from '../../accounts/rules/resellers/addresses.ts';

interface ChangeAddresses {
  readonly removed: readonly string[];
}

const change = defineChange<ChangeAddresses>({
  kind: 'change-addresses',
  async store(db, { removed }) {
    // The accounts of a reseller may share an address by now. It is then added again.
    for (const address of removed) await assertUnused(db, address);
    // The server could get the address again later, for another purpose.
    for (const address of removed) {
      await removePublicAddress(db, address);
      await withdraw(db, address);
    }
  },
});
export default change;

/** Changes of the interfaces run one at a time. */
const interfaces = exclusive('IP addresses');

export function addAddresses(addresses: readonly NewMachineAddress[]): Plan {
  return change.plan({ removed: [] }, { locks: [interfaces], steps: [add.plan({ addresses })] });
}

export function removeAddresses(addresses: readonly string[]): Plan {
  return change.plan(
    { removed: addresses },
    {
      // Until the change is done, no account can be assigned one of them.
      locks: [interfaces, ...addresses.map((address) => exclusive(`address ${address}`))],
      steps: [remove.plan({ addresses })],
    },
  );
}
