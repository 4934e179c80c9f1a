// What a plan says of new domains, and the task that publishes their records.
import type { Db } from '../../../../core/context.ts';
import type { StepResult } from '../../../../core/plan.ts';
import * as queue from '../../../../ground/rules/tasks/queue.ts';

/** The kind of the step `driver/authentication/steps/request.ts`, and the task. */
const [STEP, TASK] = ['authentication/request', 'publish-authentication'];

/** Starts the task if the plan has the step. */
export async function publishSoon(db: Db, results: readonly StepResult[], now: number): Promise<void> {
  for (const { kind, value } of results) {
    if (kind === STEP) await queue.add(db, { kind: TASK, input: value, caller: 'root', xid: '' }, { now });
  }
}
