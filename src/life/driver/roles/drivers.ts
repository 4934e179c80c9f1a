// The drivers of all roles that this program provides.
import { dns } from './dns.ts';
import { mysql } from './mysql.ts';
import { postgres } from './postgres.ts';
import type { RoleDriver } from '../../../ground/driver/roles/role-driver.ts';
import { webServer } from './web-server.ts';

export const roleDrivers: readonly RoleDriver[] = [dns, webServer, mysql, postgres];
