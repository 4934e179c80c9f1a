// The load averages, as two functions return them.
import type { Machine } from '../../../../core/machine.ts';
import type { Fields } from '../../../../core/define.ts';

export const averages = {
  one: { type: 'string', doc: 'Runnable processes, averaged over 1 minute: “0.25”.' },
  five: { type: 'string', doc: 'The same over 5 minutes.' },
  fifteen: { type: 'string', doc: 'The same over 15 minutes.' },
} as const satisfies Fields;

/** Rounded to two decimals. */
export function measure(machine: Machine): { one: number; five: number; fifteen: number } {
  const { one, five, fifteen } = read(machine);
  return { one: Number(one), five: Number(five), fifteen: Number(fifteen) };
}

/** As texts with two decimals, as uptime(1) and WHM show them. */
export function read({ system }: Pick<Machine, 'system'>): { one: string; five: string; fifteen: string } {
  const [one, five, fifteen] = system.loadAverage();
  return { one: one.toFixed(2), five: five.toFixed(2), fifteen: fifteen.toFixed(2) };
}
