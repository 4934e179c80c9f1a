// Calls that must succeed on a full disk, by space that is reserved for them.
import type { AnyFunction } from './define.ts';
import type { Engine } from './engine.ts';
import { mayBeOfFullDisk } from './machine-error.ts';

/**
 * Whoever is suspended must not write into the reserve. So it is released after the step that ends the processes, or for
 * a second try: in the first one, this step has ended them, and nothing else is left of it.
 */
export async function withReserve<T>(
  { withReserve: reserved }: Engine,
  { fn, dryRun }: { readonly fn: AnyFunction; readonly dryRun: boolean },
  work: () => Promise<T>,
): Promise<T> {
  if (fn.usesReserve !== true || dryRun || reserved === undefined) return work();
  try {
    return await reserved(work, true);
  } catch (error) {
    if (!mayBeOfFullDisk(error)) throw error;
    return await reserved(work);
  }
}
