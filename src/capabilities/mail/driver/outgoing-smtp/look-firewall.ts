// Whether this server can keep programs from connecting to mail servers elsewhere.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { whyNoRules } from '../../../../ground/driver/firewall/rules.ts';
import { restriction } from './restriction.ts';

type Port = Pick<Machine, 'tools' | 'services' | 'system'>;

async function whyNotRestrictable(machine: Port): Promise<string | undefined> {
  const why = await whyNoRules(machine, await restriction(machine));
  return why === undefined ? undefined : `“smtpmailgidonly” cannot be 1. ${why}`;
}

/** @throws MachineError `failed` with what is missing. */
export async function assertRestrictable(machine: Port): Promise<void> {
  const why = await whyNotRestrictable(machine);
  if (why !== undefined) throw new MachineError('failed', why);
}

/** The value of the tweak setting that this server cannot have, if so, and why. */
export async function unrestrictable(
  machine: Port,
): Promise<readonly { readonly key: string; readonly value: string; readonly why: string }[]> {
  const why = await whyNotRestrictable(machine);
  return why === undefined ? [] : [{ key: 'smtpmailgidonly', value: '1', why }];
}
