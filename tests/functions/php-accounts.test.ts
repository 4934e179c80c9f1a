// What happens to the PHP-FPM pools of an account when it is created, changed, suspended and removed, in a sandbox.
import type { Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { installPhp, poolFile, poolNames } from '../support/php.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  installPhp(here, '8.3', '8.4');
  await succeed('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

async function succeed(command: string, args: Readonly<Record<string, Json>> = {}): Promise<void> {
  const { metadata } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
}
const valueOf = (text: string | undefined, name: string) =>
  (text ?? '')
    .split('\n')
    .find((line) => line.startsWith(`${name} = `))
    ?.slice(name.length + 3);

describe('the pools of an account', () => {
  it('run as its user, and are open to the web server alone', () => {
    const text = poolFile(here, '8.4', 'bob');
    expect(poolNames(text)).toEqual(['bob.example']);
    const values = ['user', 'group', 'listen.owner', 'listen.group', 'listen.mode', 'pm'].map((name) =>
      valueOf(text, name),
    );
    expect(values).toEqual(['bob', 'bob', 'www-data', 'www-data', '0660', 'ondemand']);
    expect(valueOf(text, 'php_admin_value[open_basedir]')).toBe('/home/bob/:/usr/share/php/');
    expect(valueOf(text, 'php_value[session.save_path]')).toBe('/home/bob/tmp');
  });

  it('disappear with a suspension, and come back', async () => {
    const before = poolFile(here, '8.4', 'bob');
    await succeed('suspendacct', { user: 'bob' });
    expect(poolFile(here, '8.4', 'bob')).toBeUndefined();
    await succeed('unsuspendacct', { user: 'bob' });
    expect(poolFile(here, '8.4', 'bob')).toBe(before);
  });

  it('stay away from a suspended account when its PHP changes', async () => {
    await succeed('suspendacct', { user: 'bob' });
    await succeed('php_set_vhost_versions', { vhost: 'bob.example', version: 'ea-php83', php_fpm: '1' });
    expect(poolFile(here, '8.3', 'bob')).toBeUndefined();
    await succeed('unsuspendacct', { user: 'bob' });
    expect(poolNames(poolFile(here, '8.3', 'bob'))).toEqual(['bob.example']);
  });

  it('follow a new username, in files of that name', async () => {
    await succeed('php_set_vhost_versions', { vhost: 'bob.example', version: 'ea-php83' });
    await succeed('modifyacct', { user: 'bob', newuser: 'rob' });
    expect(poolFile(here, '8.3', 'bob')).toBeUndefined();
    const text = poolFile(here, '8.3', 'rob');
    expect(valueOf(text, 'user')).toBe('rob');
    expect(valueOf(text, 'php_value[session.save_path]')).toBe('/home/rob/tmp');
  });

  it('are removed before the user is renamed, because PHP-FPM does not start with an unknown user', async () => {
    const { metadata } = await here.call('modifyacct', { user: 'bob', newuser: 'rob' }, { dryRun: true });
    const text = JSON.stringify(metadata.output);
    const positions = ['Remove the pools of “bob”', 'Rename', 'Set the pools of “rob” in PHP-FPM 8.4'].map(
      (part) => text.indexOf(part),
    );
    expect(positions).not.toContain(-1);
    expect(positions).toEqual([...positions].sort((a, b) => a - b));
  });

  it('follow a new domain, with its settings', async () => {
    const parameters = '{"pm_max_children":9}';
    await succeed('php_set_vhost_versions', {
      vhost: 'bob.example',
      version: 'ea-php83',
      php_fpm_pool_parms: parameters,
    });
    await succeed('modifyacct', { user: 'bob', domain: 'bob.test' });
    const text = poolFile(here, '8.3', 'bob');
    expect(poolNames(text)).toEqual(['bob.test']);
    expect(valueOf(text, 'pm.max_children')).toBe('9');
    const { data } = await here.call('php_get_vhost_versions');
    expect(data).toMatchObject({ versions: [{ vhost: 'bob.test', version: 'ea-php83' }] });
  });

  it('are removed with it, and a later account of the same domain starts anew', async () => {
    await succeed('php_set_vhost_versions', { vhost: 'bob.example', version: 'ea-php83' });
    await succeed('removeacct', { username: 'bob' });
    expect(poolFile(here, '8.3', 'bob')).toBeUndefined();
    await succeed('createacct', { username: 'bert', domain: 'bob.example' });
    expect(poolNames(poolFile(here, '8.4', 'bert'))).toEqual(['bob.example']);
  });

  it('do not exist on a server without PHP', async () => {
    const bare = new Installation();
    try {
      const { metadata } = await bare.call('createacct', { username: 'bob', domain: 'bob.example' });
      expect(metadata.result).toBe(1);
    } finally {
      bare.remove();
    }
  });
});
