// Fileman of UAPI and API 2: an account's files, by `uapi_cpanel` and `cpanel`.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
});
afterAll(() => here.remove());

const at = (path: string) => join(here.state, 'root/home/bob', path);
const uapi = (name: string, args: Record<string, string> = {}) => here.uapi('bob', name, args);
const api2 = async (name: string, args: Record<string, string>) => (await here.api2('bob', name, args)).data;

describe('Fileman', () => {
  it('saves, shows and lists files', async () => {
    const saved = await uapi('Fileman::save_file_content', {
      dir: 'public_html',
      file: 'index.html',
      content: '<h1>Grüße</h1>\n',
    });
    expect(saved).toMatchObject({
      status: 1,
      data: { path: '/home/bob/public_html/index.html', from_charset: 'UTF-8', to_charset: 'UTF-8' },
    });
    expect(readFileSync(at('public_html/index.html'), 'utf8')).toBe('<h1>Grüße</h1>\n');
    const shown = await uapi('Fileman::get_file_content', {
      dir: '/home/bob/public_html',
      file: 'index.html',
    });
    expect(shown.data).toEqual({
      content: '<h1>Grüße</h1>\n',
      dir: '/home/bob/public_html',
      filename: 'index.html',
      path: '/home/bob/public_html/index.html',
      ...{ from_charset: 'UTF-8', from_char: 'UTF-8', to_charset: 'UTF-8', to_char: 'UTF-8' },
    });
    mkdirSync(at('public_html/shop'));
    writeFileSync(at('public_html/.htaccess'), '');
    const list = await uapi('Fileman::list_files', {
      dir: 'public_html',
      include_mime: '1',
      include_permissions: '1',
    });
    expect(list.data).toMatchObject([
      { file: 'shop', type: 'dir', fullpath: '/home/bob/public_html/shop', mimetype: 'inode/directory' },
      {
        ...{ file: 'index.html', type: 'file', size: '17', humansize: '17 bytes', mode: '33188' },
        ...{
          nicemode: '0644',
          path: '/home/bob/public_html',
          rawmimetype: 'text/html',
          mimename: 'text-html',
        },
        ...{ exists: 1, read: 1, write: 1 },
      },
    ]);
    const names = async (args: Record<string, string>) => {
      const { data } = await uapi('Fileman::list_files', { dir: 'public_html', ...args });
      return (data as { file: string }[]).map(({ file }) => file);
    };
    expect(await names({ show_hidden: '1' })).toEqual(['shop', '.htaccess', 'index.html']);
    expect(await names({ types: 'dir|link' })).toEqual(['shop']);
    expect(await names({ only_these_files: 'index.html,none' })).toEqual(['index.html']);
    expect(await names({ limit_to_list: '1' })).toEqual([]);
    expect(await names({ mime_types: 'text-html' })).toEqual(['index.html']);
    expect(await names({ 'api.paginate_size': '1', 'api.paginate_start': '2' })).toEqual(['index.html']);
  });

  it('says which directories are leaves', async () => {
    mkdirSync(at('tree/inner'), { recursive: true });
    mkdirSync(at('tree/other/inner'), { recursive: true });
    const { data } = await uapi('Fileman::list_files', { dir: 'tree', check_for_leaf_directories: '1' });
    expect(data).toMatchObject([
      { file: 'inner', isleaf: 1, isparent: 0 },
      { file: 'other', isleaf: 0, isparent: 0 },
    ]);
  });

  it('keeps the permissions of a file that it saves', async () => {
    writeFileSync(at('secret.php'), 'old', { mode: 0o600 });
    await uapi('Fileman::save_file_content', { file: 'secret.php', content: 'new' });
    expect([readFileSync(at('secret.php'), 'utf8'), lstatSync(at('secret.php')).mode & 0o777]).toEqual([
      'new',
      0o600,
    ]);
  });

  it('reads and writes other encodings', async () => {
    writeFileSync(at('latin.txt'), Buffer.from([0x47, 0x72, 0xfc, 0xdf, 0x65]));
    const { data } = await uapi('Fileman::get_file_content', { dir: '.', file: 'latin.txt' }).then(
      (one) => one,
    );
    expect(data).toMatchObject({
      ...{ content: 'Grüße', from_charset: 'windows-1252', from_char: 'windows-1252' },
      ...{ to_charset: 'UTF-8', to_char: 'UTF-8' },
    });
    await uapi('Fileman::save_file_content', { file: 'latin.txt', content: 'Ünü', to_charset: 'ISO-8859-1' });
    expect(readFileSync(at('latin.txt'))).toEqual(Buffer.from([0xdc, 0x6e, 0xfc]));
    const lacking = { file: 'latin.txt', content: '漢', to_charset: 'ISO-8859-1' };
    expect((await uapi('Fileman::save_file_content', { ...lacking, fallback: '0' })).errors).toEqual([
      'The encoding “ISO-8859-1” (parameter “to_charset”) does not have the character “漢”.',
    ]);
    expect(await uapi('Fileman::save_file_content', lacking)).toMatchObject({
      data: { to_charset: 'UTF-8' },
      warnings: ['The file is saved in UTF-8, because the encoding “ISO-8859-1” cannot have this text.'],
    });
  });

  it('changes nothing in a dry run', async () => {
    const calls = [
      ['Fileman::save_file_content', { file: 'dry', content: 'x' }],
      ['Fileman::delete_file', { path: 'secret.php' }],
      ['Fileman::trash_file', { path: 'secret.php' }],
      ['Fileman::move_file', { source: 'secret.php', destination: 'dry' }],
      ['Fileman::copy_file', { source: 'secret.php', destination: 'dry' }],
    ] as const;
    for (const [name, args] of calls) {
      const [module, func] = name.split('::');
      const named = { 'cpanel.user': 'bob', 'cpanel.module': module ?? '', 'cpanel.function': func ?? '' };
      const { data } = await here.call('uapi_cpanel', { ...named, ...args }, { dryRun: true });
      expect([name, data?.uapi]).toMatchObject([name, { status: 1 }]);
    }
    expect([existsSync(at('dry')), existsSync(at('secret.php'))]).toEqual([false, true]);
  });

  it('copies, moves, renames, trashes, restores and deletes', async () => {
    writeFileSync(at('one'), '1');
    mkdirSync(at('folder'));
    expect((await uapi('Fileman::copy_file', { source: 'one', destination: 'folder' })).data).toEqual({
      src: '/home/bob/one',
      dest: '/home/bob/folder/one',
    });
    await uapi('Fileman::rename_file', { source: 'folder/one', destination: 'two' });
    await uapi('Fileman::move_file', { source: 'folder/two', destination: 'three' });
    expect([existsSync(at('folder/two')), readFileSync(at('three'), 'utf8')]).toEqual([false, '1']);
    expect((await uapi('Fileman::move_file', { source: 'one', destination: 'three' })).errors).toEqual([
      '“three” already exists.',
    ]);
    expect((await uapi('Fileman::trash_file', { path: 'three' })).data).toEqual({
      path: '/home/bob/three',
      trash_leaf: 'three',
    });
    expect((await uapi('Fileman::restore_from_trash', { path: '.trash/three' })).data).toEqual({
      path: '/home/bob/three',
      trash_leaf: 'three',
    });
    await uapi('Fileman::trash_file', { path: 'three' });
    expect((await uapi('Fileman::empty_trash', { older_than: '1' })).messages).toEqual([
      '0 files were deleted.',
    ]);
    expect((await uapi('Fileman::empty_trash')).messages).toEqual(['1 file was deleted.']);
    await uapi('Fileman::delete_file', { path: 'folder' });
    expect(existsSync(at('folder'))).toBe(false);
  });

  it('Trash::remove deletes one file of the trash, and nothing else', async () => {
    for (const name of ['four', 'five', 'six']) {
      writeFileSync(at(name), name);
      await uapi('Fileman::trash_file', { path: name });
    }
    const remove = async (path: string) => (await uapi('Trash::remove', { path })).data;
    expect(await remove('four')).toEqual({ alreadyGone: 0, removed: 1 });
    expect(await remove('.trash/four')).toEqual({ alreadyGone: 1, removed: 0 });
    expect(await remove('/home/bob/.trash/five')).toEqual({ alreadyGone: 0, removed: 1 });
    writeFileSync(at('kept'), 'kept');
    for (const path of [
      '../kept',
      '.trash/../kept',
      '/home/bob/kept',
      '/home/eve/.trash/x',
      '.trash',
      '.trash/.',
      '.trash_restore',
      '.',
    ])
      expect([path, (await uapi('Trash::remove', { path })).status]).toEqual([path, 0]);
    expect([existsSync(at('kept')), existsSync(at('.trash/six')), existsSync(at('.trash/four'))]).toEqual([
      ...[true, true, false],
    ]);
    expect((await uapi('Fileman::restore_from_trash', { path: 'six' })).status).toBe(1);
    expect((await uapi('Fileman::restore_from_trash', { path: 'four' })).status).toBe(0);
  });

  it('completes paths', async () => {
    const { data } = await uapi('Fileman::autocompletedir', { path: '/home/bob/pub' });
    expect(data).toEqual([{ file: '/home/bob/public_html' }]);
    expect((await uapi('Fileman::autocompletedir', { path: 'none/x' })).data).toEqual([]);
    expect((await uapi('Fileman::autocompletedir', { path: 'tree/', list_all: '0' })).data).toEqual([]);
    expect((await uapi('Fileman::autocompletedir', { path: 'tree/o', dirsonly: '1' })).data).toEqual([
      { file: 'tree/other' },
    ]);
  });

  it('cannot upload without a body: Fileman::upload_files', async () => {
    const { status, errors } = await uapi('Fileman::upload_files', { 'file-1': 'a.txt' });
    expect([status, errors?.[0]]).toEqual([0, expect.stringContaining('on the port of accounts (2083)')]);
  });

  it('shows one file', async () => {
    expect((await uapi('Fileman::get_file_information', { path: 'tree/inner' })).data).toMatchObject({
      ...{ file: 'inner', path: '/home/bob/tree', fullpath: '/home/bob/tree/inner', type: 'dir' },
    });
    expect((await uapi('Fileman::get_file_information', { path: 'none' })).errors).toEqual([
      '“none”: No such file or directory.',
    ]);
  });

  it.each(['../eve', '/home/eve', '/etc', 'out', 'a\0b', 'x'.repeat(300)])(
    'refuses %j everywhere',
    async (path) => {
      symlinkSync('../eve', at('out'));
      try {
        const inner = `${path}/x`;
        const calls: [string, Record<string, string>][] = [
          ['Fileman::list_files', { dir: path }],
          ['Fileman::get_file_content', { dir: path, file: 'x' }],
          ['Fileman::get_file_information', { path: inner }],
          ['Fileman::save_file_content', { dir: path, file: 'x', content: 'x' }],
          ['Fileman::delete_file', { path: inner }],
          ['Fileman::trash_file', { path: inner }],
          ['Fileman::copy_file', { source: inner, destination: 'x' }],
          ['Fileman::move_file', { source: 'secret.php', destination: inner }],
        ];
        for (const [name, args] of calls) {
          const { status, errors } = await uapi(name, args);
          expect([name, status, errors?.length]).toEqual([name, 0, 1]);
        }
        expect(existsSync(join(here.state, 'root/home/eve/x'))).toBe(false);
      } finally {
        await uapi('Fileman::delete_file', { path: 'out' });
      }
    },
  );
});

test('a file of more than 8 MiB is not read, however large it is', async () => {
  const MEBIBYTE = 1024 * 1024;
  writeFileSync(at('large'), '');
  try {
    for (const size of [8 * MEBIBYTE + 1, 1024 * MEBIBYTE]) {
      truncateSync(at('large'), size);
      const got = await uapi('Fileman::get_file_content', { dir: '.', file: 'large' });
      expect(got).toMatchObject({ data: null, status: 0, errors: [expect.stringContaining('too large')] });
      expect(await api2('Fileman::viewfile', { dir: '.', file: 'large' })).toEqual([
        { result: 0, reason: got.errors?.[0] },
      ]);
      const { data } = await uapi('Fileman::get_file_information', { path: 'large' });
      expect(data).toMatchObject({ size: String(size) });
    }
  } finally {
    await uapi('Fileman::delete_file', { path: 'large' });
  }
});

describe('Fileman of API 2', () => {
  it('creates directories and files', async () => {
    expect(await api2('Fileman::mkdir', { path: 'public_html', name: 'new', permissions: '0700' })).toEqual([
      { path: '/home/bob/public_html', name: 'new', permissions: '0700' },
    ]);
    expect(lstatSync(at('public_html/new')).mode & 0o777).toBe(0o700);
    await api2('Fileman::mkfile', { path: '/home/bob/public_html/new', name: 'empty.txt' });
    expect(lstatSync(at('public_html/new/empty.txt'))).toMatchObject({ size: 0 });
    expect(await api2('Fileman::mkdir', { path: 'public_html', name: 'new' })).toEqual([
      { result: 0, reason: '“public_html/new”: It already exists.' },
    ]);
  });

  it('works on several files, and goes on after one that fails', async () => {
    const rows = await api2('Fileman::fileop', {
      op: 'chmod',
      sourcefiles: 'public_html/new,none',
      metadata: '0755',
    });
    expect(rows).toEqual([
      { result: 1, src: '/home/bob/public_html/new', dest: '/home/bob/public_html/new' },
      { result: 0, src: '/home/bob/none', dest: '', err: '“none”: No such file or directory.' },
    ]);
    expect(
      await api2('Fileman::fileop', { op: 'copy', sourcefiles: 'public_html/new', destfiles: 'copied' }),
    ).toMatchObject([{ result: 1, dest: '/home/bob/copied' }]);
    expect(
      await api2('Fileman::fileop', { op: 'rename', sourcefiles: 'copied', destfiles: 'renamed' }),
    ).toMatchObject([{ result: 1, dest: '/home/bob/renamed' }]);
    expect(await api2('Fileman::fileop', { op: 'trash', sourcefiles: 'renamed' })).toMatchObject([
      { result: 1, dest: '/home/bob/.trash/renamed' },
    ]);
    await api2('Fileman::fileop', { op: 'unlink', sourcefiles: 'public_html/new' });
    expect(existsSync(at('public_html/new'))).toBe(false);
  });

  it('saves, shows, lists and measures: Fileman::savefile, viewfile, listfiles, statfiles, getdiskinfo', async () => {
    const saved = { dir: 'public_html', filename: 'api2.html', content: '<h1>é</h1>' };
    expect(await api2('Fileman::savefile', saved)).toEqual([{ path: '/home/bob/public_html/api2.html' }]);
    const named = { dir: 'public_html', file: 'api2.html' };
    expect(await api2('Fileman::viewfile', named)).toEqual([
      {
        ...{ contents: '<h1>é</h1>', dir: '/home/bob/public_html', file: 'api2.html' },
        ...{ mimetype: 'text/html', mimename: 'text-html' },
      },
    ]);
    expect(await api2('Fileman::statfiles', named)).toMatchObject([
      { file: 'api2.html', type: 'file', nicemode: '0644', user: 'bob', group: 'bob', mimeinfo: 'text/html' },
    ]);
    expect(await api2('Fileman::statfiles', { dir: '/home/bob', file: 'public_html|.' })).toHaveLength(2);
    const listed = { dir: '', filepath: 'public_html', filelist: 'api2.html|none', needmime: '1' };
    expect(await api2('Fileman::listfiles', listed)).toMatchObject([
      { file: 'api2.html', path: '/home/bob/public_html', mimetype: 'text/html' },
    ]);
    expect(await api2('Fileman::listfiles', { dir: 'public_html', types: 'link' })).toEqual([]);
    expect(await api2('Fileman::getdiskinfo', {})).toMatchObject([
      {
        ...{ spacelimit: 'unlimited', spacelimit_humansize: 'unlimited' },
        spaceused: expect.stringMatching(/^\d+$/) as string,
        file_upload_must_leave_bytes_humansize: '5 MB',
      },
    ]);
  });

  it.each(['../eve', '/home/eve', '/etc'])('refuses %j', async (dir) => {
    const calls: [string, Record<string, string>][] = [
      ['Fileman::listfiles', { dir }],
      ['Fileman::listfiles', { dir: 'public_html', filepath: `../${dir}` }],
      ['Fileman::statfiles', { dir, file: 'x' }],
      ['Fileman::viewfile', { dir, file: 'x' }],
      ['Fileman::savefile', { dir, filename: 'x', content: 'x' }],
    ];
    for (const [name, args] of calls)
      expect([name, await api2(name, args)]).toEqual([name, [expect.objectContaining({ result: 0 })]]);
  });

  it('says what an operation lacks', async () => {
    expect(await api2('Fileman::fileop', { op: 'chmod', sourcefiles: 'x' })).toEqual([
      {
        result: 0,
        err: 'The operation “chmod” needs the permissions in the parameter “metadata”, such as 0644.',
      },
    ]);
    expect(await api2('Fileman::fileop', { op: 'copy', sourcefiles: 'x' })).toMatchObject([{ result: 0 }]);
    expect(await api2('Fileman::fileop', { op: 'link', sourcefiles: 'x' })).toMatchObject([{ result: 0 }]);
  });
});

describe('Fileman::transcode', () => {
  const transcode = async (args: Record<string, string>) => {
    const { data, errors } = await here.uapi('bob', 'Fileman::transcode', args);
    return errors?.[0] ?? data;
  };

  it('shows the text as another encoding has it', async () => {
    const args = { content: 'Grüße ☃', to_charset: 'ISO-8859-1' };
    expect(await transcode(args)).toContain('does not have the character “☃”');
    expect(await transcode({ ...args, discard_illegal: '1' })).toEqual({
      charset: 'ISO-8859-1',
      content: 'Grüße ',
    });
    expect(await transcode({ content: 'Grüße ☃' })).toEqual({ charset: 'UTF-8', content: 'Grüße ☃' });
    expect(await transcode({ ...args, transliterate: '1' })).toContain('transliterate=0');
    for (const to_charset of ['none', 'UTF-16LE'])
      expect(await transcode({ ...args, to_charset, discard_illegal: '1' })).toContain('to_charset');
  });
});
