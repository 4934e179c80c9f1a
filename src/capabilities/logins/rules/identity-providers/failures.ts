// Which identity providers cannot be used now.
import type { MachineIdentityProviders } from '../../../../core/machine-identity-providers.ts';
import { MachineError } from '../../../../core/machine-error.ts';

/** Tries all of them at once. @returns why each issuer that cannot be used fails. */
export async function findFailures(
  port: MachineIdentityProviders,
  issuers: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  const check = async (issuer: string) => {
    try {
      await port.assertUsable(issuer);
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      failures.set(issuer, error.message);
    }
  };
  await Promise.all([...new Set(issuers)].map(check));
  return failures;
}
