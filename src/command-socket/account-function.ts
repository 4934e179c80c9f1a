// Which function a call of uapi_cpanel or cpanel runs as an account. That function decides whether the server runs the call.
import type { AccountApi, RawArgument } from '../core/context.ts';
import type { AnyFunction } from '../core/define.ts';
import type { Engine } from '../core/engine.ts';
import { paramOf } from '../core/param-of.ts';

interface Naming {
  readonly module: string;
  readonly func: string;
  /** The parameter for the version of the API. Without it, the API is UAPI. */
  readonly version?: string;
}

/** The parameters that name the function. */
const namings: Readonly<Record<string, Naming>> = {
  uapi_cpanel: { module: 'cpanel.module', func: 'cpanel.function' },
  cpanel: {
    module: 'cpanel_jsonapi_module',
    func: 'cpanel_jsonapi_func',
    version: 'cpanel_jsonapi_apiversion',
  },
};

const apis: Readonly<Record<string, AccountApi>> = { 2: 'api2', 3: 'uapi' };

/** True if a function runs another one, as an account. */
export const runsAsAccount = ({ name }: AnyFunction): boolean => Object.hasOwn(namings, name);

/**
 * The function that a call of `fn` runs. Undefined if there is none, or if the arguments are not one plain text for each
 * parameter that names it.
 */
export async function accountFunction(
  fn: AnyFunction,
  args: readonly RawArgument[],
  { accountApis }: Engine,
): Promise<AnyFunction | undefined> {
  const naming = namings[fn.name];
  if (naming === undefined) return undefined;
  const module = textOf(fn, naming.module, args);
  const func = textOf(fn, naming.func, args);
  const api = naming.version === undefined ? 'uapi' : apiOf(fn, naming.version, args);
  if (module === undefined || func === undefined || api === undefined) return undefined;
  return accountApis[api].find(`${module}::${func}`);
}

function apiOf(fn: AnyFunction, name: string, args: readonly RawArgument[]): AccountApi | undefined {
  const isGiven = args.some((one) => paramOf(fn, one.name)?.base === name);
  const version = isGiven ? textOf(fn, name, args) : fn.params[name]?.default;
  return version === undefined ? undefined : apis[String(version)];
}

function textOf(fn: AnyFunction, name: string, args: readonly RawArgument[]): string | undefined {
  const [first, ...others] = args.filter((one) => paramOf(fn, one.name)?.base === name);
  return others.length === 0 && typeof first?.value === 'string' ? first.value : undefined;
}
