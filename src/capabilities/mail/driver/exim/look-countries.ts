// Whether this server knows the addresses of countries.
import type { FreeContext } from '../../../../core/context.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import { whyNoCountries } from './country-networks.ts';

/** @throws MachineError `failed` with what to install. */
export async function assertCountriesKnown({ machine }: Pick<FreeContext, 'machine'>): Promise<void> {
  const why = await whyNoCountries(machine);
  if (why !== undefined) throw new MachineError('failed', why);
}
