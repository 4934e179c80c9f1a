// The load averages, as two functions answer them.
import type { Host } from '../core/context.ts';
import type { Fields } from '../core/define.ts';

export const averages = {
  one: { type: 'number', doc: 'Runnable processes, averaged over one minute.' },
  five: { type: 'number', doc: 'The same over five minutes.' },
  fifteen: { type: 'number', doc: 'The same over fifteen minutes.' },
} as const satisfies Fields;

/** To two decimals, as uptime(1) shows them. */
export function read(host: Host): { one: number; five: number; fifteen: number } {
  const [one, five, fifteen] = host.system.loadAverage().map((average) => Math.round(average * 100) / 100);
  return { one: one ?? 0, five: five ?? 0, fifteen: fifteen ?? 0 };
}
