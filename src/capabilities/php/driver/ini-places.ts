// The files php.ini of a release. Debian has one for each way in which PHP runs.
import { CONFIGURATION } from './php-pools/places.ts';

/** For the sites: PHP-FPM, and the CGI program if it is installed. The command line keeps its own file. */
export const iniFiles = (release: string): readonly [fpm: string, cgi: string] => [
  `${CONFIGURATION}/${release}/fpm/php.ini`,
  `${CONFIGURATION}/${release}/cgi/php.ini`,
];
