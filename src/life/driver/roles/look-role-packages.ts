// The drivers of all roles that this program provides, and the packages that they install.
import { capabilities } from '../../../capabilities/capabilities.ts';

export const roleDrivers = capabilities.flatMap(({ roles = [] }) => roles);

/** By role. */
export const packagesOfRoles: ReadonlyMap<string, readonly string[]> = new Map(
  roleDrivers.map(({ role, packages }) => [role, packages]),
);
