// Whether this server knows the addresses of countries.
import type { FreeContext } from '../../../core/context.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { knownCountries, whyNoCountries } from './networks.ts';

/** @throws MachineError `failed` with what to install. */
export async function assertCountriesKnown({ machine }: Pick<FreeContext, 'machine'>): Promise<void> {
  const why = await whyNoCountries(machine);
  if (why !== undefined) throw new MachineError('failed', why);
}

/** The codes of the countries whose addresses this server knows, or what to install. */
export async function countriesKnown({
  machine,
}: Pick<FreeContext, 'machine'>): Promise<{ readonly codes: readonly string[]; readonly why?: string }> {
  const why = await whyNoCountries(machine);
  return why === undefined ? { codes: await knownCountries(machine) } : { codes: [], why };
}
