// What every machine guarantees about the files in a user's home.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { MachineUserFiles, UserFilePart } from '../../src/core/machine-user-files.ts';
import type { MachineUsers } from '../../src/core/machine.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import { isSoak } from '../support/sixth.ts';
import { swap } from '../support/swap.ts';

export interface MachineWithHomes {
  readonly users: MachineUsers;
  userFiles(name: string): Promise<MachineUserFiles>;
  /** Where this process finds a path of the machine. */
  path(path: string): string;
  close(): Promise<void>;
}

const bob = { name: 'bob', home: '/home/bob', shell: '/bin/sh', comment: 'Bob' };
const alice = { ...bob, name: 'alice', home: '/home/alice' };
/** How often a race is run. */
const ROUNDS = isSoak ? 100 : 25;
const SECRET = 'of alice alone\n';

export function describeUserFiles(host: string, makeMachine: () => Promise<MachineWithHomes>): void {
  describe(`the files of users of ${host}`, () => {
    let machine: MachineWithHomes;
    let files: MachineUserFiles;
    const at = (path: string) => machine.path(`/home/bob/${path}`);
    const text = (path: string) => readFileSync(at(path), 'utf8');
    const put = (path: string, content: string) => files.write(path, Buffer.from(content));
    const codeOf = (promise: Promise<unknown>) =>
      promise.then(
        () => 'done',
        (error: unknown) => (error instanceof MachineError ? error.code : String(error)),
      );

    beforeAll(async () => {
      machine = await makeMachine();
      await machine.users.create(alice);
      writeFileSync(machine.path('/home/alice/secret'), SECRET, { mode: 0o644 });
      // The worst case: alice has opened a directory to everybody.
      mkdirSync(machine.path('/home/alice/open'), { mode: 0o777 });
      chmodSync(machine.path('/home/alice/open'), 0o777);
    });
    afterAll(() => machine.close());
    beforeEach(async () => {
      await machine.users.create(bob);
      files = await machine.userFiles('bob');
    });
    afterEach(async () => {
      expect(readFileSync(machine.path('/home/alice/secret'), 'utf8')).toBe(SECRET);
      expect(readdirSync(machine.path('/home/alice/open'))).toEqual([]);
      await machine.users.remove('bob');
    });

    it('writes, reads, describes and lists', async () => {
      const written = await put('public_html/index.html', 'Hello\n');
      expect(written).toMatchObject({ name: 'index.html', kind: 'file', size: 6, mode: 0o644, target: null });
      expect(text('public_html/index.html')).toBe('Hello\n');
      const owner = lstatSync(machine.path('/home/bob'));
      expect([written.uid, lstatSync(at('public_html/index.html')).uid]).toEqual([owner.uid, owner.uid]);
      const read = await files.read('/home/bob/public_html/index.html', 100);
      expect([Buffer.from(read?.content ?? []).toString(), read?.file.size]).toEqual(['Hello\n', 6]);
      await put('public_html/a.txt', 'a');
      await files.makeDirectory('public_html/shop');
      const list = await files.list('public_html');
      expect(list.files.map(({ name, kind }) => [name, kind])).toEqual([
        ['a.txt', 'file'],
        ['index.html', 'file'],
        ['shop', 'directory'],
      ]);
      expect([list.total, list.isCut]).toEqual([3, false]);
      const page = await files.list('public_html', { from: 1, limit: 1 });
      expect([page.files.map(({ name }) => name), page.total]).toEqual([['index.html'], 3]);
      expect((await files.list('')).files.map(({ name }) => name)).toContain('public_html');
      expect(await files.stat('public_html')).toMatchObject({ kind: 'directory', mode: 0o750 });
      expect(await files.stat('')).toMatchObject({ name: '', kind: 'directory' });
    });

    it('lists a directory in parts, by name, with names that are not UTF-8', async () => {
      await files.makeDirectory('many');
      for (const name of ['b', 'a', '\u{1F600}', 'ü', '\uFB01']) await put(`many/${name}`, '');
      writeFileSync(Buffer.concat([Buffer.from(`${at('many')}/c`), Buffer.from([0xff])]), '');
      const byTwo = async () => {
        const found: string[][] = [];
        for (let from: string | null = ''; from !== null;) {
          const part: UserFilePart = await files.listPart('many', 2, from);
          found.push(part.files.map(({ name, isUnnameable }) => (isUnnameable ? 'unnameable' : name)));
          from = part.next;
          // What comes meanwhile moves nothing to another part.
          if (found.length === 1) await put('many/0', '');
        }
        return found;
      };
      expect(await byTwo()).toEqual([
        ['a', 'b'],
        ['unnameable', 'ü'],
        ['\uFB01', '\u{1F600}'],
      ]);
      expect(await byTwo()).toEqual([['0', 'a'], ['b', 'unnameable'], ['ü', '\uFB01'], ['\u{1F600}']]);
      const whole = await files.listPart('many', 7, '');
      expect([whole.files.length, whole.next]).toEqual([7, null]);
      expect(await codeOf(files.listPart('many/a', 2, ''))).toBe('invalid');
    });

    it('knows what does not exist', async () => {
      expect([await files.stat('none'), await files.read('none/x', 10)]).toEqual([undefined, undefined]);
      await files.remove('none');
      expect(await codeOf(files.list('none'))).toBe('not_found');
      expect(await codeOf(put('none/x', ''))).toBe('not_found');
      expect(await codeOf(files.rename('none', 'other'))).toBe('not_found');
      expect(await codeOf(files.copy('none', 'other'))).toBe('not_found');
      expect(await codeOf(files.trash('none'))).toBe('not_found');
      expect(await codeOf(machine.userFiles('carl'))).toBe('not_found');
    });

    it('replaces a file and keeps its mode, and nothing else is left', async () => {
      await files.write('notes', Buffer.from('one'), { mode: 0o640 });
      await files.chmod('notes', 0o600);
      const before = lstatSync(at('notes')).ino;
      expect(await put('notes', 'two')).toMatchObject({ mode: 0o600, size: 3 });
      expect(lstatSync(at('notes')).ino).not.toBe(before);
      expect(await codeOf(files.write('notes', Buffer.from('x'), { isNew: true }))).toBe('exists');
      expect(text('notes')).toBe('two');
      expect(readdirSync(machine.path('/home/bob')).filter((name) => name.startsWith('.whmapi1'))).toEqual(
        [],
      );
    });

    it.each(['zip', 'tar.gz'] as const)('packs and unpacks %s as the user', async (format) => {
      await files.makeDirectory('public_html/shop');
      await put('public_html/shop/index.html', 'Hello\n');
      symlinkSync('/home/alice/open', at('public_html/alice'));
      await files.compress(['public_html'], 'site', format);
      expect(await codeOf(files.compress(['public_html'], 'site', format))).toBe('exists');
      // The link leads out, so nothing is unpacked.
      expect(await codeOf(files.extract('site', 'copy'))).toBe('invalid');
      expect(existsSync(at('copy'))).toBe(false);
      rmSync(at('public_html/alice'));
      await files.remove('site');
      await files.compress(['public_html'], 'site', format);
      expect(await files.extract('site', 'copy')).toBe(1);
      expect(text('copy/public_html/shop/index.html')).toBe('Hello\n');
      const owner = lstatSync(machine.path('/home/bob')).uid;
      const made = ['site', 'copy', 'copy/public_html/shop', 'copy/public_html/shop/index.html'];
      expect(made.map((path) => lstatSync(at(path)).uid)).toEqual(made.map(() => owner));
      symlinkSync('/home/alice/open', at('copy/public_html/shop/open'));
      expect(await codeOf(files.extract('site', 'copy/public_html/shop/open'))).toBe('not_ours');
      expect(await codeOf(files.compress(['/home/alice'], 'other', format))).toBe('invalid');
    });

    it('does not change another name of the same file', async () => {
      await put('one', 'first');
      linkSync(at('one'), at('two'));
      await put('two', 'second');
      expect([text('one'), text('two')]).toEqual(['first', 'second']);
    });

    it('keeps bytes of every value', async () => {
      const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
      await files.write('bytes', bytes);
      expect(Buffer.from((await files.read('bytes', 256))?.content ?? []).equals(bytes)).toBe(true);
      expect(await codeOf(files.read('bytes', 255))).toBe('invalid');
    });

    it('moves, copies and removes', async () => {
      await files.makeDirectory('a', 0o700);
      await files.makeDirectory('a/b');
      await put('a/b/file', 'content');
      await files.chmod('a/b/file', 0o600);
      symlinkSync('b/file', at('a/link'));
      await files.copy('a', 'copy');
      expect(text('copy/link')).toBe('content');
      expect(lstatSync(at('copy/link')).isSymbolicLink()).toBe(true);
      expect(lstatSync(at('copy/b/file')).mode & 0o777).toBe(0o600);
      expect(lstatSync(at('copy')).mode & 0o777).toBe(0o700);
      expect(await codeOf(files.copy('a', 'copy'))).toBe('exists');
      expect(await codeOf(files.copy('a', 'a/b/again'))).toBe('invalid');
      expect(existsSync(at('a/b/again'))).toBe(false);
      expect(await codeOf(files.rename('a', 'a/b/again'))).toBe('invalid');
      expect(await codeOf(files.rename('a', 'copy'))).toBe('exists');
      await files.rename('a/b/file', 'moved');
      expect([text('moved'), existsSync(at('a/b/file'))]).toEqual(['content', false]);
      await files.remove('copy');
      expect(existsSync(at('copy'))).toBe(false);
    });

    it('moves files to the trash, with their origin, and empties it', async () => {
      await put('public_html/page', '1');
      await put('page', '2');
      expect(await files.trash('public_html/page')).toBe('page');
      expect(await files.trash('page')).toBe('page.1');
      expect(text('.trash/.trash_restore')).toBe('page=/home/bob/public_html\npage.1=/home/bob\n');
      expect(lstatSync(at('.trash')).mode & 0o777).toBe(0o700);
      expect(await files.restore('page')).toBe('public_html/page');
      expect([text('public_html/page'), text('.trash/.trash_restore')]).toEqual(['1', 'page.1=/home/bob\n']);
      expect(await codeOf(files.restore('page'))).toBe('not_found');
      expect(await codeOf(files.restore('../page'))).toBe('invalid');
      writeFileSync(at('.trash/evil'), '');
      writeFileSync(at('.trash/.trash_restore'), 'evil=/home/alice/open\npage.1=/home/bob\n');
      expect(await codeOf(files.restore('evil'))).toBe('invalid');
      await files.remove('.trash/evil');
      await files.trash('public_html/page');
      expect(await codeOf(files.trash('.trash/page'))).toBe('invalid');
      expect(await files.emptyTrash(0)).toBe(0);
      expect(await files.emptyTrash(Date.now() + 60_000)).toBe(2);
      expect(readdirSync(at('.trash'))).toEqual(['.trash_restore']);
      expect(text('.trash/.trash_restore')).toBe('');
    });

    it.each([
      ['that goes up', '../alice/secret'],
      ['that goes down and up', 'public_html/../../alice/secret'],
      ['of another home', '/home/alice/secret'],
      ['of a home that begins like it', '/home/bobby/x'],
      ['of the system', '/etc/passwd'],
      ['with NUL', 'a\0b'],
      ['with a long name', 'x'.repeat(256)],
      ['that is too long', `${'x/'.repeat(3000)}y`],
      ['with many parts', 'a/'.repeat(300)],
    ])('refuses a path %s', async (_what, path) => {
      const works: Promise<unknown>[] = [
        files.stat(path),
        files.list(path),
        files.read(path, 9),
        put(path, 'x'),
        files.remove(path),
      ];
      works.push(
        files.rename(path, 'x'),
        files.copy(path, 'x'),
        files.trash(path),
        files.makeDirectory(path),
      );
      expect(new Set(await Promise.all(works.map(codeOf)))).toEqual(new Set(['invalid']));
    });

    it('never changes the home itself', async () => {
      for (const path of ['', '/home/bob', '.', '/home/bob/']) {
        const works: Promise<unknown>[] = [
          files.remove(path),
          files.trash(path),
          files.rename(path, 'x'),
          files.copy(path, 'x'),
        ];
        expect(await Promise.all(works.map(codeOf))).toEqual(['invalid', 'invalid', 'invalid', 'invalid']);
      }
      expect(existsSync(at('public_html'))).toBe(true);
    });

    it('follows links in the home', async () => {
      await put('www/index.html', 'by the link');
      expect(text('public_html/index.html')).toBe('by the link');
      symlinkSync('/home/bob/public_html/index.html', at('absolute'));
      symlinkSync('../absolute', at('tmp/up'));
      await put('tmp/up', 'changed');
      expect(text('public_html/index.html')).toBe('changed');
      expect(lstatSync(at('absolute')).isSymbolicLink()).toBe(true);
      expect(await files.stat('absolute')).toMatchObject({
        kind: 'link',
        target: '/home/bob/public_html/index.html',
      });
    });

    it('follows no link that leads out of the home', async () => {
      for (const [name, target] of Object.entries({
        absolute: '/home/alice',
        relative: '../alice',
        deep: 'tmp/../../alice',
        other: '/etc',
        top: '/',
      })) {
        symlinkSync(target, at(name));
        const inner = `${name}/secret`;
        const works: Promise<unknown>[] = [
          files.list(name),
          files.read(inner, 99),
          files.stat(inner),
          put(`${name}/open/x`, 'x'),
        ];
        works.push(files.remove(inner), files.trash(inner), files.rename(inner, 'x'), files.copy(inner, 'x'));
        works.push(files.rename('tmp', `${name}/open/tmp`), files.chmod(inner, 0o777));
        expect([name, new Set(await Promise.all(works.map(codeOf)))]).toEqual([name, new Set(['not_ours'])]);
      }
      symlinkSync('/home/alice/secret', at('file'));
      expect(await codeOf(files.read('file', 99))).toBe('not_ours');
      expect(await codeOf(put('file', 'x'))).toBe('not_ours');
      symlinkSync('loop', at('loop'));
      expect(await codeOf(files.read('loop', 99))).toBe('invalid');
      // The link itself can be copied, moved and removed.
      await files.copy('file', 'copied');
      expect(lstatSync(at('copied')).isSymbolicLink()).toBe(true);
      await files.remove('absolute');
      await files.trash('relative');
    });

    it('follows no link below a folder that it is asked to stay in', async () => {
      await put('tmp/page', 'inside');
      symlinkSync('tmp', at('way'));
      symlinkSync('../public_html', at('tmp/link'));
      symlinkSync('../public_html/index.html', at('tmp/file'));
      await put('public_html/index.html', 'outside');
      const below = files.below('way');
      expect((await below.list('')).files.map(({ name }) => name)).toEqual(['file', 'link', 'page']);
      expect((await below.read('page', 99))?.content.length).toBe(6);
      expect(await below.stat('link')).toMatchObject({ kind: 'link', target: '../public_html' });
      const works: Promise<unknown>[] = [
        below.list('link'),
        below.read('link/index.html', 99),
        below.read('file', 99),
        below.readPart('file', 0, 99),
        below.write('link/new', Buffer.from('x')),
        below.write('file', Buffer.from('x')),
        below.makeDirectory('link/new'),
        below.makeLink('link/new', 'x'),
        below.chmod('file', 0o777),
        below.remove('link/index.html'),
      ];
      expect(new Set(await Promise.all(works.map(codeOf)))).toEqual(new Set(['not_ours']));
      expect(await codeOf(below.read('../public_html/index.html', 99))).toBe('invalid');
      expect(readdirSync(at('public_html'))).toEqual(['index.html']);
      symlinkSync('/home/alice', at('away'));
      expect(await codeOf(files.below('away').read('secret', 99))).toBe('not_ours');
    });

    it('reads a part of a file, creates links, and sets the time of a change', async () => {
      await put('page', '0123456789');
      const part = async (from: number, bytes: number) =>
        Buffer.from((await files.readPart('page', from, bytes))?.content ?? []).toString();
      expect([await part(0, 4), await part(8, 4), await part(10, 4)]).toEqual(['0123', '89', '']);
      expect((await files.readPart('page', 0, 4))?.file.size).toBe(10);
      expect(await files.readPart('none', 0, 4)).toBeUndefined();
      expect(await codeOf(files.readPart('tmp', 0, 4))).toBe('invalid');
      expect(await files.makeLink('link', '/home/alice/secret')).toMatchObject({ kind: 'link' });
      expect(await codeOf(files.makeLink('link', 'page'))).toBe('exists');
      expect(readlinkSync(at('link'))).toBe('/home/alice/secret');
      await files.write('page', Buffer.from('x'), { modifiedAt: 1_000_000_000_123 });
      expect((await files.stat('page'))?.modifiedAt).toBe(1_000_000_000_123);
    });

    it('opens no FIFO', async () => {
      execFileSync('mkfifo', [at('fifo')]);
      expect(await codeOf(files.read('fifo', 99))).toBe('invalid');
      expect(await codeOf(put('fifo', 'x'))).toBe('invalid');
      expect(await codeOf(files.copy('fifo', 'x'))).toBe('invalid');
      expect(await files.stat('fifo')).toMatchObject({ kind: 'fifo' });
      await files.makeDirectory('with');
      renameSync(at('fifo'), at('with/fifo'));
      await put('with/file', '1');
      await files.copy('with', 'without');
      expect(readdirSync(at('without'))).toEqual(['file']);
    });

    it('says what a name with other bytes than UTF-8 is, and removes it with its directory', async () => {
      await files.makeDirectory('odd');
      writeFileSync(Buffer.concat([Buffer.from(`${at('odd')}/`), Buffer.from([0xff, 0x41])]), '');
      expect((await files.list('odd')).files).toMatchObject([{ name: '\ufffdA', isUnnameable: true }]);
      await files.copy('odd', 'even');
      expect(readdirSync(at('even'), 'buffer')).toEqual([Buffer.from([0xff, 0x41])]);
      await files.remove('odd');
      expect(existsSync(at('odd'))).toBe(false);
    });

    it('says that the home is not there', async () => {
      renameSync(machine.path('/home/bob'), machine.path('/home/away'));
      expect(await codeOf(put('x', 'x'))).toBe('failed');
      await expect(files.list('')).rejects.toThrow('The home directory /home/bob cannot be used.');
      symlinkSync('/home/away', machine.path('/home/bob'));
      expect(await codeOf(files.list(''))).toBe('failed');
      rmSync(machine.path('/home/bob'));
      renameSync(machine.path('/home/away'), machine.path('/home/bob'));
      expect((await files.list('')).total).toBeGreaterThan(0);
    });

    it('changes nothing outside while directories become links and back', async () => {
      await files.makeDirectory('public_html/open');
      await put('public_html/open/file', 'of bob');
      const swapping = await swap(at('public_html'), '../alice');
      const outcomes = new Map<string, number>();
      const count = async (work: Promise<unknown>) => {
        const code = await codeOf(work);
        outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
      };
      try {
        for (let round = 0; round < ROUNDS || !outcomes.has('done') || !outcomes.has('not_ours'); round++) {
          await count(put('public_html/open/x', 'x'));
          await count(files.chmod('public_html/open', 0o755));
          await count(files.copy('public_html/open', 'public_html/open.copy'));
          await count(files.remove('public_html/open.copy'));
          await count(files.trash('public_html/open/x'));
          const read = await files.read('public_html/secret', 99).catch(() => undefined);
          expect(read).toBeUndefined();
        }
      } finally {
        swapping.kill('SIGKILL');
        await new Promise((done) => swapping.once('close', done));
      }
      expect(lstatSync(machine.path('/home/alice/open')).mode & 0o777).toBe(0o777);
    });

    it('copies and removes nothing through a directory that becomes a link meanwhile', async () => {
      await files.makeDirectory('tree');
      await files.makeDirectory('tree/inner');
      await put('tree/inner/file', 'of bob');
      const swapping = await swap(at('tree/inner'), '../../alice');
      try {
        for (let round = 0; round < ROUNDS; round++) {
          await files.copy('tree', 'copy').catch(() => undefined);
          expect(existsSync(at('copy/inner.aside/secret')) && !isLink(at('copy/inner.aside'))).toBe(false);
          expect(existsSync(at('copy/inner/secret')) && !isLink(at('copy/inner'))).toBe(false);
          await files.remove('copy');
        }
        await files.remove('tree').catch(() => undefined);
      } finally {
        swapping.kill('SIGKILL');
        await new Promise((done) => (swapping.exitCode === null ? swapping.once('close', done) : done(0)));
      }
    });
  });
}

function isLink(path: string): boolean {
  return lstatSync(path).isSymbolicLink();
}
