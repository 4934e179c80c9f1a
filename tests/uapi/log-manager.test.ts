// LogManager: error logs in the home, and the logs that logrotate has closed.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rotation } from '../../src/capabilities/web/driver/virtual-hosts/apache/server-driver.ts';
import { setFpmSettings } from '../../src/capabilities/php/rules/stored-fpm-settings.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example` });
});
afterEach(() => here.remove());

const at = (path: string) => join(here.state, 'root', path);
const list = async (domain = 'bob.example') => here.uapi('bob', 'LogManager::list_error_logs', { domain });
const view = (args: Record<string, string>) =>
  here.uapi('bob', 'LogManager::view_error_log', {
    ...{ domain: 'bob.example', file_id: 'docroot_error_log' },
    ...args,
  });

describe('LogManager::list_error_logs', () => {
  it('names each log, and why it cannot be read', async () => {
    const time = Math.floor(here.time / 1000);
    writeFileSync(at('home/bob/public_html/error_log'), 'one\n');
    utimesSync(at('home/bob/public_html/error_log'), time, time);
    const { data } = await list('www.bob.example');
    expect(data).toEqual([
      {
        ...{ file_id: 'php_fpm_error_log', path: '', size: null, mtime: null, modified_today: 0 },
        error: expect.stringContaining('Stats::get_site_errors') as string,
      },
      {
        ...{ file_id: 'docroot_error_log', path: '/home/bob/public_html/error_log', size: 4 },
        ...{ mtime: time, modified_today: 1, error: null },
      },
      {
        ...{ file_id: 'homedir_error_log', path: '/home/bob/error_log', size: null, mtime: null },
        ...{ modified_today: 0, error: 'There is no such file.' },
      },
    ]);
    const old = time - 3 * 86_400;
    utimesSync(at('home/bob/public_html/error_log'), old, old);
    expect((await list()).data).toContainEqual(expect.objectContaining({ mtime: old, modified_today: 0 }));
  });

  it('follows no link out of the home, and opens no FIFO', async () => {
    writeFileSync(at('home/eve/secret'), 'secret\n');
    symlinkSync(at('home/eve/secret'), at('home/bob/error_log'));
    execFileSync('mkfifo', [at('home/bob/public_html/error_log')]);
    const rows = (await list()).data as { error: string | null; size: number | null }[];
    expect(rows.map(({ size, error }) => [size, error !== null])).toEqual([
      [null, true],
      [null, true],
      [null, true],
    ]);
    for (const file_id of ['docroot_error_log', 'homedir_error_log']) {
      const answer = await view({ file_id });
      expect([file_id, answer.status, JSON.stringify(answer).includes('secret')]).toEqual([
        file_id,
        0,
        false,
      ]);
    }
  });

  it('knows no domain of another account', async () => {
    expect((await list('eve.example')).status).toBe(0);
    expect((await view({ domain: 'eve.example' })).status).toBe(0);
  });
});

describe('LogManager::view_error_log', () => {
  it('shows the last lines', async () => {
    writeFileSync(at('home/bob/public_html/error_log'), 'one\ntwo\nthr€e');
    expect((await view({})).data).toMatchObject({
      ...{ file_id: 'docroot_error_log', path: '/home/bob/public_html/error_log', size: 15 },
      ...{ log_content: ['one', 'two', 'thr€e'], lines_read: 3, partial: 0 },
    });
    expect((await view({ limit: '2' })).data).toMatchObject({
      ...{ log_content: ['two', 'thr€e'], lines_read: 2, partial: 1 },
    });
    writeFileSync(at('home/bob/error_log'), `${'x'.repeat(2_000_000)}\nlast\n`);
    expect((await view({ file_id: 'homedir_error_log' })).data).toMatchObject({
      ...{ log_content: ['last'], lines_read: 1, partial: 1, size: 2_000_006 },
    });
  });

  it('reads the log of PHP-FPM where its setting leads, below the home only', async () => {
    const store = async (value: string) => {
      await here.engine.store.transaction('changes', async (db) => {
        await setFpmSettings(db, { username: 'bob', servername: 'bob.example' }, [
          { name: 'error_log', kind: 1, value },
        ]);
        return { value: undefined, keep: true };
      });
    };
    mkdirSync(at('home/bob/logs'), { recursive: true });
    writeFileSync(at('home/bob/logs/php.log'), 'fatal\n');
    await store('/home/bob/logs/php.log');
    expect((await view({ file_id: 'php_fpm_error_log' })).data).toMatchObject({ log_content: ['fatal'] });
    await store('/home/eve/php.log');
    writeFileSync(at('home/eve/php.log'), 'secret\n');
    const refused = await view({ file_id: 'php_fpm_error_log' });
    expect([refused.status, JSON.stringify(refused).includes('secret')]).toEqual([0, false]);
  });
});

describe('LogManager::list_archives', () => {
  const logs = 'var/log/whmapi1-domlogs';
  const archives = async () => (await here.uapi('bob', 'LogManager::list_archives')).data;

  it('lists the closed logs of the account alone', async () => {
    rmSync(at(logs), { recursive: true, force: true });
    expect(await archives()).toEqual([]);
    for (const user of ['bob', 'eve']) {
      mkdirSync(at(`${logs}/${user}`), { recursive: true });
      for (const name of ['', '-error']) {
        for (const end of ['.log', '.log.1', '.log.2.gz', '.log.2.gz.tmp'])
          writeFileSync(at(`${logs}/${user}/${user}.example${name}${end}`), '');
      }
    }
    utimesSync(at(`${logs}/bob/bob.example.log.1`), 1_700_000_000, 1_700_000_000);
    const rows = (await archives()) as { file: string; path: string; mtime: number }[];
    expect(rows.map(({ file }) => file)).toEqual([
      ...['bob.example-error.log.1', 'bob.example-error.log.2.gz'],
      ...['bob.example.log.1', 'bob.example.log.2.gz'],
    ]);
    expect(rows[2]).toEqual({
      ...{ file: 'bob.example.log.1', path: `/${logs}/bob/bob.example.log.1`, mtime: 1_700_000_000 },
    });
  });

  it('LogManager::get_settings says what logrotate does', async () => {
    const { data } = await here.uapi('bob', 'LogManager::get_settings');
    expect(data).toEqual({ archive_logs: 1, prune_archive: 0, retention_days: 56, using_default: 1 });
    expect(rotation('/logs/*.log')).toContain('\tweekly\n\trotate 8\n');
  });
});
