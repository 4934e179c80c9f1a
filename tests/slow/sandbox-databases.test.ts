// --sandbox-services: real database servers for a sandbox.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { freshFolder, run } from '../support/command.ts';
import { describeWith } from '../support/require-tool.ts';
import { SandboxServices } from '../support/sandbox-services.ts';

const folder = freshFolder();
const isRoot = process.geteuid?.() === 0;

/** The command of a server’s line, run by a shell. */
const ask = (line: string | undefined, words: string) => {
  const { stdout, stderr } = spawnSync('sh', ['-c', `${line?.replace(/^\w+: /, '')} ${words}`], {
    encoding: 'utf8',
  });
  return stdout + stderr;
};
const announced = (state: string, unit: string) =>
  JSON.parse(readFileSync(join(state, 'sandbox-services', `${unit}.json`), 'utf8')) as {
    socket: string;
    process: string;
  };

describeWith(['named', 'mariadbd', 'mariadb', 'postgres'], 'the databases of --sandbox-services', () => {
  let services: SandboxServices | undefined;
  afterEach(async () => {
    await services?.end();
    services = undefined;
  });
  const databases = () => services?.lines[1];

  it('are in a MariaDB without network, which keeps them until the next start', async () => {
    services = await SandboxServices.start({ state: folder.state });
    expect(databases()).toBe(
      `MariaDB: mariadb --user=root --socket=${folder.state}/sandbox-services/mariadb.sock`,
    );
    if (isRoot) expect(services.lines[2]).toBe('PostgreSQL is only recorded, because it never runs as root.');
    expect(ask(databases(), '-Ne "CREATE DATABASE kept; SELECT @@skip_networking, @@local_infile"')).toBe(
      '1\t0\n',
    );
    expect(statSync(join(folder.state, 'sandbox-services')).mode & 0o777).toBe(0o700);
    const again = await run(['--sandbox-services'], { state: folder.state });
    expect(again).toMatchObject({ status: 1, stderr: expect.stringContaining('already') as string });
    expect(ask(databases(), '-Ne "SELECT 1"')).toBe('1\n');
    const [pid = ''] = announced(folder.state, 'mariadb.service').process.split(' ');
    expect(await services.end()).toMatchObject({ status: 0, stderr: '' });
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    services = await SandboxServices.start({ state: folder.state });
    expect(ask(databases(), '-Ne "SHOW DATABASES LIKE \'kept\'"')).toBe('kept\n');
  });

  it('end with a message if MariaDB ends', async () => {
    services = await SandboxServices.start({ state: folder.state });
    const [pid = ''] = announced(folder.state, 'mariadb.service').process.split(' ');
    process.kill(Number(pid), 'SIGKILL');
    const { status, stderr } = await services.ended();
    expect([status, stderr]).toEqual([1, expect.stringContaining('whmapi1: MariaDB has ended.')]);
  });

  it('have a socket elsewhere if the state directory has a long path', async () => {
    const state = join(folder.state, 'a'.repeat(120));
    services = await SandboxServices.start({ state });
    const { socket } = announced(state, 'mariadb.service');
    expect(Buffer.byteLength(socket)).toBeLessThan(108);
    expect(statSync(join(socket, '..')).mode & 0o777).toBe(0o700);
    expect(ask(databases(), '-Ne "SELECT 1"')).toBe('1\n');
    await services.end();
    expect(existsSync(join(socket, '..'))).toBe(false);
  });
});
