// php.ini of PHP versions: unusual files and hostile values. tests/functions/php-ini.test.ts has the ordinary cases.
import { Installation } from '../support/installation.ts';
import { describeWithPhp, ini, reasonOf, setDirectives, setIni, TEXT, version } from '../support/php-ini.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

describeWithPhp('php_ini_get_content and php_ini_set_content', () => {
  it('replace the file of the CGI program too, if it exists, and not that of the command line', async () => {
    for (const program of ['fpm', 'cgi', 'cli']) setIni(here, 'memory_limit = 1M\n', program);
    expect(await reasonOf(here, 'php_ini_set_content', { version, content: TEXT })).toBe('OK');
    expect([ini(here, 'fpm'), ini(here, 'cgi'), ini(here, 'cli')]).toEqual([
      TEXT,
      TEXT,
      'memory_limit = 1M\n',
    ]);
  });

  it('reject a value with PHP’s own words, and change nothing', async () => {
    setIni(here, TEXT);
    const content = 'memory_limit = lots\n';
    const words = 'Invalid "memory_limit" setting';
    expect(await reasonOf(here, 'php_ini_set_content', { version, content })).toContain(words);
    expect(ini(here)).toBe(TEXT);
  });

  it('accept a text with a fault that the present one has too', async () => {
    setIni(here, 'extension = nonexistent\n');
    expect(
      await reasonOf(here, 'php_ini_set_content', {
        version,
        content: 'extension = nonexistent\nprecision = 9\n',
      }),
    ).toBe('OK');
  });
});

describeWithPhp('php_ini_set_directives', () => {
  it('changes nothing the second time', async () => {
    setIni(here, TEXT);
    await setDirectives(here, 'memory_limit:256M');
    const { metadata } = await here.call('php_ini_set_directives', {
      version,
      'directive-1': 'memory_limit:256M',
    });
    expect(metadata.output?.messages).toEqual(['The directives already have these values.']);
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
    setIni(here, TEXT);
    expect(await setDirectives(here, directive, 'precision:5')).toContain(words);
    expect(ini(here)).toBe(TEXT);
  });

  it.each([
    ['[HOST=a.example]\nmemory_limit = 1M\n', 'has sections for hosts'],
    ['include_path = "a\nmemory_limit = 5M\n"\n', 'has lines that belong together'],
    ['memory_limit = (\n', 'has an error'],
  ])('does not edit %j by lines', async (text, words) => {
    setIni(here, text);
    expect(await setDirectives(here, 'memory_limit:256M')).toContain(words);
    expect(ini(here)).toBe(text);
  });
});
