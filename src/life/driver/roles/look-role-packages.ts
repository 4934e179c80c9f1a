// The packages that the drivers of roles install.
import { roleDrivers } from './drivers.ts';

/** By role. */
export const packagesOfRoles: ReadonlyMap<string, readonly string[]> = new Map(
  roleDrivers.map(({ role, packages }) => [role, packages]),
);
