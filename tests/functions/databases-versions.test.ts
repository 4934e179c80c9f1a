// The versions of MariaDB, by the real apt and dpkg with directories of their own.
import { AptRoot, file, stanza } from '../support/apt-root.ts';
import { Installation } from '../support/installation.ts';
import { describeWith } from '../support/require-tool.ts';

let here: Installation;
let apt: AptRoot | undefined;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  apt?.remove();
  here.remove();
});

/** A machine with these packages, and the role MySQL. */
async function has({ installed = '', offered = '' }): Promise<void> {
  apt?.remove();
  apt = new AptRoot(
    installed === '' ? '' : stanza('mariadb-server', installed, 'Status: install ok installed'),
    offered === '' ? '' : stanza('mariadb-server', offered, ...file),
  );
  here.overrides = { machine: apt.on(here.engine.machine) };
  await here.engine.store.transaction('changes', async (db) => {
    await db.run(
      "INSERT INTO active_profile (server, code, roles, activated_at) VALUES (?, 'DATABASENODE', '[\"MySQL\"]', 0) " +
        'ON CONFLICT DO NOTHING',
      db.server,
    );
    return { value: undefined, keep: true };
  });
}
const OLDER = '1:11.8.3-0+deb13u1';
const NEWER = '1:12.0.2-1';
const data = async (name: string) => (await here.call(name)).data;
const reasonOf = async (name: string, args = {}) => (await here.call(name, args)).metadata.reason;

describeWith(['apt-get'], 'current_mysql_version', () => {
  it('is that of the package, if no server runs', async () => {
    await has({});
    expect(await reasonOf('current_mysql_version')).toBe(
      'Neither MariaDB nor MySQL is installed on this server.',
    );
    await has({ installed: OLDER });
    expect(await data('current_mysql_version')).toEqual({ server: 'mariadb', version: '11.8' });
  });
});

describeWith(['apt-get'], 'installable_mysql_versions and latest_available_mysql_version', () => {
  it('have the installed version, and what apt would install', async () => {
    await has({});
    expect(await reasonOf('latest_available_mysql_version')).toBe(
      'apt offers neither MariaDB nor MySQL on this server.',
    );
    await has({ offered: NEWER });
    const [older, newer] = ['11.8', '12.0'].map((version) => ({ server: 'mariadb', version }));
    expect(await data('installable_mysql_versions')).toEqual({ versions: [newer] });
    await has({ installed: OLDER, offered: NEWER });
    expect(await data('installable_mysql_versions')).toEqual({ versions: [older, newer] });
    expect(await data('latest_available_mysql_version')).toEqual(newer);
  });
});

describeWith(['apt-get'], 'start_background_mysql_upgrade and background_mysql_upgrade_status', () => {
  const start = (version: string) => here.call('start_background_mysql_upgrade', { version });

  it('start one task, which has WHM’s ID', async () => {
    await has({ installed: OLDER, offered: NEWER });
    const { data: started } = await start('12.0');
    expect(started?.upgrade_id).toMatch(/^mysql_upgrade\.\d{8}-\d{6}$/);
    expect((await start('12.0')).metadata).toMatchObject({
      error_code: 'busy',
      reason: 'Another upgrade of the database server has not ended. Wait for it.',
    });
    const args = { upgrade_id: started?.upgrade_id as string };
    expect((await here.call('background_mysql_upgrade_status', args)).data).toEqual({
      state: 'in progress',
      error: 0,
      error_log: '',
      log: '',
    });
  });

  it('reject versions that apt does not offer, and upgrades that do not exist', async () => {
    await has({});
    expect((await start('12.0')).metadata.error_code).toBe('not_found');
    await has({ installed: OLDER, offered: NEWER });
    expect((await start('10.11')).metadata.reason).toBe(
      'apt does not offer the version “10.11”. The parameter “version” should be one of: 11.8, 12.0.',
    );
    expect((await start('12')).metadata.error_code).toBe('bad_param');
    expect(await reasonOf('background_mysql_upgrade_status', { upgrade_id: 'mysql_upgrade.1' })).toBe(
      'There is no upgrade “mysql_upgrade.1” on this server, or it was forgotten.',
    );
  });
});
