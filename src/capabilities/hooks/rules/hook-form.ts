// The parameters and the response that the functions of script hooks have in common.
import type { Param } from '../../../core/define.ts';
import { events, findEvent, type Stage } from './events.ts';
import type { Hook } from './hooks.ts';

export const hookId = {
  type: 'string',
  required: true,
  maxLength: 64,
  doc: 'The hook’s ID, as returned by list_hooks.',
} as const satisfies Param;

/** A flag as responses have it. */
type Flag = 0 | 1;
const flag = (value: boolean): Flag => (value ? 1 : 0);

interface ShownStage {
  readonly stage: Stage;
  readonly description: string;
  readonly attributes: { readonly blocking: Flag; readonly escalateprivs: Flag };
  readonly actions: ReturnType<typeof showHook>[];
}

/** Shows a hook as list_hooks returns it. */
function showHook(hook: Hook) {
  const { id, category, event, stage, weight, check, rollback, description, notes } = hook;
  return {
    ...{ id, category, event, stage, exectype: 'script', hook: hook.hook, weight },
    blocking: flag(hook.blocking),
    enabled: flag(hook.enabled),
    escalateprivs: flag(hook.escalateprivs),
    ...{ check, rollback, description, notes },
  };
}

/** Groups hooks by category and event. Events without hooks are listed without stages. */
export function showHooks(hooks: readonly Hook[]) {
  const withHooks = hooks
    .filter(({ category, event }) => !events.some((one) => one.category === category && one.event === event))
    .map(({ category, event }) => findEvent(category, event));
  const known = new Map(
    [...events, ...withHooks].map((event) => [`${event.category} ${event.event}`, event]),
  );
  const categories = new Map<string, { event: string; stage_order: Stage[]; stages: ShownStage[] }[]>();
  for (const { category, event, stages, isBlockable, happensHere } of known.values()) {
    const own = hooks.filter((hook) => hook.category === category && hook.event === event);
    const shown = stages.flatMap((stage): ShownStage[] => {
      const actions = own.filter((hook) => hook.stage === stage).map(showHook);
      if (actions.length === 0) return [];
      const attributes = { blocking: flag(isBlockable && stage === 'pre'), escalateprivs: 0 as const };
      return [{ stage, description: describe(stage, happensHere), attributes, actions }];
    });
    const listed = categories.get(category) ?? [];
    listed.push({ event, stage_order: [...stages], stages: shown });
    categories.set(category, listed);
  }
  return [...categories].map(([category, ofCategory]) => ({ category, events: ofCategory }));
}

function describe(stage: Stage, happensHere: boolean): string {
  if (!happensHere) return 'Never, because this event does not happen on this server yet.';
  return stage === 'pre' ? 'Before the call.' : 'After the call, if it succeeded.';
}
