// Files, tools and services for drivers of daemons: those of the sandbox, and files on a throw-away machine.
import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { linuxMachine, sandboxMachine } from '../../src/machine/choose.ts';
import { Files } from '../../src/machine/files/files.ts';
import { describeFiles } from './files.contract.ts';
import { describeOnMachine, ThrowAwayMachine } from './throw-away-machine.ts';

const now = () => Date.now();
const DIRECTORIES = ['/etc/daemon', '/var/lib/daemon'];

describeFiles('the sandbox', false, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-files-'));
  return {
    files: await sandboxMachine(folder, now).files(DIRECTORIES),
    path: (path) => join(folder, 'root', path),
    kept: join(folder, 'files'),
    close: async () => rmSync(folder, { recursive: true }),
  };
});

describeOnMachine('on Linux', () => {
  describeFiles('Linux', true, async () => {
    const machine = await ThrowAwayMachine.start();
    return {
      files: machine.files(DIRECTORIES),
      path: (path) => machine.path(path),
      kept: machine.path('/var/lib/whmapi1/files'),
      close: () => machine.close(),
    };
  });
});

it('a locked file is changed by one work at a time, also after one that fails', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'whmapi1-files-'));
  try {
    const path = '/etc/daemon/count';
    mkdirSync(join(folder, 'root/etc/daemon'), { recursive: true });
    const files = await sandboxMachine(folder, now).files(DIRECTORIES);
    await files.write(path, '0', { mode: 0o600 });
    const raise = () =>
      files.whileLocked(path, async () => {
        const before = Number(await files.readText(path));
        await files.write(path, String(before + 1), { mode: 0o600 });
        if (before === 0) throw new Error('Only the first one fails.');
      });
    const works = await Promise.allSettled(Array.from({ length: 5 }, raise));
    expect(works.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await files.readText(path)).toBe('5');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('files in a home directory', () => {
  const mode = 0o700;
  let folder: string;
  let home: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-files-'));
    home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'notes'), 'x\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const filesOf = (owner: number) =>
    new Files({
      ...{ root: '', directories: [home], kept: join(folder, 'kept'), setsOwners: true, now, owner },
    });

  it('are read in the home of their user', async () => {
    const files = filesOf(process.getuid?.() ?? 0);
    expect(await files.readText(join(home, 'notes'))).toBe('x\n');
  });

  (process.getuid?.() === 0 ? it : it.skip)('are not read if they belong to somebody else', async () => {
    chownSync(home, 12345, 12345);
    const path = join(home, 'notes');
    await expect(filesOf(12345).readText(path)).rejects.toThrow(`“${path}” belongs to another user`);
    await expect(filesOf(12345).backUp(path)).rejects.toThrow('belongs to another user');
  });

  it.each([
    ['of somebody else', ': it belongs to another user.', () => undefined],
    [
      'that is a link',
      '. Check that it exists.',
      () => {
        renameSync(home, `${home}.of-alice`);
        symlinkSync(`${home}.of-alice`, home);
      },
    ],
    ['that is not there', '. Check that it exists.', () => renameSync(home, `${home}.away`)],
  ])('are neither read nor written in a home %s', async (_what, why, change) => {
    change();
    const files = filesOf((process.getuid?.() ?? 0) + 1);
    const before = readdirSync(folder, { recursive: true });
    const works = [
      () => files.facts(join(home, 'notes')),
      () => files.list(home),
      () => files.read(join(home, 'notes')),
      () => files.write(join(home, 'new'), 'x', { mode }),
      () => files.makeDirectory(join(home, '.ssh'), { mode }),
      () => files.makeDirectory(join(home, 'deep/folder'), { mode }),
      () => files.remove(join(home, 'notes')),
    ];
    for (const work of works)
      await expect(work()).rejects.toThrow(`The home directory ${home} cannot be used${why}`);
    expect(readdirSync(folder, { recursive: true })).toEqual(before);
  });
});

describe('a sandbox', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-files-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('creates the directories of daemons that are not installed in it', async () => {
    const files = await sandboxMachine(folder, now).files(['/etc/bind']);
    expect(await files.list('/etc/bind')).toEqual([]);
    expect(existsSync(join(folder, 'root'))).toBe(false);
    await files.write('/etc/bind/named.conf', 'x', { owner: 'root', group: 'nobody-knows', mode: 0o644 });
    expect(readFileSync(files.locate('/etc/bind/named.conf'), 'utf8')).toBe('x');
    expect(files.locate('/etc/bind/named.conf')).toBe(join(folder, 'root/etc/bind/named.conf'));
  });

  it('runs only the tools that work on files, with paths below its root', async () => {
    mkdirSync(join(folder, 'root/etc'), { recursive: true });
    writeFileSync(join(folder, 'root/etc/motto'), 'hello\n');
    const declared = [
      { name: 'cat', worksInSandbox: true },
      { name: 'touch' },
      { name: 'no-such-tool', worksInSandbox: true },
    ];
    const tools = await sandboxMachine(folder, now).tools(declared);
    expect([await tools.has('cat'), await tools.has('touch'), await tools.has('no-such-tool')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(await tools.run('cat', [{ path: '/etc/motto' }])).toEqual({
      status: 0,
      stdout: 'hello\n',
      stderr: '',
    });
    await expect(tools.run('touch', [{ path: '/etc/motto' }])).rejects.toThrow(
      '“touch” is not run in a sandbox.',
    );
    await expect(tools.run('no-such-tool', [])).rejects.toThrow('“no-such-tool” is not installed.');
    await expect(tools.run('cat', [{ path: '/etc/../../../etc/passwd' }])).rejects.toThrow(TypeError);
    await expect(tools.run('sh', ['-c', 'id'])).rejects.toThrow(TypeError);
    await expect(sandboxMachine(folder, now).tools([{ name: '/bin/sh' }])).rejects.toThrow(TypeError);
  });

  it('records requests for services, also several at once, and runs nothing', async () => {
    const services = await sandboxMachine(folder, now).services();
    expect(services.isSupported).toBe(false);
    expect(await services.state('named')).toEqual({
      isInstalled: true,
      isEnabled: false,
      state: 'inactive',
      log: [],
    });
    await expect(services.reload('named')).rejects.toThrow(
      '“named.service” is not active, so it cannot be reloaded.',
    );
    await Promise.all(
      ['named', 'apache2', 'exim4'].flatMap((unit) => [services.start(unit), services.enable(unit)]),
    );
    const again = await sandboxMachine(folder, now).services();
    for (const unit of ['named.service', 'apache2', 'exim4']) {
      expect(await again.state(unit)).toEqual({
        isInstalled: true,
        isEnabled: true,
        state: 'active',
        log: [],
      });
    }
    await again.reload('named');
    await again.stop('named');
    await again.disable('named');
    expect(await services.state('named')).toMatchObject({ isEnabled: false, state: 'inactive' });
    expect(await services.state('__proto__')).toMatchObject({ isEnabled: false });
    for (const unit of ['--now', 'a b', '', 'a/b', 'a\nb']) {
      await expect(services.start(unit)).rejects.toThrow(TypeError);
    }
  });
});

describe('tools of Linux', () => {
  it('get their arguments unchanged, a clean environment, and a limited time', async () => {
    const tools = await linuxMachine('/nonexistent', now).tools([
      ...['env', 'printf', 'sleep', 'sh'].map((name) => ({ name })),
    ]);
    expect((await tools.run('env', [])).stdout.split('\n').sort()).toEqual([
      ...['', 'LC_ALL=C', 'PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
    ]);
    const words = ['%s|', '$(id)', '; id', { path: '/etc/x', prefix: '--file=' }];
    expect((await tools.run('printf', words)).stdout).toBe('$(id)|; id|--file=/etc/x|');
    await expect(tools.run('sleep', ['5'], { limitMs: 50 })).rejects.toThrow(
      '“sleep” took too long and was stopped.',
    );
    const both = await tools.run('sh', ['-c', 'cat; echo bad >&2; exit 3'], { input: 'good', accept: [3] });
    expect(both).toEqual({ status: 3, stdout: 'good', stderr: 'bad\n' });
    await expect(tools.run('sh', ['-c', 'echo bad >&2; exit 3'])).rejects.toThrow('“sh” failed: bad');
    await expect(tools.run('printf', ['a\0b'])).rejects.toThrow(TypeError);
  });
});
