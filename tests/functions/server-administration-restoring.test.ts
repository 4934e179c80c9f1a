import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const inSandbox = (path: string) => join(here.state, 'root', path);
function put(path: string, text: string | Uint8Array): void {
  mkdirSync(dirname(inSandbox(path)), { recursive: true });
  writeFileSync(inSandbox(path), text);
}
const value = async (key: string, module = 'Main') =>
  ((await here.call('get_tweaksetting', { key, module })).data?.tweaksetting as { value: string }).value;
const backups = () => readdirSync(inSandbox('/var/backups/whmapi1'));

describe('restore_config_from_file', () => {
  const restore = (text: string, args = {}, options = {}) => {
    put('/root/cpanel.config', text);
    return here.call(
      'restore_config_from_file',
      { module: 'Main', path: '/root/cpanel.config', ...args },
      options,
    );
  };

  it('sets the settings of a file in WHM’s form, and saves the present ones', async () => {
    await here.call('set_tweaksetting', { key: 'chkservd_check_interval', value: '600' });
    const { metadata } = await restore(
      '#### NOTICE ####\r\nchkservd_check_interval=60\nminpwstrength = 70\nphploader=\nresetpass=0\nskipchkservd=0\n',
    );
    expect(metadata).toMatchObject({ result: 1 });
    expect(metadata.output).toEqual({
      messages: [
        'Settings that change: chkservd_check_interval, minpwstrength, resetpass.',
        'The present settings are saved in “/var/backups/whmapi1/cpanel.config-20260301T120010.000Z”.',
      ],
      warnings: ['1 of these settings is stored, but nothing on this server depends on it.'],
    });
    expect(await value('chkservd_check_interval')).toBe('60');
    expect(await value('minpwstrength')).toBe('70');
    expect(await value('resetpass')).toBe('0');
    const backup = inSandbox(`/var/backups/whmapi1/${backups()[0] ?? ''}`);
    expect(statSync(backup).mode & 0o777).toBe(0o600);
    expect(readFileSync(backup, 'utf8')).toMatch(/^chkservd_check_interval=600$/m);
  });

  it('skips settings that this server cannot have, with a warning', async () => {
    const { metadata } = await restore('skipboxtrapper=0\nchkservd_check_interval=60\n');
    expect([metadata.result, metadata.output?.warnings]).toEqual([
      1,
      ['Settings that cannot be set here were skipped: skipboxtrapper.'],
    ]);
    expect([await value('skipboxtrapper'), await value('chkservd_check_interval')]).toEqual(['1', '60']);
  });

  it('undoes an earlier restoration with its backup', async () => {
    await here.call('set_tweaksetting', { key: 'chkservd_check_interval', value: '600' });
    await restore('chkservd_check_interval=60\nresetpass=0\n');
    here.time += 1000;
    const path = `/var/backups/whmapi1/${backups()[0] ?? ''}`;
    const { metadata } = await here.call('restore_config_from_file', { module: 'Main', path });
    expect(metadata.result).toBe(1);
    expect([await value('chkservd_check_interval'), await value('resetpass')]).toEqual(['600', '1']);
    expect(backups()).toHaveLength(2);
  });

  it('reads the lines of wwwacct.conf for Basic', async () => {
    const { metadata } = await restore(
      'HOST server.example.com\nNS ns1.example.com\nTTL 300\nADDR 192.0.2.77\n',
      {
        module: 'Basic',
      },
    );
    expect(metadata.output?.warnings).toEqual(['Settings that cannot be set here were skipped: ADDR.']);
    expect([await value('NS', 'Basic'), await value('TTL', 'Basic')]).toEqual(['ns1.example.com', '300']);
    expect(backups()).toEqual(['wwwacct.conf-20260301T120010.000Z']);
  });

  it('writes nothing if nothing changes, and skips unknown keys with a warning', async () => {
    const { metadata } = await restore('\nchkservd_check_interval=300\nof_another_version=1\n(not one)=1\n');
    expect(metadata.output).toEqual({
      messages: ['The setting of the file already has this value, so nothing was written.'],
      warnings: [
        'Lines that are not settings were skipped: 4.',
        'Unknown settings were skipped: of_another_version.',
      ],
    });
    expect(() => backups()).toThrow('ENOENT');
  });

  it('changes nothing in a dry run', async () => {
    const { metadata } = await restore('chkservd_check_interval=60\n', {}, { dryRun: true });
    expect(metadata.output?.messages).toEqual([
      'Settings that change: chkservd_check_interval.',
      'The present settings are saved in “/var/backups/whmapi1/cpanel.config-20260301T120010.000Z”.',
    ]);
    expect(await value('chkservd_check_interval')).toBe('300');
    expect(() => backups()).toThrow('ENOENT');
  });

  it('changes nothing if a value is not valid, and names all of them with their lines', async () => {
    const { metadata } = await restore('skipchkservd=1\nchkservd_check_interval=soon\nresetpass=maybe\n');
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toMatch(
      /Line 2: The value of “chkservd_check_interval”.*Line 3: The value of “resetpass”/,
    );
    expect(await value('skipchkservd')).toBe('0');
  });

  it.each([
    ['something else', 'root:x:0:0:root:/root:/bin/bash\n', 'bad_param', 'has no setting of the module Main'],
    ['an empty file', '', 'bad_param', 'has no setting of the module Main'],
    ['bytes that are not text', Uint8Array.of(0xff, 0xfe, 0), 'host_failed', 'is not text'],
    ['a large file', Buffer.alloc(1_048_577, 'a'), 'host_failed', '1'],
  ])('refuses %s', async (_what, content, code, reason) => {
    const { metadata } = await restore(content as string);
    expect(metadata.error_code).toBe(code);
    expect(metadata.reason).toContain(reason);
  });

  it('follows no link, and says if there is no file', async () => {
    put('/etc/other', 'chkservd_check_interval=60\n');
    mkdirSync(inSandbox('/root'), { recursive: true });
    symlinkSync(inSandbox('/etc/other'), inSandbox('/root/link'));
    const call = (path: string) => here.call('restore_config_from_file', { module: 'Main', path });
    expect((await call('/root/link')).metadata.error_code).toBe('host_failed');
    expect((await call('/root/absent')).metadata.error_code).toBe('not_found');
    expect((await call('/root/../etc/other')).metadata.error_code).toBe('bad_param');
    expect((await call('/root')).metadata.error_code).toBe('host_failed');
    expect(await value('chkservd_check_interval')).toBe('300');
  });

  it('is for root, and knows the modules that have files', async () => {
    expect(
      (await restore('resetpass=0\n', {}, { as: reseller('rita', 'edit-account') })).metadata.error_code,
    ).toBe('denied');
    expect((await restore('resetpass=0\n', { module: 'main' })).metadata.error_code).toBe('bad_param');
  });
});

describe('restore_config_from_upload', () => {
  it('sets the settings of the file that was sent', async () => {
    const { metadata } = await here.call('restore_config_from_upload', {
      module: 'Main',
      file: 'chkservd_check_interval=60\nskipchkservd=1\n',
    });
    expect(metadata.result).toBe(1);
    expect([await value('chkservd_check_interval'), await value('skipchkservd')]).toEqual(['60', '1']);
    expect(backups()).toHaveLength(1);
  });

  it('says how to send a file on the command line', async () => {
    const { metadata } = await here.call('restore_config_from_upload', {
      module: 'Main',
      file: '@/root/cpanel.config',
    });
    expect(metadata.reason).toBe('To send a file on the command line, use “--file file=PATH”.');
  });
});
