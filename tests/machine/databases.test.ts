// MariaDB and PostgreSQL on a fresh Debian: roles, services, and the databases of accounts.
import { copyFileSync } from 'node:fs';
import { builtPackage } from './built-package.ts';
import { machineRoot } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';

interface Envelope {
  readonly metadata: { readonly result: number; readonly reason: string };
  readonly data?: Readonly<Record<string, unknown>>;
}

const DEB = '/var/tmp/whmapi1.deb';
const ROLES = ['code=DATABASENODE', 'optional={"Postgres":1,"WebServer":1,"DNS":1}'];

describeOnMachine('databases', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(machineRoot());
    copyFileSync(builtPackage(), machine.path(DEB));
    machine.install(DEB);
    const { status, stdout } = activate();
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.any(String) as string });
  });
  afterAll(() => machine.stop());

  const activate = () =>
    machine.run('whmapi1', ['--wait', 'start_profile_activation', ...ROLES], { timeoutMs: 900_000 });
  function call(name: string, ...words: string[]): Envelope {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return JSON.parse(stdout) as Envelope;
  }
  /** The findings of a check that --doctor would fix. */
  function toFix(check: string): { message: string; command?: string }[] {
    const { stdout } = machine.run('whmapi1', ['--doctor', '--output=json']);
    const { findings } = JSON.parse(stdout) as {
      findings: { check: string; severity: string; message: string; command?: string }[];
    };
    return findings.filter((one) => one.check === check && !['ok', 'note'].includes(one.severity));
  }

  describe('the roles', () => {
    it('run both servers, with our settings, and root needs no password', () => {
      expect(machine.sh('systemctl is-active mariadb postgresql@17-main')).toBe('active\nactive\n');
      expect(
        machine.sh('mariadb --batch --skip-column-names --execute "SELECT @@local_infile, @@bind_address"'),
      ).toBe('0\t127.0.0.1\n');
      expect(
        machine.sh('psql --dbname=postgres -Atc "SELECT rolsuper FROM pg_roles WHERE rolname = \'root\'"'),
      ).toBe('t\n');
      expect(toFix('roles')).toEqual([]);
    });

    it('are not changed by another activation', () => {
      const pid = () => machine.sh('systemctl show -P MainPID mariadb');
      const before = pid();
      const { status, stdout } = activate();
      expect([status, pid()]).toEqual([0, before]);
      expect(
        machine.run('whmapi1', ['--tasks', /log_id:? *'?(\d+)/.exec(stdout)?.[1] ?? '']).stdout,
      ).toContain('Nothing on this server had to be changed.');
    });

    it('are missed by --doctor, which has the command for it', () => {
      machine.sh('rm /etc/mysql/mariadb.conf.d/60-whmapi1.cnf; runuser -u postgres -- dropuser root');
      const found = toFix('roles');
      expect(found.map(({ message }) => message)).toEqual([
        'The role MySQL: “/etc/mysql/mariadb.conf.d/60-whmapi1.cnf” is missing.',
        'The role Postgres: PostgreSQL has no administrator “root”.',
      ]);
      machine.sh(found[0]?.command ?? 'false');
      expect(toFix('roles')).toEqual([]);
    });

    it('have services with WHM’s names', () => {
      for (const service of ['mysql', 'postgresql']) {
        expect(call('restartservice', `service=${service}`).metadata).toMatchObject({ result: 1 });
        expect(call('servicestatus', `service=${service}`).data).toMatchObject({
          service: [{ name: service, installed: 1, enabled: 1, running: 1 }],
        });
      }
    });
  });
});
