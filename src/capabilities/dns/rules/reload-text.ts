import type { Context } from '../../../core/context.ts';

/** The text of a successful change, which clients match. */
export function tellReload({ reason, system }: Context, zone: string): void {
  reason(reloadText(system, zone));
}

export function reloadText({ hostname }: Context['system'], zone: string): string {
  return `Bind reloading on ${hostname()} using rndc zone: [${zone}]`;
}
