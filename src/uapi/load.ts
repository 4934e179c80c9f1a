// Loads functions of UAPI and API 2 by name (`Module::function`). The build replaces this module by one that looks for
// the function's file (scripts/build/functions-by-name.ts).
import type { AnyFunction } from '../core/define.ts';
import { api2Loaders, uapiLoaders } from './loaders.generated.ts';

/** Returns the function of UAPI with that name. Undefined if it does not exist. */
export async function loadUapi(name: string): Promise<AnyFunction | undefined> {
  return Object.hasOwn(uapiLoaders, name) ? (await uapiLoaders[name]?.())?.default : undefined;
}

/** Returns the function of API 2 with that name. Undefined if it does not exist. */
export async function loadApi2(name: string): Promise<AnyFunction | undefined> {
  return Object.hasOwn(api2Loaders, name) ? (await api2Loaders[name]?.())?.default : undefined;
}
