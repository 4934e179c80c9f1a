// The public suffix list of Debian’s package in a form that Exim can look into: DMARC asks whether two domains have the
// same owner.
import { domainToASCII } from 'node:url';
import type { Machine } from '../../../../core/machine.ts';
import { PUBLIC_SUFFIXES, readable } from './places.ts';

const LIST = '/usr/share/publicsuffix/public_suffix_list.dat';

/** Writes the file if the list is another one. @returns true if it was. */
export async function writeSuffixes(machine: Pick<Machine, 'files'>): Promise<boolean> {
  const files = await machine.files(['/usr/share/publicsuffix', '/etc/exim4']);
  const list = await files.readText(LIST);
  if (list === undefined) return false;
  const content = renderSuffixes(list);
  if ((await files.readText(PUBLIC_SUFFIXES)) === content) return false;
  await files.write(PUBLIC_SUFFIXES, content, readable);
  return true;
}

/**
 * For each rule of the list (https://publicsuffix.org/list/): the number of labels that belong to the registry, for all
 * names below. Exim’s partial lookup finds the longest one: `*.co.uk` for `www.example.co.uk`. The exception `!www.ck` of
 * the rule `*.ck` means that `www.ck` itself is registered.
 */
export function renderSuffixes(list: string): string {
  const labels = new Map<string, number>();
  const exceptions = new Map<string, number>();
  for (const line of list.split('\n')) {
    const [rule = ''] = line.trim().split(/\s/);
    if (rule === '' || rule.startsWith('//')) continue;
    const isException = rule.startsWith('!');
    const isBelow = rule.startsWith('*.');
    const name = domainToASCII(isException ? rule.slice(1) : isBelow ? rule.slice(2) : rule);
    const count = name.split('.').length;
    if (name === '') continue;
    if (isException) {
      exceptions.set(name, count - 1);
      exceptions.set(`*.${name}`, count - 1);
    } else {
      const own = count + (isBelow ? 1 : 0);
      labels.set(`*.${name}`, Math.max(labels.get(`*.${name}`) ?? 0, own));
    }
  }
  const lines = [...labels, ...exceptions].map(([key, count]) => `${key}: ${count}\n`);
  return ['# Written by whmapi1 from the list of Debian’s package “publicsuffix”.\n', ...lines.sort()].join(
    '',
  );
}
