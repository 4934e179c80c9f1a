// Does a step if the daemon allows it now. Otherwise the plan goes on without it, and the result says why: a task does the
// step later (`accounts/rules/postponed.ts`).
import { ApiError } from '../../../../core/errors.ts';
import { isOnlyUnread, LookAgain, MachineError, UNCHANGED } from '../../../../core/machine-error.ts';
import { defineStep, type AnyStep, type PlannedStep, type StepResult } from '../../../../core/plan.ts';

/** What the step found before it was applied, or why it cannot be applied. */
type Memento = { readonly found: unknown } | { readonly refusal: string };

export interface Tried {
  /** Why the step was not done. Absent if it was. */
  readonly refusal?: string;
  /** What it returned. Absent if it was not done, and in plans of earlier versions. */
  readonly result?: StepResult;
}

export default defineStep<{ readonly step: PlannedStep }, Memento, Tried>({
  kind: 'daemons/try',
  async preview(machine, { step: { kind, input } }, sealer) {
    const step = await stepOf(kind);
    const further = await attempt(async () => (await step.preview?.(machine, input as never, sealer)) ?? []);
    const lines = 'refusal' in further ? [`This is done later: ${further.refusal}`] : further.value;
    return [...(step.describe === undefined ? [] : [step.describe(input as never)]), ...lines];
  },
  async prepare(machine, { step: { kind, input } }, sealer) {
    const step = await stepOf(kind);
    // JSON has no `undefined`.
    const found = await attempt(async () => (await step.prepare?.(machine, input as never, sealer)) ?? null);
    return 'refusal' in found ? { refusal: found.refusal } : { found: found.value };
  },
  async apply(machine, { input: { step: planned }, memento, secret, sealer }) {
    if ('refusal' in memento) return memento;
    const step = await stepOf(planned.kind);
    const work = { input: planned.input as never, memento: memento.found as never, sealer };
    const done = await attempt(() => step.apply(machine, { ...work, secret }));
    if (!('refusal' in done)) return { result: { kind: planned.kind, value: done.value } };
    // The task begins with the state that a step leaves when it fails, whether or not this works.
    if (!done.isOnlyUnread) await attempt(async () => step.undo?.(machine, work));
    return { refusal: done.refusal };
  },
  async undo(machine, { input: { step: planned }, memento, sealer }) {
    if ('refusal' in memento) return;
    const step = await stepOf(planned.kind);
    await step.undo?.(machine, { input: planned.input as never, memento: memento.found as never, sealer });
  },
});

async function stepOf(kind: string): Promise<AnyStep> {
  const { steps } = await import('../../../../capabilities/steps.generated.ts');
  const load = steps[kind];
  if (load === undefined) throw new Error(`There is no step “${kind}”.`);
  return (await load()).default;
}

async function attempt<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly refusal: string; readonly isOnlyUnread: boolean }> {
  try {
    return { value: await work() };
  } catch (error) {
    // The call makes a new plan.
    if (error instanceof LookAgain) throw error;
    if (error instanceof MachineError || error instanceof ApiError)
      return { refusal: error.message.replace(UNCHANGED, ''), isOnlyUnread: isOnlyUnread(error) };
    throw error;
  }
}
