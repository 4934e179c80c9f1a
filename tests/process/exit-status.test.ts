// WHMAPI1_EXIT_STATUS=whm: exit 0 whenever a response was printed, as scripts written for cPanel & WHM expect.
import { writeFileSync } from 'node:fs';
import { call, freshFolder, run } from '../support/command.ts';
import { PrivateMount } from './private-mount.ts';

const folder = freshFolder();
const failing = ['removeacct', 'user=nobodyhere'];

describe('from the environment', () => {
  test('a failed call exits 0 and still prints why', async () => {
    const env = { WHMAPI1_EXIT_STATUS: 'whm' };
    const { status, stderr, metadata } = await call(failing, { state: folder.state, env });
    expect({ status, stderr, result: metadata.result }).toEqual({ status: 0, stderr: '', result: 0 });
    expect(metadata.error_code).toBe('not_found');
  });

  test('without it, and with “result”, a failed call exits 1', async () => {
    for (const env of [{}, { WHMAPI1_EXIT_STATUS: '' }, { WHMAPI1_EXIT_STATUS: 'result' }]) {
      const { status, stderr } = await run(failing, { state: folder.state, env });
      expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    }
  });

  test('another value is reported on standard error, and the status stays 1', async () => {
    const env = { WHMAPI1_EXIT_STATUS: 'zero' };
    const { status, stderr } = await run(failing, { state: folder.state, env });
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /^whmapi1: WHMAPI1_EXIT_STATUS in the environment is not valid.*use whm .* or result /,
    );
    expect(await run(['version'], { state: folder.state, env })).toMatchObject({ status: 0, stderr: '' });
  });

  test('a command line that cannot be read stays 2, and a store that cannot be used 3', async () => {
    const env = { WHMAPI1_EXIT_STATUS: 'whm' };
    expect((await run(['--no-such-option', 'version'], { state: folder.state, env })).status).toBe(2);
    expect((await run(['listaccts'], { env })).status).toBe(3);
  });

  test('a search or a help text that finds nothing is not a response', async () => {
    const env = { WHMAPI1_EXIT_STATUS: 'whm' };
    expect((await run(['--search', 'zzzzqqqq'], { state: folder.state, env })).status).toBe(1);
    expect((await run(['--help', 'zzzzqqqq'], { state: folder.state, env })).status).toBe(1);
  });
});

describe('for the whole server, in /etc/default/whmapi1', () => {
  let etc: PrivateMount;
  beforeAll(async () => {
    etc = await PrivateMount.at('/etc/default', '1m');
  });
  afterAll(() => etc.close());

  const failingWith = (settings: string, env = {}) => {
    writeFileSync(etc.path('whmapi1'), settings);
    return run(failing, { state: folder.state, env, through: etc.through });
  };

  test('a line WHMAPI1_EXIT_STATUS=whm is used, and the environment takes precedence', async () => {
    const settings = '# Settings of whmapi1.\nWHMAPI1_PORT=2087\nWHMAPI1_EXIT_STATUS=whm\n';
    expect(await failingWith(settings)).toMatchObject({ status: 0, stderr: '' });
    expect(await failingWith(settings, { WHMAPI1_EXIT_STATUS: 'result' })).toMatchObject({ status: 1 });
    expect(await failingWith('WHMAPI1_EXIT_STATUS=result\n')).toMatchObject({ status: 1, stderr: '' });
  });

  test('another value there is reported with the file’s name', async () => {
    const { status, stderr } = await failingWith('WHMAPI1_EXIT_STATUS=0\n');
    expect(status).toBe(1);
    expect(stderr).toContain('WHMAPI1_EXIT_STATUS in /etc/default/whmapi1 is not valid');
  });
});
