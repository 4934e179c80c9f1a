// The sockets on which the pools of PHP-FPM listen.
import { plainName } from '../../../core/wildcards.ts';
import { releaseOf } from './versions.ts';

const SOCKETS = '/run/whmapi1-php';

/** Characters of a name in the path. The kernel allows 107 bytes for the whole path (unix(7)). */
const MAX_NAME = 70;
const KEPT = 48;

/**
 * The socket of a virtual host, for one version of PHP. Long names are shortened, with a hash (FNV-1a, 64 bits). If two
 * pools had the same socket, PHP-FPM would reject the second one.
 */
export function socketOf(version: string, servername: string): string {
  const plain = plainName(servername);
  const name = plain.length <= MAX_NAME ? plain : `${plain.slice(0, KEPT)}-${hashOf(plain)}`;
  return `${SOCKETS}/${releaseOf(version)}-${name}.sock`;
}

function hashOf(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
