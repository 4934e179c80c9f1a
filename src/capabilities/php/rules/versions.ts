// PHP versions, by the names that WHM gives them: `ea-php84` is PHP 8.4.
import { badParam, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';

/** An installed PHP version. Paths are absolute. */
export interface PhpVersion {
  /** `ea-php84` */
  readonly id: string;
  /** `8.4` */
  readonly release: string;
  /** The unit of PHP-FPM: `php8.4-fpm`. */
  readonly unit: string;
  /** The name of the PHP-FPM program: `php-fpm8.4`. */
  readonly fpm: string;
  /** The name of the command-line program: `php8.4`. Undefined if it is not installed. */
  readonly cli: string | undefined;
  /** The name of the CGI program: `php-cgi8.4`. Undefined if it is not installed. */
  readonly cgi: string | undefined;
  /** The folder of its configuration: `/etc/php/8.4`, with `fpm/php.ini` and `fpm/conf.d`. */
  readonly configuration: string;
}

/** The name of a version that a virtual host does not choose itself. */
export const INHERIT = 'inherit';

const ID = /^ea-php(\d)(\d{1,2})$/;

/** @throws TypeError unless the text is the name of a version, such as `ea-php84`. */
export function releaseOf(id: string): string {
  const [, major, minor] = ID.exec(id) ?? [];
  if (major === undefined || minor === undefined) throw new TypeError('Invalid PHP version.');
  return `${major}.${minor}`;
}

/** They are sorted by age. */
export const newestOf = (versions: readonly PhpVersion[]): PhpVersion | undefined => versions.at(-1);

/** @throws ApiError `bad_param` if the version is not installed. */
export function getVersion(versions: readonly PhpVersion[], param: string, id: string): PhpVersion {
  const found = versions.find((one) => one.id === id);
  if (found !== undefined) return found;
  throw badParam(
    `The parameter “${param}” should be an installed PHP version, not ${quote(id)}. ${listed(versions)}`,
  );
}

/** @throws ApiError `not_found` if this server has no PHP at all. */
export function assertSome(versions: readonly PhpVersion[]): void {
  if (versions.length === 0) throw notFound(listed(versions));
}

function listed(versions: readonly PhpVersion[]): string {
  return versions.length === 0
    ? 'PHP-FPM is not installed on this server. Install the Debian package php-fpm.'
    : `Installed: ${versions.map(({ id }) => id).join(', ')}.`;
}
