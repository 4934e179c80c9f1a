// All tweak settings that this program knows, by key.
import { badParam } from '../../../core/errors.ts';
import { anyOf, quote } from '../../../core/quote.ts';
import { apache } from './catalogue-apache.ts';
import { basic } from './catalogue-basic.ts';
import { domains } from '../../domains/rules/settings.ts';
import { exim } from './catalogue-exim.ts';
import { mail } from './catalogue-mail.ts';
import { appearance, packages } from './catalogue-packages.ts';
import { passwords, security } from './catalogue-security.ts';
import { databases, php, statistics } from './catalogue-software.ts';
import { logs, network, resources, services } from './catalogue-system.ts';
import type { Entries, Entry } from '../../../ground/rules/tweak-setting-entry.ts';
import type { Module } from '../../../ground/rules/tweak-settings.ts';

export const catalogue: Entries = {
  ...{ ...domains, ...mail, ...passwords, ...security, ...php, ...databases, ...statistics },
  ...{ ...services, ...resources, ...logs, ...network, ...packages, ...appearance },
  ...{ ...basic, ...apache, ...exim },
};

/**
 * @throws ApiError `bad_param` for an unknown key of the module. The message names the module that has the key, or
 * similar keys.
 */
export async function find(module: Module, key: string): Promise<Entry> {
  const entry = Object.hasOwn(catalogue, key) ? catalogue[key] : undefined;
  if (entry?.module === module) return entry;
  const problem = `The module ${module} of Tweak Settings has no setting ${quote(key)}.`;
  if (entry !== undefined)
    throw badParam(`${problem} It is one of the module ${entry.module}: use module=${entry.module}.`);
  const { nearest } = await import('../../../core/nearest.ts');
  const near = nearest(key, Object.keys(catalogue)).map((name) => {
    const { module: its = module } = catalogue[name] ?? {};
    return its === module ? `“${name}”` : `“${name}” (module=${its})`;
  });
  throw badParam(
    near.length > 0
      ? `${problem} Did you mean ${anyOf(near)}?`
      : `${problem} To find settings, run “whmapi1 --search” with words of what they do.`,
  );
}
