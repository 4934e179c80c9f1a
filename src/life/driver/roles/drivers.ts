// The drivers of all roles that this program provides, and the packages that they install.
import { role as mysql } from '../../../capabilities/databases/driver/mysql/role.ts';
import { role as postgres } from '../../../capabilities/databases/driver/postgresql/role.ts';
import { role as dns } from '../../../capabilities/dns/driver/role.ts';
import { role as webServer } from '../../../capabilities/web/driver/role.ts';
import type { RoleDriver } from '../../../ground/driver/role.ts';

export const roleDrivers: readonly RoleDriver[] = [dns, webServer, mysql, postgres];
