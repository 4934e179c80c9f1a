// The files php.ini of PHP 8.4 in a sandbox, for tests in which PHP itself judges them.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import type { Installation } from './installation.ts';
import { isMissing } from './require-tool.ts';

const isComplete = !isMissing('php-fpm8.4') && !isMissing('php8.4');
export const describeWithPhp = isComplete ? describe : describe.skip;

export const version = 'ea-php84';

export const TEXT = `[PHP]
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

export function iniPath(here: Installation, program = 'fpm'): string {
  return join(here.state, 'root/etc/php/8.4', program, 'php.ini');
}

export function ini(here: Installation, program?: string): string {
  return readFileSync(iniPath(here, program), 'utf8');
}

export function setIni(here: Installation, text: string, program?: string): void {
  const path = iniPath(here, program);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** “OK” if the call succeeds. */
export async function reasonOf(
  here: Installation,
  command: string,
  args: Record<string, Json>,
): Promise<string> {
  const { metadata } = await here.call(command, args);
  return metadata.result === 1 ? 'OK' : metadata.reason;
}

export function setDirectives(here: Installation, ...directive: string[]): Promise<string> {
  return reasonOf(here, 'php_ini_set_directives', { version, directive });
}
