// What a function reads of the name server before its transaction begins.
import type { DriverMachine } from '../step.ts';
import type { FoundZone } from './contract.ts';
import { zones } from './zones.ts';

/** The zone as its file is now; undefined if there is none. */
export function lookAtZone(machine: DriverMachine, name: string): Promise<FoundZone | undefined> {
  return zones.read(machine, name);
}

/** By name. Zones that are not there are left out. */
export async function lookAtZones(
  machine: DriverMachine,
  names: readonly string[],
): Promise<Map<string, FoundZone>> {
  const found = new Map<string, FoundZone>();
  for (const name of new Set(names)) {
    const zone = await zones.read(machine, name);
    if (zone !== undefined) found.set(name, zone);
  }
  return found;
}

/** The names of all zones, sorted. */
export function lookForZones(machine: DriverMachine): Promise<string[]> {
  return zones.list(machine);
}
