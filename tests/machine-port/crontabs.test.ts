// The crontabs of users by crontab(1), on a throw-away machine. tests/uapi/cron.test.ts has those of a sandbox.
import { existsSync, readFileSync } from 'node:fs';
import { itWith } from '../support/require-tool.ts';
import { describeOnMachine, ThrowAwayMachine } from './throw-away-machine.ts';

describeOnMachine('the crontabs of users on Linux', () => {
  let machine: ThrowAwayMachine;
  beforeAll(async () => {
    machine = await ThrowAwayMachine.start();
    await machine.users.create({ name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: '' });
  });
  afterAll(() => machine.close());

  itWith(['crontab'], 'are read, written, checked and removed', async () => {
    const { crontabs } = machine;
    const file = machine.path('/var/spool/cron/crontabs/bob');
    expect(await crontabs.read('bob')).toBe('');
    await crontabs.write('bob', '');
    await crontabs.write('bob', '0 3 * * * true\n');
    expect(readFileSync(file, 'utf8')).toContain('0 3 * * * true\n');
    expect(await crontabs.read('bob')).toBe('0 3 * * * true\n');
    await expect(crontabs.write('bob', '0 99 * * * true\n')).rejects.toMatchObject({ code: 'failed' });
    expect(await crontabs.read('bob')).toBe('0 3 * * * true\n');
    await crontabs.write('bob', '');
    expect(existsSync(file)).toBe(false);
    await expect(crontabs.read('nobody')).rejects.toMatchObject({ code: 'not_ours' });
    await expect(crontabs.read('-l')).rejects.toMatchObject({ code: 'not_found' });
    await machine.users.suspend('bob');
    await expect(crontabs.write('bob', '0 3 * * * true\n')).rejects.toMatchObject({ code: 'failed' });
  });
});
