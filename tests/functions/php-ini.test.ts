// php.ini of PHP versions: read, set and edited, with PHP itself as the judge, in a sandbox.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Hash, Json } from '../../src/core/values.ts';
import { written, type IniType } from '../../src/capabilities/php/rules/ini.ts';
import { Installation } from '../support/installation.ts';
import {
  describeWithPhp,
  ini,
  iniPath,
  reasonOf,
  setDirectives,
  setIni,
  TEXT,
  version,
} from '../support/php-ini.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describeWithPhp('php_ini_get_content and php_ini_set_content', () => {
  it('return and replace the file of PHP-FPM', async () => {
    expect((await here.call('php_ini_get_content', { version })).data).toEqual({ content: '' });
    expect(await reasonOf(here, 'php_ini_set_content', { version, content: TEXT })).toBe('OK');
    expect(ini(here)).toBe(TEXT);
    expect((await here.call('php_ini_get_content', { version })).data).toEqual({ content: TEXT });
    expect(statSync(iniPath(here)).mode & 0o777).toBe(0o644);
    expect(existsSync(iniPath(here, 'cgi'))).toBe(false);
  });

  it.each([
    ['memory_limit = (64M\nfoo', 'syntax error'],
    ['extension = nonexistent\n', 'Unable to load dynamic library'],
  ])('reject %j with PHP’s own words, and change nothing', async (content, words) => {
    setIni(here, TEXT);
    expect(await reasonOf(here, 'php_ini_set_content', { version, content })).toContain(words);
    expect(ini(here)).toBe(TEXT);
  });

  it.each(['php_ini_get_content', 'php_ini_get_directives'])(
    '%s names the installed versions',
    async (command) => {
      expect(await reasonOf(here, command, { version: 'ea-php56' })).toMatch(
        /^The parameter “version” should be an installed PHP version, not “ea-php56”. Installed: .*ea-php84/,
      );
    },
  );
});

describeWithPhp('a php.ini that is not an ordinary file', () => {
  const calls: [string, Record<string, Json>][] = [
    ['php_ini_get_content', { version }],
    ['php_ini_get_directives', { version }],
    ['php_ini_set_directives', { version, directive: ['memory_limit:1M'] }],
    ['php_ini_set_content', { version, content: 'memory_limit = 1M' }],
  ];

  it('is rejected without waiting for it', async () => {
    mkdirSync(join(iniPath(here), '..'), { recursive: true });
    execFileSync('mkfifo', [iniPath(here)]);
    for (const [command, args] of calls)
      expect([command, await reasonOf(here, command, args)]).toEqual([
        command,
        expect.stringContaining('php.ini'),
      ]);
    rmSync(iniPath(here));
    symlinkSync('/etc/hostname', iniPath(here));
    for (const [command, args] of calls)
      expect([command, await reasonOf(here, command, args)]).toEqual([
        command,
        expect.stringContaining('php.ini'),
      ]);
    rmSync(iniPath(here));
    // A sparse file of 1 GB.
    writeFileSync(iniPath(here), '');
    truncateSync(iniPath(here), 1e9);
    expect(await reasonOf(here, 'php_ini_get_content', { version })).toMatch(/php\.ini” is larger than/);
  });
});

describeWithPhp('php_ini_get_directives', () => {
  it('returns what PHP itself reports', async () => {
    setIni(here, TEXT);
    const { data } = await here.call('php_ini_get_directives', { version });
    const all = new Map((data?.directives as Hash[]).map((one) => [one.key, one]));
    expect(all.get('memory_limit')).toEqual({
      ...{
        key: 'memory_limit',
        value: '128M',
        default_value: '128M',
        type: 'integer',
        php_ini_mode: 'PHP_INI_ALL',
      },
      info: 'Maximum amount of memory a script may consume https://php.net/memory-limit',
    });
    expect(all.get('post_max_size')).toMatchObject({
      value: '9M',
      default_value: '8M',
      php_ini_mode: 'PHP_INI_PERDIR',
    });
    expect(all.get('display_errors')).toMatchObject({ value: 'On', type: 'boolean' });
    expect(all.get('allow_url_fopen')).toMatchObject({ type: 'boolean', php_ini_mode: 'PHP_INI_SYSTEM' });
    // The command line has other values of these.
    expect(all.get('max_execution_time')).toMatchObject({
      value: '30',
      default_value: '30',
      type: 'integer',
    });
    expect(all.get('html_errors')).toMatchObject({ value: 'On' });
    expect(all.has('extension')).toBe(false);
  });
});

describeWithPhp('php_ini_set_directives', () => {
  it('warns of files in conf.d that set another value, and of values that pools have of their own', async () => {
    setIni(here, TEXT);
    const folder = join(here.state, 'root/etc/php/8.4/fpm/conf.d');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '20-mine.ini'), 'memory_limit = 64M\nextension = nonexistent\n');
    writeFileSync(join(folder, '99-later.ini'), 'memory_limit = 96M\npost_max_size = 8M\n');
    const warningsOf = async (...directive: string[]) =>
      (await here.call('php_ini_set_directives', { version, directive })).metadata.output?.warnings;
    expect(await warningsOf('memory_limit:256M', 'post_max_size:8M')).toEqual([
      '“/etc/php/8.4/fpm/conf.d/99-later.ini” sets memory_limit to “96M”. PHP reads that file after php.ini, so the ' +
        'new value has no effect on PHP-FPM until you remove the line from that file.',
    ]);
    expect(await warningsOf('memory_limit:96M')).toBeUndefined();
    expect(await warningsOf('session.save_path:/var/lib/php/sessions')).toEqual([
      'The pools of accounts have a value of their own for session.save_path, so the new value does not apply to them.',
    ]);
  });

  it('changes only the lines of the directives', async () => {
    setIni(here, TEXT);
    setIni(here, 'precision = 3\n', 'cgi');
    expect(
      await setDirectives(
        here,
        ...[
          'memory_limit:256M',
          'display_errors:1',
          'post_max_size:20M',
          'session.name:SID',
          'date.timezone:Asia/Tokyo',
        ],
        ...['error_reporting:E_ALL & ~E_NOTICE', 'include_path:.:/usr/share/php:/opt/php'],
      ),
    ).toBe('OK');
    expect(ini(here)).toBe(`[PHP]
; Maximum amount of memory a script may consume
; https://php.net/memory-limit
memory_limit = 256M ; as in 2019

;display_errors = Off
display_errors = On
error_reporting = E_ALL & ~E_NOTICE
post_max_size = "8M"
include_path = ".:/usr/share/php:/opt/php"
post_max_size = 20M

[Session]
session.name = "SID"
date.timezone = "Asia/Tokyo"
`);
    expect(ini(here, 'cgi')).toContain('precision = 3\nmemory_limit = 256M\n');
    const { data } = await here.call('php_ini_get_directives', { version });
    const values = Object.fromEntries(
      (data?.directives as Hash[]).map(({ key, value }): [string, unknown] => [key as string, value]),
    );
    expect(values).toMatchObject({ memory_limit: '256M', display_errors: 'On', 'session.name': 'SID' });
  });

  it('shows the lines in a dry run', async () => {
    setIni(here, TEXT);
    const args = { version, directive: 'memory_limit:256M' };
    const { metadata } = await here.call('php_ini_set_directives', args, { dryRun: true });
    expect(JSON.stringify(metadata)).toContain('+memory_limit = 256M ; as in 2019');
    expect(ini(here)).toBe(TEXT);
  });

  it('rejects what it cannot set, and changes nothing', async () => {
    setIni(here, TEXT);
    expect(await setDirectives(here, 'memory_limit')).toContain('with a colon between them');
    expect(await setDirectives(here, 'precision:5', 'extension:evil.so')).toContain(
      'has no directive “extension”',
    );
    expect(await setDirectives(here, 'auto_prepend_file:${HOME}')).toContain('without quotes, line breaks');
    expect(ini(here)).toBe(TEXT);
  });

  it('writes no value that PHP reads as another one, or as a further directive', async () => {
    const value = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: fc.constantFrom(...'a$1{}()[]"\'\\;=\n\r\0 &|!^~#%On/.:') }),
    );
    const cases: { line: string; name: string; parsed: string | undefined }[] = [];
    const name = fc.constantFrom('include_path', 'memory_limit', 'allow_url_fopen', 'error_reporting');
    const type = fc.constantFrom<IniType>('string', 'integer', 'boolean', 'float');
    fc.assert(
      fc.property(name, value, type, (key, text, kind) => {
        try {
          const one = written({ name: key, value: text }, kind);
          cases.push({ name: key, parsed: one.parsed, line: `${key} = ${one.text}` });
        } catch {
          // Rejected.
        }
      }),
      { numRuns: 2000 },
    );
    expect(cases.length).toBeGreaterThan(50);
    const code =
      'foreach (json_decode(stream_get_contents(STDIN)) as $line) $all[] = @parse_ini_string($line . "\n"); echo json_encode($all);';
    const input = JSON.stringify(cases.map(({ line }) => line));
    const read = JSON.parse(execFileSync('php8.4', ['-n', '-r', code], { input }).toString()) as unknown[];
    cases.forEach(({ name: key, parsed, line }, at) => {
      const expected = { [key]: parsed ?? (expect.stringMatching(/^-?\d+$/) as unknown) };
      expect([line, read[at]]).toEqual([line, expected]);
    });
  });
});

describeWithPhp('php_set_session_save_path', () => {
  const path = '/var/lib/php/sessions';

  it('sets the path and creates the folder', async () => {
    setIni(here, TEXT);
    expect(await reasonOf(here, 'php_set_session_save_path', { path })).toBe('OK');
    expect(ini(here)).toContain(`session.save_path = "${path}"`);
    expect(statSync(join(here.state, 'root', path)).mode & 0o7777).toBe(0o1733);
  });

  it('keeps a path that is set, unless overwrite=1', async () => {
    setIni(here, 'session.save_path = /srv/old\n');
    const { metadata } = await here.call('php_set_session_save_path', { path });
    expect(metadata.output?.messages).toEqual([
      '“/etc/php/8.4/fpm/php.ini” already has a path, which stays. Pass overwrite=1 to replace it.',
    ]);
    expect(ini(here)).toBe('session.save_path = /srv/old\n');
    await here.call('php_set_session_save_path', { path, overwrite: '1' });
    expect(ini(here)).toBe(`session.save_path = "${path}"\n`);
  });

  it.each(['relative', '/etc/x', '/var/../etc', '/var/lib/a b', '/var', '/home/bob/x'])(
    'rejects %s',
    async (wrong) => {
      expect(await reasonOf(here, 'php_set_session_save_path', { path: wrong })).toContain(
        'should be the absolute path',
      );
    },
  );
});
