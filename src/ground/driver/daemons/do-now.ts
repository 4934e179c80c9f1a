// Steps of daemons that are done if the daemons allow it, and what they refused.
import type { Sealer } from '../../../core/context.ts';
import type { Machine } from '../../../core/machine.ts';
import type { PlannedStep, StepResult } from '../../../core/plan.ts';
import tryStep, { type Tried } from './steps/try.ts';

/** Outside of a plan: each for itself, whether or not the others succeed. @returns why steps were not done, as sentences. */
export async function doNow(
  machine: Machine,
  sealer: Sealer,
  steps: readonly PlannedStep[],
): Promise<string[]> {
  const refusals: string[] = [];
  for (const step of steps) {
    const input = { step };
    const memento = await tryStep.prepare?.(machine, input, sealer);
    if (memento === undefined) continue;
    const { refusal } = await tryStep.apply(machine, { input, memento, secret: '', sealer });
    if (refusal !== undefined) refusals.push(refusal);
  }
  return refusals;
}

/** The results of the steps that were tried and done. */
export function triedIn(results: readonly StepResult[]): StepResult[] {
  return results.flatMap(({ kind, value }) => {
    const result = kind === tryStep.kind ? (value as Tried).result : undefined;
    return result === undefined ? [] : [result];
  });
}

/** Why steps of a plan were not done, as sentences. */
export function refusalsIn(results: readonly StepResult[]): string[] {
  return results.flatMap(({ kind, value }) => {
    const refusal = kind === tryStep.kind ? (value as Tried).refusal : undefined;
    return refusal === undefined ? [] : [refusal];
  });
}
