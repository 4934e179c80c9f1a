// Loads functions of UAPI and API 2 by name (`Module::function`). The build replaces this module by one that looks for
// the function's file (scripts/build/functions-by-name.ts).
import type { AccountApi } from '../core/context.ts';
import type { AnyFunction } from '../core/define.ts';
import { accountLoaders } from './loaders.generated.ts';

/** Returns the function with that name. Undefined if it does not exist. */
export async function loadAccountFunction(api: AccountApi, name: string): Promise<AnyFunction | undefined> {
  const loaders = accountLoaders[api];
  return Object.hasOwn(loaders, name) ? (await loaders[name]?.())?.default : undefined;
}
