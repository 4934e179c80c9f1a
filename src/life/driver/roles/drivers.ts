// The drivers of all roles that this program provides.
import { capabilities } from '../../../capabilities/capabilities.ts';

export const roleDrivers = capabilities.flatMap(({ roles = [] }) => roles);
