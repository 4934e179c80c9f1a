// Removes the secrets of a call from what scripts print, because that is logged and shown.
import type { HookedCall } from '../../../core/hooks.ts';

const MASK = '***';

/** Returns a function that replaces every secret argument of the call, also as JSON or in a URL writes it. */
export function maskOf({ fn, args }: Pick<HookedCall, 'fn' | 'args'>): (text: string) => string {
  const secrets = Object.entries(fn.params).flatMap(([name, { sensitive }]) => {
    const value = args[name];
    return sensitive === true && typeof value === 'string' && value !== '' ? [value] : [];
  });
  const forms = new Set(
    secrets.flatMap((secret) => [
      ...[secret, JSON.stringify(secret).slice(1, -1), asciiJson(secret)],
      ...[encodeURIComponent(secret), new URLSearchParams({ '': secret }).toString().slice(1)],
    ]),
  );
  // Longer ones first, because one may contain another.
  const ordered = [...forms].sort((a, b) => b.length - a.length);
  return (text) => ordered.reduce((masked, form) => masked.replaceAll(form, MASK), text);
}

/** As the JSON libraries of PHP and Python write it. */
function asciiJson(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
