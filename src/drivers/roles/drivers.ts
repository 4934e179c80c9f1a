// The drivers of all roles that this program provides.
import { dns } from './dns.ts';
import type { RoleDriver } from './role-driver.ts';

export const roleDrivers: readonly RoleDriver[] = [dns];
