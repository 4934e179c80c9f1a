// How a PHP version runs for virtual hosts that do not use PHP-FPM.
import { badParam } from '../../../core/errors.ts';
import type { PhpVersion } from './versions.ts';

/** All that WHM knows. */
export const handlerNames = ['cgi', 'suphp', 'dso', 'none'] as const;

/** The handler of a version for which none was set. */
export const DEFAULT_HANDLER = 'none';

/** Only those with which PHP runs as the user of the account, or not at all. */
export function availableHandlers({ cgi }: Pick<PhpVersion, 'cgi'>): string[] {
  return cgi === undefined ? ['none'] : ['cgi', 'none'];
}

const reasons: Readonly<Record<string, string>> = {
  cgi: 'The CGI program of this version is not installed. Install its Debian package, such as php8.4-cgi.',
  suphp: 'suPHP is no longer maintained, and Debian does not have it.',
  dso: 'A module of Apache would run the PHP of all accounts as the web server’s user, so that they could read each other’s files.',
};

/** @throws ApiError `bad_param` for a handler that this server cannot use for the version. */
export function assertAvailable(version: PhpVersion, handler: string): void {
  const { id } = version;
  const available = availableHandlers(version);
  if (available.includes(handler)) return;
  throw badParam(
    `The handler “${handler}” is not available for ${id}. ${reasons[handler] ?? ''} ` +
      `Available: ${available.join(', ')}. PHP-FPM is not a handler: use php_set_vhost_versions with php_fpm=1.`,
  );
}
