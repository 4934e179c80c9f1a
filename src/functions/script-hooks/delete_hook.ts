import { defineFunction } from '../../core/define.ts';
import { hookId } from '../../capabilities/hooks/rules/hook-form.ts';
import { remove } from '../../capabilities/hooks/rules/hooks.ts';

export default defineFunction({
  name: 'delete_hook',
  since: 32,
  summary: 'Remove a script hook.',
  description: 'The script itself is not deleted. To stop it only for a while, use edit_hook enabled=0.',
  destructive:
    'The hook no longer runs. The script itself is not deleted. To undo it, register the hook again.',
  access: 'root',
  effect: 'changes',
  params: { id: hookId },
  returns: null,
  examples: [
    {
      args: { id: 'HzEpGvT6QGUYwxuX3hWB8AUq' },
      doc: 'Remove one hook.',
      fails: 'not_found',
    },
  ],

  handler: ({ id }, { db }) => remove(db, id),
});
