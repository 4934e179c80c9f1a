// The settings of a pool of PHP-FPM for which nothing is set.
import type { PoolParameters } from './settings.ts';

/** The same as in WHM. */
const poolDefaults = { maxChildren: 5, maxRequests: 20, idleTimeout: 10 } as const;

/** The values that a pool gets for its settings. */
export function poolValues({ maxChildren, maxRequests, idleTimeout }: PoolParameters) {
  return {
    maxChildren: maxChildren ?? poolDefaults.maxChildren,
    maxRequests: maxRequests ?? poolDefaults.maxRequests,
    idleTimeout: idleTimeout ?? poolDefaults.idleTimeout,
  };
}
