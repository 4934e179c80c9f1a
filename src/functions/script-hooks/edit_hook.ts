import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { MAX_LENGTH, MODULES } from '../../capabilities/hooks/rules/command.ts';
import { hookId } from '../../capabilities/hooks/rules/hook-form.ts';
import { get, update } from '../../capabilities/hooks/rules/hooks.ts';
import { assertScriptsSafe } from '../../capabilities/hooks/rules/registration.ts';

const script = { type: 'string', maxLength: MAX_LENGTH } as const;

export default defineFunction({
  name: 'edit_hook',
  since: 32,
  summary: 'Change a script hook: what it runs, when, and whether it is enabled.',
  description:
    'Omitted parameters keep their values. Every script must belong to root, and nobody else may be able to change it ' +
    'or the directories above it. A script can have arguments: “/opt/site/hook.py --create”.',
  access: 'root',
  effect: 'changes',
  params: {
    id: hookId,
    hook: { ...script, doc: 'The absolute path of the script, and its arguments.' },
    stage: {
      type: 'string',
      values: ['pre', 'post'],
      doc: 'When the hook runs: before the call (pre) or after it (post).',
    },
    enabled: { type: 'flag', doc: '1: the hook runs. 0: it does not.' },
    weight: {
      type: 'integer',
      min: 1,
      max: 1_000_000,
      doc: 'Its place among the hooks of its event and stage. Lower weights run first.',
    },
    check: {
      ...script,
      doc: 'A script that runs before the hook. If it prints 0, the hook is skipped. An empty value removes it.',
    },
    rollback: {
      ...script,
      doc: 'A script that undoes the hook if a later one refuses the call. An empty value removes it.',
    },
    escalateprivs: {
      type: 'flag',
      doc: 'Whether the script runs as root. All events of this server run scripts as root, so it has no effect.',
    },
    exectype: {
      type: 'string',
      values: ['script', 'module'],
      doc: 'The kind of hook. Hooks that are Perl modules are rejected, because they need cPanel.',
    },
    description: { type: 'string', maxLength: 255, doc: 'What the hook does.' },
    notes: { type: 'string', maxLength: 1024, multiline: true, doc: 'Notes about the hook.' },
  },
  returns: null,
  examples: [
    {
      args: { id: 'HzEpGvT6QGUYwxuX3hWB8AUq', enabled: '0' },
      doc: 'Disable a hook.',
      fails: 'not_found',
    },
  ],

  look: (args, { machine }) => assertScriptsSafe(machine, args),

  async handler(args, { db, warn }) {
    if (args.exectype === 'module') throw badParam(`“exectype” should be “script”. ${MODULES}`);
    const before = await get(db, args.id);
    const after = {
      ...before,
      hook: args.hook ?? before.hook,
      stage: args.stage ?? before.stage,
      weight: args.weight ?? before.weight,
      enabled: args.enabled ?? before.enabled,
      escalateprivs: args.escalateprivs ?? before.escalateprivs,
      check: changed(before.check, args.check),
      rollback: changed(before.rollback, args.rollback),
      description: changed(before.description, args.description),
      notes: changed(before.notes, args.notes),
    };
    for (const warning of await update(db, after)) warn(warning);
  },
});

function changed(before: string | null, given: string | undefined): string | null {
  if (given === undefined) return before;
  return given === '' ? null : given;
}
