// whmapi1 --hook: registers, lists and removes script hooks.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Terminal } from '../support/terminal.ts';

let terminal: Terminal;
let scripts = '';
beforeEach(() => {
  terminal = new Terminal();
  scripts = join(terminal.directory, 'scripts');
  mkdirSync(scripts, { mode: 0o755 });
});
afterEach(() => terminal.remove());

const whmapi1 = (...words: string[]) => terminal.run(...words);
const create = async () => {
  const { stdout } = await whmapi1('--output=json', 'createacct', 'username=bob', 'domain=bob.example');
  return JSON.parse(stdout) as { metadata: { result: number; reason: string } };
};

function write(name: string, body: string): string {
  const path = join(scripts, name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
const manual = (stage: string) => [
  ...['--manual', '--category', 'Whostmgr', '--event', 'Accounts::Create', '--stage', stage],
];

describe('--hook', () => {
  test('adds, lists and deletes, like manage_hooks', async () => {
    const path = write('site.sh', 'echo "0 BAILOUT not $1"');
    const added = await whmapi1(
      ...['--hook', 'add', 'script', path, ...manual('pre'), '--blocking', '1', '--action=--now'],
    );
    expect(added).toMatchObject({ status: 0, stderr: '' });
    expect(added.stdout).toMatch(
      /^Added hook for Whostmgr::Accounts::Create to hooks registry \([\w-]{24}\)\n$/,
    );
    const { stdout } = await whmapi1('--hook', 'list');
    expect(stdout).toMatch(
      new RegExp(
        '^Whostmgr:\n   Accounts::Create:\n      stage: pre\n      escalateprivs: 0\n      blocking: 1\n' +
          `      weight: 100\n      id: [\\w-]{24}\n      exectype: script\n      hook: ${path} --now\n$`,
      ),
    );
    const json = JSON.parse((await whmapi1('--hook', 'list', '--output', 'JSON')).stdout) as object;
    expect(json).toMatchObject({
      Whostmgr: { 'Accounts::Create': [{ hook: `${path} --now`, stage: 'pre' }] },
    });
    expect((await create()).metadata.reason).toBe(
      `The script hook “${path} --now” refused the call: not --now`,
    );
    expect((await whmapi1('--hook', 'delete', 'script', path)).status).toBe(0);
    expect(await whmapi1('--hook', 'list')).toMatchObject({ stdout: '', stderr: 'whmapi1: no hooks.\n' });
    expect((await create()).metadata.result).toBe(1);
  });

  test('uses the options if the script does not describe itself', async () => {
    const path = write('silent', 'echo 1');
    const [, ...options] = manual('post');
    expect((await whmapi1('--hook', 'add', 'script', path)).stderr).toContain('does not describe its hooks');
    expect((await whmapi1('--hook', 'add', 'script', path, ...options)).status).toBe(0);
  });

  test('warns about an event that does not happen here', async () => {
    const path = write('backup', 'echo 1');
    const event = ['--manual', '1', '--category', 'System', '--event', 'Backup', '--stage', 'post'];
    const { status, stderr } = await whmapi1('--hook', 'add', 'script', path, ...event);
    expect(status).toBe(0);
    expect(stderr).toContain('does not happen on this server yet');
  });

  test.each([
    [['add', 'script', '/no/such', ...manual('pre')], 1, 'does not exist'],
    [['add', 'module', 'My::Module'], 2, 'Perl modules'],
    [['add'], 2, 'Name the script'],
    [['remove'], 2, 'has no action “remove”'],
    [['list', '--nosuch'], 2, 'unknown option'],
    [['delete', 'script', '/no/such'], 1, 'No hook of the script'],
  ])('%j ends with status %i', async (words, status, problem) => {
    const ended = await whmapi1('--hook', ...words);
    expect([ended.status, ended.stdout]).toEqual([status, '']);
    expect(ended.stderr).toContain(problem);
  });

  test('shows its help, and is only understood as the first word', async () => {
    expect((await whmapi1('--hook')).stdout).toContain('--rollback <script>');
    expect((await whmapi1('--quiet', '--hook', 'list')).stderr).toContain('is the first word');
  });
});
