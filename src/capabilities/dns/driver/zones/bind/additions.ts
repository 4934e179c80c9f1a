// Zones of new accounts. named reads all zones when it loads new ones, which takes longer the more there are. Creating an
// account does not wait for it. A task confirms later that named serves the zone.
import { MachineError } from '../../../../../core/machine-error.ts';
import { exclusive } from '../../../../../core/plan.ts';
import type { Locking } from '../../../../../ground/driver/each-account.ts';
import type { DriverPort } from '../../../../../ground/driver/file-driver.ts';
import { reloadsOf } from '../../../../../ground/driver/reloads.ts';
import type { DriverMachine } from '../../../../../ground/driver/step.ts';
import type { Confirmation } from '../contract.ts';
import { reconfiguration } from './common.ts';
import { hasNotRead, type Control } from './control.ts';
import { statementFile, zoneFile } from './places.ts';
import { checkZone } from './zone-driver.ts';

interface Confirming extends Locking {
  readonly machine: DriverMachine;
  readonly port: DriverPort;
  readonly control: Control;
}

/**
 * Has named load the zones, and waits until it has. A new zone because of which named rejects its configuration is
 * removed, so that it does not stop others.
 * @throws MachineError `failed` if named does not run, or rejects another file.
 */
export async function confirm(names: readonly string[], confirming: Confirming): Promise<Confirmation> {
  const { port, control } = confirming;
  const problems: { name: string; reason: string }[] = [];
  if (!(await control.isServed())) return { problems };
  for (;;) {
    try {
      await reconfigure(confirming);
      break;
    } catch (error) {
      const name = names.find((one) => isBlamed(one, error));
      if (name === undefined || !(await removeRejected(name, confirming))) throw error;
      problems.push({ name, reason: `It was removed. ${(error as Error).message}` });
    }
  }
  const isThere = async (name: string) => (await port.files.facts(statementFile(name))) !== undefined;
  await Promise.all(
    names.map(async (name) => {
      // Another call may have removed it meanwhile.
      if (!(await isThere(name)) || (await control.isLoadedSoon(name)) || !(await isThere(name))) return;
      problems.push({ name, reason: await reasonOf(name, port) });
    }),
  );
  return { problems };
}

/** With all changes that wait for it. */
async function reconfigure({ machine, port, control }: Confirming): Promise<void> {
  const nothing = () => Promise.resolve();
  const request = { swap: nothing, rollBack: nothing, isBlamed: () => false, isDown: hasNotRead };
  await reloadsOf(machine).request({ ...reconfiguration(port, control), ...request });
}

function isBlamed(name: string, error: unknown): boolean {
  return error instanceof MachineError && error.message.includes(`${statementFile(name)}:`);
}

/** @returns false if it is not new, or was edited by hand, so that it stays. */
async function removeRejected(name: string, confirming: Confirming): Promise<boolean> {
  const { control, port } = confirming;
  const { files } = port;
  return confirming.withLocks([exclusive(`zone ${name}`)], async () => {
    if (await control.isLoadedFrom(name, files.locate(zoneFile(name)))) return false;
    for (const path of [statementFile(name), zoneFile(name)]) {
      const origin = await files.origin(path);
      if (origin === 'absent') continue;
      if (origin !== 'ours') return false;
      await files.backUp(path);
      await files.remove(path);
    }
    return true;
  });
}

async function reasonOf(name: string, port: DriverPort): Promise<string> {
  try {
    await checkZone({ name, path: zoneFile(name), isSigned: false }, port);
    return 'BIND does not serve it. Its log says why.';
  } catch (error) {
    return (error as Error).message;
  }
}
