// php.ini of PHP versions: unusual files and hostile values. tests/functions/php-ini.test.ts has the ordinary cases.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hash, Json } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { isMissing } from '../support/require-tool.ts';

const isComplete = !isMissing('php-fpm8.4') && !isMissing('php8.4');
const describeWithPhp = isComplete ? describe : describe.skip;

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => {
  here.remove();
});

const version = 'ea-php84';
const place = (program: string) => join(here.state, 'root/etc/php/8.4', program, 'php.ini');
const ini = (program = 'fpm') => readFileSync(place(program), 'utf8');
function setIni(text: string, program = 'fpm'): void {
  mkdirSync(join(place(program), '..'), { recursive: true });
  writeFileSync(place(program), text);
}
const reasonOf = async (command: string, args: Record<string, Json>) => {
  const { metadata } = await here.call(command, args);
  return metadata.result === 1 ? 'OK' : metadata.reason;
};
const setDirectives = (...directive: string[]) => reasonOf('php_ini_set_directives', { version, directive });

const TEXT = `[PHP]
; Maximum amount of memory a script may consume
; https://php.net/memory-limit
memory_limit = 128M ; as in 2019

;display_errors = Off
error_reporting = E_ALL & ~E_DEPRECATED
post_max_size = "8M"
include_path = ".:/usr/share/php"
post_max_size = 9M

[Session]
session.name = PHPSESSID
`;

describeWithPhp('php_ini_get_content and php_ini_set_content', () => {
  it('replace the file of the CGI program too, if it exists, and not that of the command line', async () => {
    for (const program of ['fpm', 'cgi', 'cli']) setIni('memory_limit = 1M\n', program);
    expect(await reasonOf('php_ini_set_content', { version, content: TEXT })).toBe('OK');
    expect([ini('fpm'), ini('cgi'), ini('cli')]).toEqual([TEXT, TEXT, 'memory_limit = 1M\n']);
  });

  it.each([
    ['memory_limit = (64M\nfoo', 'syntax error'],
    ['extension = nonexistent\n', 'Unable to load dynamic library'],
    ['memory_limit = lots\n', 'Invalid "memory_limit" setting'],
  ])('reject %j with PHP’s own words, and change nothing', async (content, words) => {
    setIni(TEXT);
    expect(await reasonOf('php_ini_set_content', { version, content })).toContain(words);
    expect(ini()).toBe(TEXT);
  });

  it('accept a text with a fault that the present one has too', async () => {
    setIni('extension = nonexistent\n');
    expect(
      await reasonOf('php_ini_set_content', { version, content: 'extension = nonexistent\nprecision = 9\n' }),
    ).toBe('OK');
  });

  it.each(['php_ini_get_content', 'php_ini_get_directives'])(
    '%s names the installed versions',
    async (command) => {
      expect(await reasonOf(command, { version: 'ea-php56' })).toMatch(
        /^The parameter “version” should be an installed PHP version, not “ea-php56”. Installed: .*ea-php84/,
      );
    },
  );
});

describeWithPhp('php_ini_set_directives', () => {
  it('changes only the lines of the directives', async () => {
    setIni(TEXT);
    setIni('precision = 3\n', 'cgi');
    expect(
      await setDirectives(
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
    expect(ini()).toBe(`[PHP]
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
    expect(ini('cgi')).toContain('precision = 3\nmemory_limit = 256M\n');
    const { data } = await here.call('php_ini_get_directives', { version });
    const values = Object.fromEntries(
      (data?.directives as Hash[]).map(({ key, value }): [string, unknown] => [key as string, value]),
    );
    expect(values).toMatchObject({ memory_limit: '256M', display_errors: 'On', 'session.name': 'SID' });
  });

  it('changes nothing the second time', async () => {
    setIni(TEXT);
    await setDirectives('memory_limit:256M');
    const { metadata } = await here.call('php_ini_set_directives', {
      version,
      'directive-1': 'memory_limit:256M',
    });
    expect(metadata.output?.messages).toEqual(['The directives already have these values.']);
  });

  it('shows the lines in a dry run', async () => {
    setIni(TEXT);
    const args = { version, directive: 'memory_limit:256M' };
    const { metadata } = await here.call('php_ini_set_directives', args, { dryRun: true });
    expect(JSON.stringify(metadata)).toContain('+memory_limit = 256M ; as in 2019');
    expect(ini()).toBe(TEXT);
  });

  it.each([
    ['memory_limit', 'with a colon between them'],
    ['memory_limit=5M', 'with a colon between them'],
    ['memory limit:5M', 'with a colon between them'],
    ['extension:evil.so', 'has no directive “extension”'],
    ['zend_extension:evil.so', 'has no directive'],
    ['constructor:1', 'has no directive'],
    ['memory_limit:lots', 'should be a whole number'],
    ['allow_url_fopen:maybe', 'should be On or Off'],
    ['error_reporting:E_ALL; extension=evil', 'should be error levels'],
    ['auto_prepend_file:/a\nextension=evil.so', 'text on one line, without control characters'],
    ['auto_prepend_file:/a"\u0000', 'text on one line, without control characters'],
    ['auto_prepend_file:a" ; x', 'without quotes, line breaks'],
    ['auto_prepend_file:${HOME}', 'without quotes, line breaks'],
  ])('rejects %j, and changes nothing', async (directive, words) => {
    setIni(TEXT);
    expect(await setDirectives(directive, 'precision:5')).toContain(words);
    expect(ini()).toBe(TEXT);
  });

  it.each([
    ['[HOST=a.example]\nmemory_limit = 1M\n', 'has sections for hosts'],
    ['include_path = "a\nmemory_limit = 5M\n"\n', 'has lines that belong together'],
    ['memory_limit = (\n', 'has an error'],
  ])('does not edit %j by lines', async (text, words) => {
    setIni(text);
    expect(await setDirectives('memory_limit:256M')).toContain(words);
    expect(ini()).toBe(text);
  });
});
