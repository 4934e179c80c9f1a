// Plugins of this program: Debian packages whose names begin in one way.
import type { Param } from '../../../../core/define.ts';
import { badParam, notFound } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import type { FoundRequest } from './packages.ts';

const PREFIX = 'whmapi1-plugin-';

export const pluginName = {
  type: 'string',
  required: true,
  maxLength: 128,
  lowerCase: true,
  pattern: {
    matches: /^[a-z0-9][a-z0-9+.-]*$/,
    expects: `the name of a plugin’s package, such as ${PREFIX}example, or what follows “${PREFIX}” in it`,
  },
  doc: `The plugin: its package, such as ${PREFIX}example, or only what follows “${PREFIX}”.`,
} as const satisfies Param;

export function packageOfPlugin(name: string): string {
  return name.startsWith(PREFIX) ? name : `${PREFIX}${name}`;
}

/** @throws ApiError `not_found`, `bad_param`. */
export function assertPlugin(name: string, { unknown, installed }: FoundRequest, isWanted: boolean): void {
  const found = packageOfPlugin(name);
  if (unknown.length > 0) {
    throw notFound(
      `There is no plugin ${quote(found)}. package_manager_list_packages lists the packages; plugins begin with ` +
        `“${PREFIX}”.`,
    );
  }
  if (!isWanted && !installed.has(found)) throw badParam(`The plugin ${quote(found)} is not installed.`);
}

/** As WHM names the log of a plugin’s installation: the name with a time stamp. */
export function logEntry(name: string, now: number): string {
  return `${packageOfPlugin(name)}.${new Date(now).toISOString()}`;
}
