// Calls whose response can be long are made in another process, so that no other call waits for them.
import type { Call, Caller } from './context.ts';
import type { AnyFunction } from './define.ts';
import type { Engine } from './engine.ts';
import type { Outcome, Report } from './report.ts';

/** Undefined if this process makes the call. @throws ApiError `busy`, `limit_reached`. */
export async function makeBeside(
  fn: AnyFunction,
  call: Call,
  caller: Caller,
  { beside, insideDryRun }: Engine,
  report: Report,
): Promise<Outcome | undefined> {
  if (beside === undefined || insideDryRun === true || !canBeLong(fn)) return undefined;
  // Another process has neither of them.
  if (call.uploads !== undefined || call.assertCurrent !== undefined) return undefined;
  const made = await beside(call, caller);
  return made && report.adopt(made);
}

/** True if the function only reads, and its response can grow with the server. */
export function canBeLong({ effect, list, returns }: AnyFunction): boolean {
  const isMap = returns !== null && typeof returns.map === 'object' && 'keys' in returns;
  return (effect === 'reads' || effect === 'looks') && (list !== undefined || isMap);
}
