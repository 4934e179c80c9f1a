// How the services are now, as systemd says.
import type { Machine } from '../../core/machine.ts';
import { MachineError } from '../../core/machine-error.ts';
import { services, type Service } from './catalogue.ts';

export { serviceNames } from './catalogue.ts';

export interface FoundService extends Service {
  /** The unit that stands for it; undefined if none is installed. */
  readonly unit: string | undefined;
  readonly isEnabled: boolean;
  /** True if an administrator has masked the unit, so that systemd never starts it. */
  readonly isMasked: boolean;
  /** As systemd says it: `active`, `inactive`, `failed`, …; `inactive` if it is not installed. */
  readonly state: string;
  readonly isRunning: boolean;
}

/** All of them, in one question. */
export async function lookAtServices(machine: Pick<Machine, 'services'>): Promise<FoundService[]> {
  const port = await machine.services();
  const states = await port.states([...new Set(services.flatMap(({ units }) => units))]);
  return services.map((service) => {
    const installed = service.units.filter((one) => states.get(one)?.isInstalled === true);
    // A unit can be masked because another daemon does its work.
    const unit = installed.find((one) => states.get(one)?.isMasked !== true) ?? installed[0];
    const found = unit === undefined ? undefined : states.get(unit);
    const state = found?.state ?? 'inactive';
    return {
      ...service,
      unit,
      isEnabled: found?.isEnabled ?? false,
      isMasked: found?.isMasked ?? false,
      state,
      isRunning: /^(?:active|reloading|refreshing)$/.test(state),
    };
  });
}

/** One of them. @throws MachineError `not_found` if this server does not have it. */
export async function lookAtService(
  machine: Pick<Machine, 'services'>,
  name: string,
): Promise<FoundService & { readonly unit: string }> {
  const found = (await lookAtServices(machine)).find((service) => service.name === name);
  const unit = found?.unit;
  if (found !== undefined && unit !== undefined) return { ...found, unit };
  throw new MachineError('not_found', `The service “${name}” is not installed on this server.`);
}

/** For a call that would start the service. @throws MachineError `failed` if its unit is masked. */
export function assertNotMasked({ name, unit, isMasked }: FoundService): void {
  if (!isMasked) return;
  throw new MachineError(
    'failed',
    `The service “${name}” cannot be started, because its unit “${unit ?? ''}” is masked. To allow it, run ` +
      `“systemctl unmask ${unit ?? ''}”, and then retry the call.`,
  );
}
