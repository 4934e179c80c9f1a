// The role Postgres: PostgreSQL, with an administrator “root”. Debian’s pg_hba.conf lets each user of the machine log in
// through the socket as the role of the same name, without a password.
import type { DeclaredTool, MachineTools } from '../../../../core/machine-daemons.ts';
import type { RoleDriver } from '../../../../ground/driver/role.ts';

const tools: readonly DeclaredTool[] = [{ name: 'runuser' }];
/** The user of the machine who may do everything in PostgreSQL. */
const OWNER = 'postgres';
const EXISTS = "SELECT count(*) FROM pg_roles WHERE rolname = 'root'";
const HAS_RIGHTS = `${EXISTS} AND rolsuper AND rolcanlogin`;

export const role: RoleDriver = {
  role: 'Postgres',
  packages: ['postgresql'],
  units: ['postgresql'],

  async configure({ machine, log, changed }) {
    if (machine.system.isSandbox) return;
    const found = await machine.tools(tools);
    if (await isThere(found, HAS_RIGHTS)) return log('PostgreSQL already has the administrator “root”.');
    const verb = (await isThere(found, EXISTS)) ? 'ALTER' : 'CREATE';
    await ask(found, `${verb} ROLE root SUPERUSER LOGIN`);
    changed('Created the administrator “root” of PostgreSQL, who logs in through the socket.');
  },

  async examine(machine) {
    const found = await machine.tools(tools);
    if (await isThere(found, HAS_RIGHTS)) return [];
    return ['PostgreSQL has no administrator “root”.'];
  },
};

async function isThere(found: MachineTools, sql: string): Promise<boolean> {
  return (await ask(found, sql)).trim() === '1';
}

async function ask(found: MachineTools, sql: string): Promise<string> {
  const psql = [
    'psql',
    '--no-psqlrc',
    '--tuples-only',
    '--no-align',
    '--set=ON_ERROR_STOP=1',
    '--dbname=postgres',
  ];
  const { stdout } = await found.run('runuser', [`--user=${OWNER}`, '--', ...psql], { input: `${sql};\n` });
  return stdout;
}
