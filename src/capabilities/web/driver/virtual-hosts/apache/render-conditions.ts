// Which requests a directive of a virtual host is for.
import { CHALLENGE_PATH } from '../../../../../ground/driver/virtual-hosts/places.ts';
import { domain, pattern } from './apache-conf.ts';

/** All paths except those that begin with one of these. */
export const except = (...paths: readonly string[]) => `"^/(?!${paths.map(pattern).join('|')})"`;

/** All paths except challenges, which are answered in every state, so that certificates can be renewed. */
export const NOT_CHALLENGES = except(CHALLENGE_PATH);

/** A directive takes any number of names, but a line at most 8,190 bytes. */
const NAMES_ON_A_LINE = 20;

export function inLines<Item>(list: readonly Item[]): Item[][] {
  const count = Math.ceil(list.length / NAMES_ON_A_LINE);
  return Array.from({ length: count }, (_, at) =>
    list.slice(at * NAMES_ON_A_LINE, (at + 1) * NAMES_ON_A_LINE),
  );
}

/** @throws TypeError for a malformed name. */
export const isOneOf = (names: readonly string[]) =>
  `RewriteCond %{SERVER_NAME} "^(?:${names.map((name) => domain(name).replaceAll('.', '[.]')).join('|')})$"`;
