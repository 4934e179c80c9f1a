// Loads functions by name. The build replaces this module by one that looks for the function's file
// (scripts/build/functions-by-name.ts), so that a call does not load the names of all other functions.
import type { AnyFunction } from '../core/define.ts';
import { loaders } from './loaders.generated.ts';

/** Kept, because each import() of a module makes further promises, also if the module is loaded. */
const loaded = new Map<string, AnyFunction>();

/** Returns the function with that name. Undefined if it does not exist. */
export async function loadFunction(name: string): Promise<AnyFunction | undefined> {
  const known = loaded.get(name);
  if (known !== undefined || !Object.hasOwn(loaders, name)) return known;
  const fn = (await loaders[name]?.())?.default;
  if (fn !== undefined) loaded.set(name, fn);
  return fn;
}
