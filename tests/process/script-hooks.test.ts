// Hooks of calls over HTTP, and processes that are killed while a hook runs.
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { call, freshFolder, run, start } from '../support/command.ts';
import { HookScripts } from '../support/hook-scripts.ts';
import { TestServer } from '../support/server.ts';
import { until } from '../support/until.ts';

const folder = freshFolder();
let scripts = '';
beforeEach(() => {
  scripts = join(folder.path, 'scripts');
  mkdirSync(scripts, { mode: 0o755 });
});

const whmapi1 = (...words: string[]) => run(words, { state: folder.state });
const bob = ['createacct', 'username=bob', 'domain=bob.example'];
const create = (...words: string[]) => call([...bob, ...words], { state: folder.state });
const exists = async (user: string) =>
  (await call(['accountsummary', `user=${user}`], { state: folder.state })).metadata.result === 1;

function write(name: string, body: string): string {
  const path = join(scripts, name);
  writeFileSync(path, `#!/bin/sh\ncat > '${path}.seen'\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}
const manual = (stage: string) => [
  ...['--manual', '--category', 'Whostmgr', '--event', 'Accounts::Create', '--stage', stage],
];

describe('a process that is killed', () => {
  /** A script that waits until the file `go` exists. */
  const waiting = (name: string) =>
    write(name, `: > '${scripts}/started'\nwhile [ ! -e '${scripts}/go' ]; do sleep 0.02; done\necho 1`);

  const killDuring = async (stage: string) => {
    const path = waiting(stage);
    expect((await whmapi1('--hook', 'add', 'script', path, ...manual(stage))).status).toBe(0);
    const { child, done } = start(bob, { state: folder.state });
    await until(() => existsSync(join(scripts, 'started')), 'the hook started');
    child.kill('SIGKILL');
    expect((await done).signal).toBe('SIGKILL');
    writeFileSync(join(scripts, 'go'), '');
    expect((await whmapi1('--hook', 'delete', 'script', path)).status).toBe(0);
  };

  test('during a hook before the call has changed nothing', async () => {
    await killDuring('pre');
    expect(await exists('bob')).toBe(false);
    const { metadata } = await create();
    expect([metadata.result, JSON.stringify(metadata.output)]).toEqual([
      1,
      expect.not.stringContaining('interrupted'),
    ]);
  });

  test('during a hook after the call has stored its outcome', async () => {
    await killDuring('post');
    expect(await exists('bob')).toBe(true);
  });
});

describe('a call over HTTP', () => {
  test('runs the hooks, and is refused with the reason', async () => {
    const server = await TestServer.start();
    try {
      const own = new HookScripts(server.here);
      const attributes = { event: 'Accounts::Create', blocking: '1' } as const;
      const no = await own.add(own.write('no', 'echo BAILOUT closed'), { ...attributes, stage: 'pre' });
      const path = '/json-api/createacct?api.version=1&username=bob&domain=bob.example';
      const refused = await server.asRoot(path);
      expect([refused.status, JSON.parse(refused.text)]).toEqual([
        200,
        expect.objectContaining({
          metadata: expect.objectContaining({
            result: 0,
            error_code: 'hook_refused',
            reason: `The script hook “${no.hook}” refused the call: closed`,
          }) as object,
        }),
      ]);
      await server.asRoot(`/json-api/delete_hook?api.version=1&id=${no.id}`);
      await own.add(own.write('after', 'exit 7'), { ...attributes, stage: 'post' });
      const { metadata } = JSON.parse((await server.asRoot(path)).text) as {
        metadata: { result: number; output: { warnings: string[] } };
      };
      expect(metadata.result).toBe(1);
      expect(metadata.output.warnings.join()).toContain('its exit status was 7');
      expect(readFileSync(join(server.here.state, 'hooks.log'), 'utf8').trim().split('\n')).toHaveLength(2);
    } finally {
      await server.stop();
    }
  });
});
