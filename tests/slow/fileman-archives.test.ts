// Fileman::fileop extract, compress and link: archives of other programs, of this one, and of attackers.
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Installation } from '../support/installation.ts';

const password = 'correct horse battery staple 7';
const LONG = `${'long-'.repeat(30)}/${'name-'.repeat(25)}.txt`;
let here: Installation;

beforeAll(async () => {
  here = new Installation();
  for (const username of ['bob', 'eve'])
    await here.call('createacct', { username, domain: `${username}.example`, password });
  writeFileSync(join(here.state, 'root/home/eve/secret'), 'of eve');
});
afterAll(() => {
  expect(readFileSync(join(here.state, 'root/home/eve/secret'), 'utf8')).toBe('of eve');
  here.remove();
});
beforeEach(() => {
  mkdirSync(at('site'));
});
afterEach(() => {
  for (const name of ['site', 'out', 'archive']) rmSync(at(name), { recursive: true, force: true });
  expect(readdirSync(at('')).filter((name) => /^\.whmapi1(?!-cgi$)/.test(name))).toEqual([]);
});

const at = (path: string) => join(here.state, 'root/home/bob', path);
const read = (path: string) => readFileSync(at(path), 'utf8');

interface Row {
  readonly result: number;
  readonly src: string;
  readonly dest: string;
  readonly err?: string;
}
async function fileop(op: string, sourcefiles: string, destfiles = '', metadata = ''): Promise<Row[]> {
  const { data } = await here.api2('bob', 'Fileman::fileop', { op, sourcefiles, destfiles, metadata });
  return data as unknown as Row[];
}
const done = { result: 1 };
const failed = (err: string) => [{ result: 0, err: expect.stringContaining(err) as string }];

/** Runs Python in bob’s home. */
const python = (script: string) =>
  execFileSync('python3', ['-c', script], { cwd: at(''), stdio: 'pipe' }).toString();
const libraries = 'import io, tarfile, zipfile, stat\n';

/** A site with all that archives can have. */
function makeSite(): void {
  mkdirSync(at('site/sub/empty'), { recursive: true });
  mkdirSync(at(`site/${LONG}/..`), { recursive: true });
  writeFileSync(at('site/index.html'), '<h1>Grüße</h1>', { mode: 0o640 });
  writeFileSync(at('site/sub/large.bin'), Buffer.alloc(700_001, 'abcdefg'));
  writeFileSync(at('site/sub/none'), '');
  writeFileSync(at('site/grüße ☃.txt'), 'x');
  writeFileSync(at(`site/${LONG}`), 'long');
  writeFileSync(at('site/run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  symlinkSync('../index.html', at('site/sub/link'));
}

function checkSite(top: string): void {
  const paths = (place: string) =>
    readdirSync(at(place), { recursive: true, encoding: 'utf8' })
      .filter((path) => !path.startsWith('.whmapi1'))
      .sort();
  expect(paths(top)).toEqual(paths('site'));
  expect(read(`${top}/index.html`)).toBe('<h1>Grüße</h1>');
  expect(readFileSync(at(`${top}/sub/large.bin`)).equals(Buffer.alloc(700_001, 'abcdefg'))).toBe(true);
  expect([read(`${top}/sub/none`), read(`${top}/${LONG}`)]).toEqual(['', 'long']);
  expect(readlinkSync(at(`${top}/sub/link`))).toBe('../index.html');
  expect([
    lstatSync(at(`${top}/run.sh`)).mode & 0o777,
    lstatSync(at(`${top}/index.html`)).mode & 0o777,
  ]).toEqual([0o755, 0o640]);
  const times = [top, 'site'].map((place) => Math.floor(lstatSync(at(`${place}/index.html`)).mtimeMs / 2000));
  expect(times[0]).toBe(times[1]);
}

describe('compress', () => {
  const readers = {
    zip: 'zipfile.ZipFile("archive").testzip()\nprint("\\n".join(sorted(zipfile.ZipFile("archive").namelist())))',
    tar: 'print("\\n".join(sorted(tarfile.open("archive", "r:").getnames())))',
    'tar.gz': 'print("\\n".join(sorted(tarfile.open("archive", "r:gz").getnames())))',
    'tar.bz2': 'print("\\n".join(sorted(tarfile.open("archive", "r:bz2").getnames())))',
  };

  it.each(Object.entries(readers))(
    'packs into %s, which Python and extract can read',
    async (format, reader) => {
      makeSite();
      expect(await fileop('compress', 'site', 'archive', format)).toEqual([
        { ...done, src: '/home/bob/site', dest: '/home/bob/archive' },
      ]);
      const names = python(libraries + reader)
        .trimEnd()
        .split('\n')
        .map((name) => name.replace(/\/$/, ''));
      expect(names).toEqual(
        expect.arrayContaining(['site', 'site/sub/empty', 'site/sub/link', `site/${LONG}`]),
      );
      expect(names).toHaveLength(readdirSync(at('site'), { recursive: true }).length + 1);
      expect(await fileop('extract', 'archive', 'out')).toEqual([
        { ...done, src: '/home/bob/archive', dest: '/home/bob/out' },
      ]);
      checkSite('out/site');
    },
  );

  it('names entries below the directory that all sources have in common', async () => {
    makeSite();
    await fileop('compress', '/home/bob/site/sub/none,site/run.sh', 'archive', 'tar');
    expect(python(`${libraries}${readers.tar}`)).toBe('run.sh\nsub/none\n');
  });

  it('takes the format from the name, and compresses one file', async () => {
    makeSite();
    expect(await fileop('compress', 'site/run.sh', 'site/a.tgz')).toMatchObject([done]);
    expect(python('import tarfile; print(tarfile.open("site/a.tgz", "r:gz").getnames())')).toContain(
      'run.sh',
    );
    for (const format of ['gz', 'bz2']) {
      expect(await fileop('compress', 'site/run.sh', `site/run.sh.${format}`)).toMatchObject([done]);
      expect(await fileop('extract', `site/run.sh.${format}`, 'out')).toMatchObject([done]);
      expect(read('out/run.sh')).toBe('#!/bin/sh\n');
    }
    expect(await fileop('compress', 'site', 'archive', 'gz')).toMatchObject(failed('for one regular file'));
  });

  it('replaces nothing, and leaves nothing if it fails', async () => {
    makeSite();
    writeFileSync(at('archive'), 'before');
    expect(await fileop('compress', 'site', 'archive', 'zip')).toMatchObject(failed('already exists'));
    expect(read('archive')).toBe('before');
    expect(await fileop('compress', 'site,none', 'out', 'zip')).toMatchObject([
      ...failed('“none”: No such file or directory.'),
      ...failed('“none”: No such file or directory.'),
    ]);
    for (const [archive, format, why] of [
      ['archive', 'rar', 'should be zip, tar, tar.gz, tar.bz2, gz or bz2'],
      ['archive', '', 'should be zip'],
      ['../eve/a', 'zip', 'use one without “..”'],
      ['', 'zip', 'needs the path of the archive'],
    ] as const)
      expect(await fileop('compress', 'site', archive, format)).toMatchObject(failed(why));
    expect(await fileop('compress', '/home/bob', 'archive2', 'zip')).toMatchObject(
      failed('the home directory itself'),
    );
    expect(existsSync(at('out'))).toBe(false);
  });

  it('refuses names that the archive cannot keep', async () => {
    writeFileSync(Buffer.concat([Buffer.from(at('site/caf')), Buffer.from([0xe9])]), '');
    for (const format of ['zip', 'tar.gz'])
      expect(await fileop('compress', 'site', 'archive', format)).toMatchObject(failed('is not valid UTF-8'));
    rmSync(at('site'), { recursive: true });
    mkdirSync(at('site'));
    writeFileSync(at('site/a\\b'), '');
    expect(await fileop('compress', 'site', 'archive', 'zip')).toMatchObject(failed('has no backslash'));
    expect(await fileop('compress', 'site', 'archive', 'tar')).toMatchObject([done]);
    expect(await fileop('extract', 'archive', 'out')).toMatchObject([done]);
    expect(readdirSync(at('out/site'))).toEqual(['a\\b']);
  });

  it.each(['zip', 'tar'])('keeps modes, times and odd names in %s', async (format) => {
    const name = 'x:y “\ufffd” ☃\n';
    writeFileSync(at(`site/${name}`), 'odd');
    writeFileSync(at('site/secret'), 'x', { mode: 0o400 });
    utimesSync(at('site/secret'), 1_234_567_891, 1_234_567_891);
    utimesSync(at(`site/${name}`), 4_300_000_000, 4_300_000_000);
    expect(await fileop('compress', 'site', 'archive', format)).toMatchObject([done]);
    expect(await fileop('extract', 'archive', 'out')).toMatchObject([done]);
    expect(read(`out/site/${name}`)).toBe('odd');
    expect(lstatSync(at(`out/site/${name}`)).mtimeMs).toBe(4_300_000_000_000);
    const { mode, mtimeMs } = lstatSync(at('out/site/secret'));
    expect([mode & 0o777, mtimeMs]).toEqual([0o400, 1_234_567_891_000]);
  });
});

describe('extract', () => {
  it('unpacks what Python has packed', async () => {
    makeSite();
    python(`${libraries}
import shutil
tarfile.open("archive", "w:gz", format=tarfile.PAX_FORMAT).add("site", "site")`);
    expect(await fileop('extract', 'archive', 'out')).toMatchObject([done]);
    checkSite('out/site');
  });

  it('replaces files, keeps others, and unpacks next to the archive by default', async () => {
    writeFileSync(at('site/old'), 'old');
    writeFileSync(at('site/index.php'), 'before');
    python(`${libraries}
with zipfile.ZipFile("site/a.zip", "w", zipfile.ZIP_DEFLATED) as a:
    a.writestr("index.php", "after")
    a.writestr("new/deep/file", "new")`);
    expect(await fileop('extract', 'site/a.zip')).toMatchObject([{ ...done, dest: '/home/bob/site' }]);
    expect([read('site/index.php'), read('site/old'), read('site/new/deep/file')]).toEqual([
      'after',
      'old',
      'new',
    ]);
    expect(lstatSync(at('site/new/deep/file')).mode & 0o777).toBe(0o600);
  });

  it('keeps hard links of tar', async () => {
    python(`${libraries}
a = tarfile.open("archive", "w:")
def add(name, **about):
    one = tarfile.TarInfo(name)
    for key, value in about.items(): setattr(one, key, value)
    a.addfile(one, io.BytesIO(b"x" * one.size))
add("first", size=3)
add("second", type=tarfile.LNKTYPE, linkname="first")
a.close()`);
    expect(await fileop('extract', 'archive', 'out')).toMatchObject([done]);
    expect(lstatSync(at('out/first')).ino).toBe(lstatSync(at('out/second')).ino);
  });

  describe('of an attacker', () => {
    const tar = (...entries: string[]) =>
      python(`${libraries}
a = tarfile.open("archive", "w:")
def add(name, **about):
    one = tarfile.TarInfo(name)
    for key, value in about.items(): setattr(one, key, value)
    a.addfile(one, io.BytesIO(b"x" * one.size))
add("first", size=1)
${entries.join('\n')}
a.close()`);

    it.each([
      ['a name above', 'add("../../eve/taken", size=1)', 'leads out'],
      ['a name above, in the middle', 'add("a/../../../eve/taken", size=1)', 'leads out'],
      ['a link out', 'add("out", type=tarfile.SYMTYPE, linkname="/home/eve")', 'leads out'],
      ['a relative link out', 'add("out", type=tarfile.SYMTYPE, linkname="../../eve")', 'leads out'],
      ['a hard link out', 'add("out", type=tarfile.LNKTYPE, linkname="../../eve/secret")', 'leads out'],
      ['a device', 'add("out", type=tarfile.CHRTYPE)', 'a device or another special file'],
      ['a FIFO', 'add("out", type=tarfile.FIFOTYPE)', 'a device or another special file'],
      ['a name with NUL', 'a.fileobj.write(b"not a header" * 50)', 'The archive is damaged'],
    ])('%s changes nothing', async (_what, entry, why) => {
      tar(entry);
      expect(await fileop('extract', 'archive', 'out')).toMatchObject(failed(why));
      expect(existsSync(at('out'))).toBe(false);
      expect(readdirSync(join(here.state, 'root/home/eve'))).not.toContain('taken');
    });

    it('does not write through its own links, nor through those that lead out', async () => {
      tar('add("inner", type=tarfile.SYMTYPE, linkname="first")', 'add("inner/file", size=1)');
      expect(await fileop('extract', 'archive', 'out')).toMatchObject([{ result: 0 }]);
      symlinkSync('/home/eve', at('site/eve'));
      tar('add("eve/taken", size=1)');
      expect(await fileop('extract', 'archive', 'site')).toMatchObject(failed('leads out of the home'));
      expect(readdirSync(join(here.state, 'root/home/eve'))).not.toContain('taken');
    });

    it('strips the slash of absolute names', async () => {
      tar('add("/etc/passwd", size=1)');
      expect(await fileop('extract', 'archive', 'out')).toMatchObject([done]);
      expect(read('out/etc/passwd')).toBe('x');
    });
  });

  it('leaves everything as it was if the archive is damaged', async () => {
    makeSite();
    for (const format of ['zip', 'tar', 'tar.gz', 'tar.bz2']) {
      await fileop('compress', 'site', 'archive', format);
      const whole = readFileSync(at('archive'));
      rmSync(at('archive'));
      for (const share of [0.3, 0.9]) {
        writeFileSync(at('archive'), whole.subarray(0, Math.floor(whole.length * share)));
        expect([format, share, ...(await fileop('extract', 'archive', 'out'))]).toMatchObject([
          ...[format, share],
          ...failed('The archive is damaged'),
        ]);
        expect(existsSync(at('out'))).toBe(false);
      }
      rmSync(at('archive'));
    }
    for (const [content, why] of [
      ['plain text', 'It is not an archive'],
      ['', 'It is not an archive'],
      ['PK\x05\x06', 'The archive is damaged'],
      [`PK\x03\x04${'\0'.repeat(600)}`, 'The archive is damaged'],
    ] as const) {
      writeFileSync(at('archive'), content, 'latin1');
      expect([content, ...(await fileop('extract', 'archive', 'out'))]).toMatchObject([
        content,
        ...failed(why),
      ]);
    }
    expect(await fileop('extract', 'site', 'out')).toMatchObject(failed('is not a regular file'));
    expect(await fileop('extract', '../eve/secret', 'out')).toMatchObject(failed('without “..”'));
    expect(await fileop('extract', 'site/run.sh', '/home/eve')).toMatchObject(
      failed('below the home directory'),
    );
  });

  it('unpacks tar of the oldest format, and refuses names that are not valid UTF-8', async () => {
    python(`
header = bytearray(512)
for at, text in ((0, b"old/file"), (100, b"0000644"), (124, b"00000000003"), (136, b"00000000000"), (148, b" " * 8)):
    header[at:at + len(text)] = text
header[148:155] = b"%06o\\0" % sum(header)
open("archive", "wb").write(bytes(header) + b"abc" + bytes(509 + 1024))`);
    expect(await fileop('extract', 'archive', 'out')).toMatchObject([done]);
    expect(read('out/old/file')).toBe('abc');
    for (const format of ['GNU', 'PAX']) {
      python(`${libraries}
a = tarfile.open("archive", "w:", format=tarfile.${format}_FORMAT, encoding="utf-8", errors="surrogateescape")
a.addfile(tarfile.TarInfo("n" * 120 + "caf\\udce9"))
a.close()`);
      expect(await fileop('extract', 'archive', 'new')).toMatchObject(failed('is not valid UTF-8'));
    }
    expect(existsSync(at('new'))).toBe(false);
  });

  it('reads zip of Windows, of DOS, and with numbers that no file has', async () => {
    const change = (bytes: string) =>
      python(`${libraries}
import struct
with zipfile.ZipFile("archive", "w") as a:
    one = zipfile.ZipInfo("sub?file")
    one.create_system = 0
    a.writestr(one, "content")
data = open("archive", "rb").read()
end = data.rfind(b"PK\\x05\\x06")
${bytes}
open("archive", "wb").write(data)`);
    change('data = data.replace(b"sub?file", b"s\\x81b\\\\file")');
    expect(await fileop('extract', 'archive', 'out')).toMatchObject([done]);
    expect(read('out/süb/file')).toBe('content');
    const locator = 'b"PK\\x06\\x07" + bytes(4) + struct.pack("<Q", WHERE) + bytes(4) + data[end:]';
    for (const where of ['2**64 - 1', 'len(data)'])
      for (const record of ['b""', 'b"PK\\x06\\x06" + bytes(28) + b"\\xff" * 24']) {
        change(
          `data = data[:end] + ${record} + ${locator.replace('WHERE', record === 'b""' ? where : 'end')}`,
        );
        expect(await fileop('extract', 'archive', 'new')).toMatchObject(failed('The archive is damaged'));
      }
    expect(existsSync(at('new'))).toBe(false);
  });

  it('refuses small archives with much content, and leaves nothing of them', async () => {
    const limit = failed(
      'The archive has more than 1024 MiB of content. The limit is 1024 MiB, or 20 times the size of the archive ' +
        'if that is more. Nothing was written.',
    );
    // Members of gzip, one after the other, are one file. 2 MB of them are 2 GB.
    const bomb = 'gzip.compress(bytes(2**26)) * 17';
    python(`import gzip\nopen("archive", "wb").write(${bomb})`);
    expect(await fileop('extract', 'archive', 'new')).toMatchObject(limit);
    python(`${libraries}
import gzip
one = tarfile.TarInfo("zeros")
one.size = 17 * 2**26
open("archive", "wb").write(gzip.compress(one.tobuf() + bytes(2**20)))`);
    expect(await fileop('extract', 'archive', 'new')).toMatchObject(limit);
    python(`${libraries}
import struct
with zipfile.ZipFile("archive", "w", zipfile.ZIP_DEFLATED) as a:
    for name in "one", "two", "six": a.writestr(name, bytes(2**20))
data = bytearray(open("archive", "rb").read())
at = data.find(b"PK\x01\x02")
while at > 0:
    data[at + 24 : at + 28] = struct.pack("<I", 400 * 2**20)
    at = data.find(b"PK\x01\x02", at + 1)
open("archive", "wb").write(data)`);
    expect(await fileop('extract', 'archive', 'new')).toMatchObject(limit);
    expect(existsSync(at('new'))).toBe(false);
  });

  it('says if a zip archive has a password, an unknown method, or a false checksum', async () => {
    const change = (bytes: string) =>
      python(`${libraries}
with zipfile.ZipFile("archive", "w") as a: a.writestr("file", "content")
data = bytearray(open("archive", "rb").read())
central = data.rfind(b"PK\\x01\\x02")
${bytes}
open("archive", "wb").write(data)`);
    change('data[central + 8] = 1');
    expect(await fileop('extract', 'archive', 'out')).toMatchObject(failed('The archive is encrypted.'));
    change('data[central + 10] = 99');
    expect(await fileop('extract', 'archive', 'out')).toMatchObject(failed('the compression method 99'));
    change('data[central + 16] ^= 1');
    expect(await fileop('extract', 'archive', 'out')).toMatchObject(failed('does not match its checksum'));
    expect(readdirSync(at('out'))).toEqual([]);
  });
});

describe('link', () => {
  it('creates a symbolic link', async () => {
    makeSite();
    expect(await fileop('link', 'site/index.html', 'site/home.html')).toEqual([
      { ...done, src: '/home/bob/site/index.html', dest: '/home/bob/site/home.html' },
    ]);
    expect(readlinkSync(at('site/home.html'))).toBe('/home/bob/site/index.html');
    const shown = await here.uapi('bob', 'Fileman::get_file_content', { dir: 'site', file: 'home.html' });
    expect(shown.data).toMatchObject({ content: '<h1>Grüße</h1>' });
    expect(await fileop('link', 'site/index.html', 'site/run.sh')).toMatchObject(failed('already exists'));
    expect(await fileop('link', '/home/eve/secret', 'site/x')).toMatchObject(
      failed('below the home directory'),
    );
  });
});
