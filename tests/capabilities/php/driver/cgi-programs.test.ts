// No value can add a command to a program that runs PHP by CGI, nor a directive to its file.
import fc from 'fast-check';
import { cgiFiles } from '../../../../src/capabilities/php/driver/cgi-programs.ts';

const version = { version: 'ea-php84', binary: '/usr/bin/php-cgi8.4' };

it('writes a program for each version, and a file with directives', () => {
  const files = cgiFiles('/home/bob', [version, { version: 'ea-php83', binary: '/usr/bin/php-cgi8.3' }]);
  expect(files.map(({ path, mode }) => [path, mode])).toEqual([
    ['/home/bob/.whmapi1-php/account.ini', 0o644],
    ['/home/bob/.whmapi1-php/ea-php84', 0o755],
    ['/home/bob/.whmapi1-php/ea-php83', 0o755],
  ]);
});

it('rejects hostile values', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('bob\nreboot', 'bob;reboot', '$(reboot)', '`reboot`', '"', "'", 'a b', '\\', '${X}', ''),
  );
  const isWord = (value: string) => /^[A-Za-z0-9._/-]+$/.test(value);
  fc.assert(
    fc.property(hostile, (value) => {
      fc.pre(!isWord(value));
      expect(() => cgiFiles(`/home/${value}\n`, [version])).toThrow(TypeError);
      expect(() => cgiFiles('/home/bob', [{ ...version, binary: `${value} ` }])).toThrow(TypeError);
      expect(() => cgiFiles('/home/bob', [{ ...version, version: value }])).toThrow(TypeError);
    }),
  );
});
