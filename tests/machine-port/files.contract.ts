// What every machine guarantees about its files, on Linux and in a sandbox.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import type { MachineFiles } from '../../src/core/machine-daemons.ts';
import { MachineError } from '../../src/core/machine-error.ts';

export interface WithFiles {
  /** Paths below `/etc/daemon` and `/var/lib/daemon`. */
  readonly files: MachineFiles;
  /** Where this process finds a path of the machine. */
  path(path: string): string;
  /** Where it finds the files of the state directory. */
  readonly kept: string;
  close(): Promise<void>;
}

const FILE = '/etc/daemon/main.conf';
const attributes = { mode: 0o640 };

/** @param setsOwners whether files get the given owners. */
export function describeFiles(
  machineName: string,
  setsOwners: boolean,
  start: () => Promise<WithFiles>,
): void {
  describe(`files of ${machineName}`, () => {
    let machine: WithFiles;
    let files: MachineFiles;

    beforeAll(async () => {
      machine = await start();
      files = machine.files;
    });
    beforeEach(() => {
      for (const folder of ['/etc/daemon', '/var/lib/daemon']) {
        rmSync(machine.path(folder), { recursive: true, force: true });
        mkdirSync(machine.path(folder), { recursive: true });
      }
      rmSync(machine.kept, { recursive: true, force: true });
    });
    afterAll(() => machine.close());

    const onDisk = (path: string) => readFileSync(machine.path(path), 'utf8');
    const codeOf = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (error: unknown) => (error instanceof MachineError ? error.code : (error as Error).name),
      );

    it('are written with the given mode and owner, and read back', async () => {
      await files.write(FILE, 'first\n', { group: setsOwners ? 'daemon' : 'root', mode: 0o640 });
      expect([onDisk(FILE), await files.readText(FILE)]).toEqual(['first\n', 'first\n']);
      expect(await files.facts(FILE)).toMatchObject({ kind: 'file', size: 6, mode: 0o640 });
      if (setsOwners) expect(lstatSync(machine.path(FILE)).gid).toBe(1);
      await files.write(FILE, 'second\n', { mode: 0o600 });
      expect([onDisk(FILE), lstatSync(machine.path(FILE)).mode & 0o777]).toEqual(['second\n', 0o600]);
      if (setsOwners) expect(lstatSync(machine.path(FILE)).gid).toBe(0);
      expect(await files.list('/etc/daemon')).toEqual(['main.conf']);
      await files.remove(FILE);
      await files.remove(FILE);
      expect([await files.facts(FILE), await files.readText(FILE), await files.list('/etc/daemon')]).toEqual([
        ...[undefined, undefined],
        [],
      ]);
    });

    it('have a staged version with its final mode that is invisible until it is put in place', async () => {
      await files.write(FILE, 'first\n', attributes);
      const staged = await files.stage(FILE, 'second\n', { mode: 0o600 });
      expect(await files.listStaged('/etc/daemon')).toEqual([staged]);
      expect([onDisk(FILE), onDisk(staged), lstatSync(machine.path(staged)).mode & 0o777]).toEqual([
        ...['first\n', 'second\n'],
        0o600,
      ]);
      expect(await files.list('/etc/daemon')).toEqual(['main.conf']);
      await files.stage(FILE, 'third\n', attributes);
      await files.commit(FILE);
      await files.commit(FILE);
      expect([onDisk(FILE), readdirSync(machine.path('/etc/daemon'))]).toEqual(['third\n', ['main.conf']]);
      await files.stage(FILE, 'fourth\n', attributes);
      await files.discard(FILE);
      await files.discard(FILE);
      expect([onDisk(FILE), readdirSync(machine.path('/etc/daemon'))]).toEqual(['third\n', ['main.conf']]);
    });

    it('have an origin: this program, until somebody changes them', async () => {
      expect(await files.origin(FILE)).toBe('absent');
      writeFileSync(machine.path(FILE), 'by hand\n');
      expect(await files.origin(FILE)).toBe('unknown');
      await files.write(FILE, 'first\n', attributes);
      await files.write(FILE, 'second\n', attributes);
      expect(await files.origin(FILE)).toBe('ours');
      writeFileSync(machine.path(FILE), 'by hand\n');
      expect(await files.origin(FILE)).toBe('edited');
      await files.adopt(FILE);
      expect(await files.origin(FILE)).toBe('ours');
      // A staged file does not exist yet under its final name.
      await files.stage(FILE, 'third\n', attributes);
      expect(await files.origin(FILE)).toBe('ours');
      await files.commit(FILE);
      expect(await files.origin(FILE)).toBe('ours');
      await files.remove(FILE);
      writeFileSync(machine.path(FILE), 'third\n');
      expect(await files.origin(FILE)).toBe('unknown');
    });

    it('are backed up, readable only for their owner, and restored unchanged', async () => {
      const none = await files.backUp(FILE);
      writeFileSync(machine.path(FILE), 'by hand\n');
      chmodSync(machine.path(FILE), 0o604);
      const byHand = await files.backUp(FILE);
      expect(await files.backUp(FILE)).toEqual(byHand);
      await files.write(FILE, 'ours\n', attributes);
      const ours = await files.backUp(FILE);
      expect(lstatSync(machine.kept).mode & 0o777).toBe(0o700);

      await files.write(FILE, 'later\n', { mode: 0o600 });
      const facts = async () => [onDisk(FILE), (await files.facts(FILE))?.mode, await files.origin(FILE)];
      for (let time = 0; time < 2; time++) {
        await files.restore(FILE, ours);
        expect(await facts()).toEqual(['ours\n', 0o640, 'ours']);
      }
      await files.restore(FILE, byHand);
      expect(await facts()).toEqual(['by hand\n', 0o604, 'unknown']);
      await files.restore(FILE, none);
      await files.restore(FILE, none);
      expect(await files.origin(FILE)).toBe('absent');
    });

    it('keep the ten latest backups of each file', async () => {
      for (let at = 0; at < 15; at++) {
        await files.write(FILE, `version ${at}\n`, attributes);
        await files.backUp(FILE);
      }
      const copies = readdirSync(`${machine.kept}/backups${FILE}`).sort();
      expect(copies).toHaveLength(10);
      expect(readFileSync(`${machine.kept}/backups${FILE}/${copies.at(-1)}`, 'utf8')).toBe('version 14\n');
    });

    it.each([
      '/etc/passwd',
      '/etc/daemon2/x',
      '/etc',
      '/etc/daemon/../passwd',
      '/etc/daemon/./x',
      '/etc/daemon//x',
      'x',
      '',
    ])('cannot be at the path “%s”', async (path) => {
      expect(await codeOf(files.readText(path))).toBe('TypeError');
      expect(await codeOf(files.write(path, 'x', attributes))).toBe('TypeError');
      expect(await codeOf(files.remove(path))).toBe('TypeError');
      expect(await codeOf(files.facts(path))).toBe('TypeError');
    });

    it.each(['/etc/daemon/a b', '/etc/daemon/a\nb', '/etc/daemon/a"b', `/etc/daemon/${'x'.repeat(256)}`])(
      'cannot have the name “%s”',
      async (path) => {
        expect(await codeOf(files.write(path, 'x', attributes))).toBe('TypeError');
      },
    );

    it('cannot be reached through links, and links are not followed', async () => {
      writeFileSync(machine.path('/var/lib/daemon/secret'), 'secret\n');
      symlinkSync('/var/lib/daemon/secret', machine.path(FILE));
      symlinkSync('/var/lib/daemon', machine.path('/etc/daemon/folder'));
      expect((await files.facts(FILE))?.kind).toBe('link');
      expect(await codeOf(files.readText(FILE))).toBe('failed');
      expect(await codeOf(files.backUp(FILE))).toBe('failed');
      expect(await codeOf(files.readText('/etc/daemon/folder/secret'))).toBe('failed');
      expect(await codeOf(files.write('/etc/daemon/folder/secret', 'x', attributes))).toBe('failed');
      expect(await codeOf(files.remove('/etc/daemon/folder/secret'))).toBe('failed');
      expect(await codeOf(files.list('/etc/daemon/folder'))).toBe('failed');
      expect(await codeOf(files.makeDirectory('/etc/daemon/folder', { mode: 0o700 }))).toBe('failed');
      await files.write(FILE, 'ours\n', attributes);
      expect([lstatSync(machine.path(FILE)).isFile(), onDisk('/var/lib/daemon/secret')]).toEqual([
        true,
        'secret\n',
      ]);
    });

    it('have a size limit, and are text only if they are UTF-8', async () => {
      writeFileSync(machine.path(FILE), Buffer.from([0x61, 0xff, 0x0a]));
      expect(await codeOf(files.readText(FILE))).toBe('failed');
      expect(await codeOf(files.readText(FILE, 2))).toBe('failed');
      writeFileSync(machine.path(FILE), '\ufeffä\n');
      expect(await files.readText(FILE, 6)).toBe('\ufeffä\n');
      await expect(files.readText(FILE, 5)).rejects.toThrow(`“${FILE}” is larger than 5 bytes.`);
    });

    it('that are not regular files are neither read nor waited for', async () => {
      spawnSync('mkfifo', [machine.path(FILE)]);
      expect(await codeOf(files.readText(FILE))).toBe('failed');
      expect((await files.facts(FILE))?.kind).toBe('other');
      mkdirSync(machine.path('/etc/daemon/folder'));
      expect(await codeOf(files.readText('/etc/daemon/folder'))).toBe('failed');
      expect(await codeOf(files.write('/etc/daemon/folder', 'x', attributes))).toBe('failed');
    });

    it('require their directory, which can be created', async () => {
      const path = '/etc/daemon/zones/a.conf';
      await expect(files.write(path, 'x', attributes)).rejects.toThrow(
        'The directory “/etc/daemon/zones” does not exist.',
      );
      expect([await files.readText(path), await files.list('/etc/daemon/zones')]).toEqual([undefined, []]);
      await files.makeDirectory('/etc/daemon/zones', { mode: 0o750 });
      await files.makeDirectory('/etc/daemon/zones', { mode: 0o770 });
      await files.write(path, 'x', attributes);
      expect(lstatSync(machine.path('/etc/daemon/zones')).mode & 0o777).toBe(0o770);
      expect(existsSync(machine.path(path))).toBe(true);
    });

    it('have directories that are removed only if they are empty', async () => {
      await files.makeDirectory('/etc/daemon/zones', { mode: 0o750 });
      await files.write('/etc/daemon/zones/a.conf', 'x', attributes);
      await files.removeEmptyDirectory('/etc/daemon/zones');
      expect(await files.list('/etc/daemon/zones')).toEqual(['a.conf']);
      await files.remove('/etc/daemon/zones/a.conf');
      await files.removeEmptyDirectory('/etc/daemon/zones');
      await files.removeEmptyDirectory('/etc/daemon/zones');
      expect(existsSync(machine.path('/etc/daemon/zones'))).toBe(false);
      symlinkSync('/etc', machine.path('/etc/daemon/link'));
      expect(await codeOf(files.removeEmptyDirectory('/etc/daemon/link'))).toBe('failed');
    });

    it('can have names as long as the system allows', async () => {
      const path = `/etc/daemon/${'x'.repeat(255)}`;
      await files.write(path, 'long\n', attributes);
      expect(await files.readText(path)).toBe('long\n');
    });
  });
}
