// How a call finds its function. In the built program a module stands in this one's place that looks for the function's
// file (scripts/build/functions-by-name.ts), so that a call does not pay for the names of all others.
import type { AnyFunction } from '../core/define.ts';
import { loaders } from './loaders.generated.ts';

/** The function of that name; undefined where there is none. */
export async function loadFunction(name: string): Promise<AnyFunction | undefined> {
  return Object.hasOwn(loaders, name) ? (await loaders[name]?.())?.default : undefined;
}
