// The files of users, of a sandbox and on a throw-away machine.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { MachineUserFiles } from '../../src/core/machine-user-files.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { startOf } from '../../src/machine/linux/user-files.ts';
import { HelperProcess } from '../../src/machine/user-files/helper-process.ts';
import { Helpers } from '../../src/machine/user-files/helpers.ts';
import { RemoteFiles } from '../../src/machine/user-files/remote-files.ts';
import { until } from '../support/until.ts';
import { describeOnMachine, ThrowAwayMachine } from './throw-away-machine.ts';
import { describeUserFiles } from './user-files.contract.ts';

const now = () => Date.now();

describeUserFiles('the sandbox', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-user-files-'));
  const machine = sandboxMachine(folder, now);
  return {
    users: await machine.users(),
    userFiles: machine.userFiles,
    path: (path) => join(folder, 'root', path),
    close: async () => rmSync(folder, { recursive: true }),
  };
});

describe('a process that is not the helper', () => {
  const request = { home: '/home/bob', operation: 'stat', words: [''], hasContent: false } as const;
  const perform = (limitMs: number, program: string, ...words: string[]) =>
    new HelperProcess({ program, words, environment: { PATH: '/usr/bin:/bin' } }).perform({
      ...{ request, maxBytes: 0, limitMs },
    });

  it.each([
    ['that does not exist', 'could not be started (ENOENT)', ['no-such-program']],
    ['that ends', 'was ended', ['true']],
    [
      'that complains',
      'was ended (setpriv: setresuid failed)',
      ['sh', '-c', 'echo "setpriv: setresuid failed" >&2'],
    ],
    ['that repeats what it hears', 'answered nonsense', ['cat']],
    ['that announces too much', 'answered nonsense', ['printf', '\\377\\377\\377\\377\\001']],
    ['that says nothing', 'took longer than 0.2 seconds', ['sleep', '60']],
  ])('%s is an error', async (_what, reason, [program = '', ...words]) => {
    const limitMs = program === 'sleep' ? 200 : 60_000;
    await expect(perform(limitMs, program, ...words)).rejects.toThrow(
      `The process that works on the user’s files ${reason}. Retry the call.`,
    );
  });
});

it.each([
  ['begins again', { files: [], next: '61' }],
  ['goes back', { files: [], next: '60ff' }],
  ['goes on with something else than a name', { files: [], next: '../x' }],
  ['has more files than it should', { files: [{}, {}, {}], next: null }],
])('does not accept a part of a list that %s', async (_what, value) => {
  const answer = JSON.stringify({ value, hasContent: false });
  const program = `
    const answer = Buffer.from(${JSON.stringify(answer)});
    const head = Buffer.from([0, 0, 0, answer.length, 1]);
    process.stdin.once('data', () => process.stdout.write(Buffer.concat([head, answer])));`;
  const bob = { name: 'bob', uid: 1000, gid: 1000, home: '/home/bob', shell: '/bin/sh', comment: '' };
  const started = { program: process.execPath, words: ['-e', program], environment: {} };
  const files = new RemoteFiles(bob, { work: new Helpers(), content: new Helpers() }, () => started);
  await expect(files.listPart('mail', 2, '61')).rejects.toThrow('answered nonsense');
});

it('writes everything that arrives, however long it takes', async () => {
  // As long as the helper is that old.
  let clock = performance.now();
  const spy = jest.spyOn(performance, 'now').mockImplementation(() => clock);
  const written: number[] = [];
  try {
    const program = `
      let bytes = 0;
      process.stdin.on('data', (data) => {
        bytes += data.length;
        // The end of the content: 4 bytes of length, and the kind.
        if (!data.subarray(-5).equals(Buffer.from([0, 0, 0, 0, 3]))) return;
        const answer = Buffer.from(JSON.stringify({ value: bytes, hasContent: false }));
        const head = Buffer.alloc(5);
        head.writeUInt32BE(answer.length);
        head.writeUInt8(1, 4);
        process.stdout.write(Buffer.concat([head, answer]));
      });`;
    const helper = new HelperProcess({ program: process.execPath, words: ['-e', program], environment: {} });
    const content = async function* () {
      for (let part = 0; part < 10; part++) {
        clock += 100_000;
        written.push(part);
        yield Buffer.alloc(1000, 'x');
      }
    };
    const request = { home: '/home/bob', operation: 'write', words: ['x', {}], hasContent: true } as const;
    const work = { request, content: content(), maxBytes: 0, limitMs: 60_000 };
    const { value } = await helper.perform(work);
    expect(value).toBeGreaterThan(10_000);
    expect(written).toHaveLength(10);
    helper.close();
  } finally {
    spy.mockRestore();
  }
});

describeOnMachine('on Linux', () => {
  describeUserFiles('Linux', () => ThrowAwayMachine.start());

  describe('the process that works on the files of a user', () => {
    let machine: ThrowAwayMachine;
    let files: MachineUserFiles;
    let uid: number;
    const MEBIBYTE = 1024 * 1024;
    const status = async () => {
      const { stdout } = await machine.run('pgrep', '--uid', 'bob');
      return readFileSync(machine.path(`/proc/${stdout.trim()}/status`), 'utf8');
    };

    beforeAll(async () => {
      machine = await ThrowAwayMachine.start();
      const home = { shell: '/bin/sh', comment: '' };
      ({ uid } = await machine.users.create({ name: 'bob', home: '/home/bob', ...home }));
      await machine.run('usermod', '--append', '--groups', 'games', 'bob');
      files = await machine.userFiles('bob');
    });
    afterAll(() => machine.close());

    it('has the rights of the user and no others', async () => {
      const { gid } = await files.write('file', Buffer.from('x'));
      const lines = Object.fromEntries(
        (await status()).split('\n').map((line) => line.split(':\t', 2) as [string, string]),
      );
      const games = Number((await machine.run('getent', 'group', 'games')).stdout.split(':')[2]);
      expect(lines).toMatchObject({
        Uid: Array(4).fill(uid).join('\t'),
        Gid: Array(4).fill(gid).join('\t'),
        NoNewPrivs: '1',
        ...{ CapInh: '0'.repeat(16), CapPrm: '0'.repeat(16), CapEff: '0'.repeat(16) },
        CapAmb: '0'.repeat(16),
      });
      expect(lines.Groups?.trim().split(' ').map(Number).sort()).toEqual([gid, games].sort());
    });

    it('starts without the capabilities that the unit of the server lacks', async () => {
      const unit = readFileSync(resolve(__dirname, '../../systemd/whmapi1d.service'), 'utf8');
      const set = [...unit.matchAll(/^CapabilityBoundingSet=(.*)$/gm)].flatMap(([, names = '']) =>
        names.split(' '),
      );
      const kept = set.map((name) => `+${name.replace('CAP_', '').toLowerCase()}`).join(',');
      const limits = ['--bounding-set', `-all,${kept}`, '--no-new-privs', '--', 'setpriv'];
      const ran = await machine.run('setpriv', ...limits, ...startOf({ uid, gid: uid }, '-e').words, '0');
      expect(ran).toMatchObject({ status: 0, stderr: '' });
    });

    it('inherits nothing of the program but its pipes', async () => {
      await files.stat('');
      const id = /^Pid:\t(\d+)/m.exec(await status())?.[1];
      const { stdout } = await machine.run('sh', '-c', `tr '\\0' '\\n' < /proc/${id}/environ`);
      expect(stdout.trim().split('\n').sort()).toEqual(['LC_ALL=C', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin']);
    });

    it('reads and changes nothing that only root may', async () => {
      writeFileSync(machine.path('/home/bob/of-root'), 'secret', { mode: 0o600 });
      mkdirSync(machine.path('/home/bob/closed'), { mode: 0o700 });
      writeFileSync(machine.path('/home/bob/closed/x'), 'secret');
      const works: Promise<unknown>[] = [
        files.read('of-root', 99),
        files.list('closed'),
        files.remove('closed'),
      ];
      works.push(files.write('closed/y', Buffer.from('y')), files.chmod('of-root', 0o666));
      works.push(files.copy('of-root', 'mine'), files.rename('closed/x', 'mine'));
      for (const work of works) await expect(work).rejects.toMatchObject({ code: 'not_ours' });
      expect(await files.stat('mine')).toBeUndefined();
    });

    it('is replaced after it was killed', async () => {
      await files.stat('');
      const before = await status();
      await machine.run('pkill', '-KILL', '--uid', 'bob');
      await until(async () => (await machine.run('pgrep', '--uid', 'bob')).status === 1);
      expect(await files.stat('')).toMatchObject({ kind: 'directory' });
      expect(/^Pid:.*/m.exec(await status())?.[0]).not.toBe(/^Pid:.*/m.exec(before)?.[0]);
    });

    it('says that the disk is full, and leaves nothing', async () => {
      await files.makeDirectory('small');
      await machine.run(
        'mount',
        '-t',
        'tmpfs',
        '-o',
        `size=1m,mode=0777,uid=${uid}`,
        'tmpfs',
        '/home/bob/small',
      );
      await files.write('small/page', Buffer.from('before'));
      const large = Buffer.alloc(2 * MEBIBYTE);
      await expect(files.write('small/page', large)).rejects.toMatchObject({ code: 'full' });
      await files.write('large', large);
      await expect(files.copy('large', 'small/large')).rejects.toMatchObject({ code: 'full' });
      expect((await files.list('small')).files.map(({ name, size }) => [name, size])).toEqual([['page', 6]]);
      await machine.run('umount', '/home/bob/small');
    });

    it('writes a large file part by part', async () => {
      const { size, helper, own } = await machine.upload('bob', 'large', 400 * MEBIBYTE);
      expect(size).toBe(400 * MEBIBYTE);
      expect(Math.max(helper, own) * 1024).toBeLessThan(size);
      await expect(files.read('large', 100 * MEBIBYTE)).rejects.toMatchObject({ code: 'invalid' });
      await files.remove('large');
    });

    it('discards a file whose content fails', async () => {
      await files.write('page', Buffer.from('before'));
      await expect(machine.upload('bob', 'page', 9 * MEBIBYTE, 4 * MEBIBYTE)).rejects.toThrow(
        'The client closed the connection.',
      );
      expect(Buffer.from((await files.read('page', 99))?.content ?? []).toString()).toBe('before');
      expect((await files.list('')).files.filter(({ name }) => name.startsWith('.whmapi1'))).toEqual([]);
      await expect(machine.upload('bob', 'none/page', 9 * MEBIBYTE)).rejects.toMatchObject({
        code: 'not_found',
      });
      expect(await files.stat('page')).toMatchObject({ size: 6 });
    });
  });
});
