// What an administrator sets for the daemon of the spam filter.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

function read(path: string): string | undefined {
  const real = join(here.state, 'root', path);
  return existsSync(real) ? readFileSync(real, 'utf8') : undefined;
}

describe('save_spamd_config', () => {
  const unit = () => read('etc/systemd/system/spamd.service.d/whmapi1.conf') ?? '';
  const save = async (args: Record<string, string>) =>
    (await here.call('save_spamd_config', args)).metadata.reason;

  it('sets how the daemon is started, and omitted parameters get their defaults', async () => {
    expect(await save({ maxchildren: '3', timeoutchild: '0' })).toBe('OK');
    expect(unit()).toContain(
      '--max-children=3 --max-conn-per-child=200 --timeout-tcp=30 --timeout-child=0\n',
    );
    expect(unit()).not.toContain(':783');
    expect(await save({ allowedips: '127.0.0.1, 192.0.2.5,2001:DB8::1', maxconnperchild: '50' })).toBe('OK');
    expect(unit()).toContain('--listen=*:783 --allowed-ips=192.0.2.5,2001:db8::1 --max-children=5');
    expect(unit()).toContain('--max-conn-per-child=50 --timeout-tcp=30 --timeout-child=300\n');
  });

  it.each([
    [{ allowedips: '192.0.2.5' }, 'should contain 127.0.0.1'],
    [{ allowedips: '127.0.0.1,--socketmode=0666' }, '“--socketmode=0666” is none'],
    [{ allowedips: '127.0.0.1 192.0.2.5\nUser=root' }, ''],
    [{ maxchildren: '0' }, 'maxchildren'],
    [{ timeouttcp: '-1' }, 'timeouttcp'],
  ])('refuses %j', async (args, reason) => {
    expect(await save({ maxchildren: '7' })).toBe('OK');
    const before = unit();
    const answer = await save(args);
    expect(answer).not.toBe('OK');
    expect(answer).toContain(reason);
    expect(unit()).toBe(before);
  });
});

it('the role is not set up over what an administrator has configured', async () => {
  const options = join(here.state, 'root/etc/default/spamd');
  mkdirSync(dirname(options), { recursive: true });
  writeFileSync(options, 'OPTIONS="--max-children 20"\n');
  const activate = async () => {
    await here.call('start_profile_activation', { code: 'MAILNODE' });
    await runTasks(here, 'activate-profile');
    return here.engine.store.transaction('reads', async (db) => ({
      value: await db.get<{ state: string; reason: string }>(
        "SELECT state, reason FROM task WHERE kind = 'activate-profile' ORDER BY id DESC LIMIT 1",
      ),
      keep: false,
    }));
  };
  expect(await activate()).toMatchObject({
    state: 'failed',
    reason: expect.stringContaining('SpamAssassin was configured by hand') as string,
  });
  expect(read('etc/systemd/system/spamd.service.d/whmapi1.conf')).toBeUndefined();
  writeFileSync(options, '# x\nOPTIONS="--create-prefs --max-children 5 --helper-home-dir"\n');
  expect(await activate()).toEqual({ state: 'done', reason: '' });
  expect(read('etc/systemd/system/spamd.service.d/whmapi1.conf')).toContain('User=debian-spamd\n');
  expect(read('etc/exim4/whmapi1/spam/settings')).toBe('enabled: 1\n');
});
