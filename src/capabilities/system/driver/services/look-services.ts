// How the services are now, as systemd says.
import type { ServiceState } from '../../../../core/machine-daemons.ts';
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { findVersions } from '../../../php/driver/versions.ts';
import { services, type Service } from './catalogue.ts';

export { serviceNames } from './catalogue.ts';

export interface FoundService extends Omit<Service, 'units'> {
  /** The units that stand for it: one, or for PHP-FPM one for each version. Empty if none is installed. */
  readonly units: readonly string[];
  /** True if all of them are enabled. */
  readonly isEnabled: boolean;
  /** True if an administrator has masked the units, so that systemd never starts them. */
  readonly isMasked: boolean;
  /** As systemd says it: `active`, `inactive`, `failed`, …; of several, the first that is not `active`. */
  readonly state: string;
  /** True if all of them run. */
  readonly isRunning: boolean;
}

/** All of them, in one question. */
export async function lookAtServices(machine: Machine): Promise<FoundService[]> {
  const port = await machine.services();
  const ofPhp = (await findVersions(machine)).map(({ unit }) => unit);
  const states = await port.states([...new Set([...services.flatMap(({ units }) => units), ...ofPhp])]);
  return services.map((service) => {
    const candidates = service.isPhpFpm === true ? ofPhp : service.units;
    const installed = candidates.filter((one) => states.get(one)?.isInstalled === true);
    // A unit can be masked because another daemon does its work.
    const unmasked = installed.filter((one) => states.get(one)?.isMasked !== true);
    const usable = unmasked.length > 0 ? unmasked : installed;
    const units = service.isPhpFpm === true ? usable : usable.slice(0, 1);
    return { ...service, units, ...together(units.flatMap((unit) => states.get(unit) ?? [])) };
  });
}

function together(states: readonly Omit<ServiceState, 'log'>[]) {
  const isAny = states.length > 0;
  const idle = states.find(({ state }) => state !== 'active');
  return {
    isEnabled: isAny && states.every(({ isEnabled }) => isEnabled),
    isMasked: isAny && states.every(({ isMasked }) => isMasked === true),
    state: (idle ?? states[0])?.state ?? 'inactive',
    isRunning: isAny && idle === undefined,
  };
}

/** One of them. @throws MachineError `not_found` if this server does not have it. */
export async function lookAtService(machine: Machine, name: string): Promise<FoundService> {
  const found = (await lookAtServices(machine)).find((service) => service.name === name);
  if (found !== undefined && found.units.length > 0) return found;
  throw new MachineError('not_found', `The service “${name}” is not installed on this server.`);
}

/** For a call that would start the service. @throws MachineError `failed` if its unit is masked. */
export function assertNotMasked({ name, units, isMasked }: FoundService): void {
  if (!isMasked) return;
  const [unit = ''] = units;
  throw new MachineError(
    'failed',
    `The service “${name}” cannot be started, because its unit “${unit}” is masked. To allow it, run ` +
      `“systemctl unmask ${unit}”, and then retry the call.`,
  );
}
