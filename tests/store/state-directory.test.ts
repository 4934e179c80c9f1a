import { locateStateDirectory, StateDirectory } from '../../src/store/state-directory.ts';

it.each([
  [{ WHMAPI1_STATE_DIR: '/srv/state' }, 0, '/srv/state'],
  [{ WHMAPI1_STATE_DIR: '/srv/state', XDG_STATE_HOME: '/xdg' }, 1000, '/srv/state'],
  [{ WHMAPI1_STATE_DIR: '' }, 0, '/var/lib/whmapi1'],
  [{ XDG_STATE_HOME: '/xdg' }, 0, '/var/lib/whmapi1'],
  [{ XDG_STATE_HOME: '/xdg' }, 1000, '/xdg/whmapi1'],
  [{ XDG_STATE_HOME: 'relative' }, 1000, '/home/bob/.local/state/whmapi1'],
  [{ XDG_STATE_HOME: './states' }, 1000, '/home/bob/.local/state/whmapi1'],
  [{ XDG_STATE_HOME: '' }, 1000, '/home/bob/.local/state/whmapi1'],
  [{}, 1000, '/home/bob/.local/state/whmapi1'],
])('with %j and the user ID %i it is %s', (environment, userId, path) => {
  expect(locateStateDirectory(environment, userId, () => '/home/bob')).toBe(path);
});

it.each(['/proc/x', '/proc/self/x', '/proc/x/y'])('%s takes no files, and the reason says so', (path) => {
  expect(() => new StateDirectory(path, process.getuid?.() ?? 0)).toThrow(
    expect.objectContaining({
      code: 'store_unavailable',
      message: expect.stringContaining('takes no files. Set WHMAPI1_STATE_DIR') as string,
    }) as Error,
  );
});
