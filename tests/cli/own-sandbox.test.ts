// What an ordinary user reads who forgets sudo on a server.
import os from 'node:os';
import { Terminal } from '../support/terminal.ts';
import { forgottenSudo } from '../../src/cli/own-sandbox.ts';

/** Any folder that exists. */
const SERVER = process.cwd();
const user = () => jest.spyOn(process, 'geteuid').mockReturnValue(1000);
const states = () => ({ XDG_STATE_HOME: '/home/ann/states' });

afterEach(() => {
  jest.restoreAllMocks();
});

test('is told that the call goes to a sandbox, and what to use for the server', () => {
  user();
  expect(forgottenSudo(states(), SERVER)).toBe(
    'whmapi1: This is your own sandbox in /home/ann/states/whmapi1. Use sudo for this server.\n',
  );
});

test.each([
  ['on a machine without a server', states(), '/absent'],
  ['with a state directory that was named', { WHMAPI1_STATE_DIR: '/tmp/x' }, SERVER],
])('is told nothing %s', (_name, environment, server) => {
  user();
  expect(forgottenSudo(environment, server)).toBeUndefined();
});

test('root is told nothing', () => {
  jest.spyOn(process, 'geteuid').mockReturnValue(0);
  expect(forgottenSudo(states(), SERVER)).toBeUndefined();
});

it('a user without a home directory is told so by the response', async () => {
  const terminal = new Terminal();
  user();
  jest.spyOn(os, 'homedir').mockImplementation(() => {
    throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' });
  });
  try {
    delete terminal.environment.WHMAPI1_STATE_DIR;
    const { status, stdout } = await terminal.run('version');
    expect(status).toBe(3);
    expect(stdout).toContain('reason: Your user has no home directory. Set HOME, or WHMAPI1_STATE_DIR');
  } finally {
    jest.restoreAllMocks();
    terminal.remove();
  }
});
