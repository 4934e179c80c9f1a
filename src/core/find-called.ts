// The function that a call names.
import type { Call, Caller } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Engine } from './engine.ts';
import { notProvided, unknownAccountFunction, unknownFunction } from './errors.ts';

/** @throws ApiError `not_provided`, `unknown_function`. */
export async function findCalled(
  { command, api }: Call,
  { isAccount }: Caller,
  engine: Engine,
): Promise<AnyFunction> {
  const functions = api === undefined ? engine : engine.accountApis[api];
  const found = await functions.find(command);
  if (found !== undefined) return found;
  const absent = await functions.known(command);
  if (absent !== undefined) throw notProvided(command, absent);
  throw isAccount === true ? unknownAccountFunction(command) : unknownFunction(command);
}
