import type { Context } from '../../core/context.ts';

/** The text of a successful change, which clients match. */
export function tellReload({ reason, system }: Pick<Context, 'reason' | 'system'>, zone: string): void {
  reason(`Bind reloading on ${system.hostname()} using rndc zone: [${zone}]`);
}
