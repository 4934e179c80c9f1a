import { defineFunction } from '../../core/define.ts';
import { reorder } from '../../capabilities/hooks/rules/hooks.ts';

export default defineFunction({
  name: 'reorder_hooks',
  since: 32,
  summary: 'Set the order in which the script hooks of an event and stage run.',
  description:
    'The hooks get the weights 100, 200, … in this order. Hooks of the same event and stage that are not named follow.',
  access: 'root',
  effect: 'changes',
  params: {
    ids: {
      type: 'string',
      required: true,
      doc: 'Comma-separated list of the IDs of hooks of one event and stage, in the new order.',
    },
  },
  returns: {
    hook_order: {
      list: {
        fields: {
          id: { type: 'string', doc: 'The ID of the hook.' },
          weight: { type: 'integer', doc: 'Its new weight.' },
        },
      },
      doc: 'All hooks of the event and stage, in the new order.',
    },
  },
  list: 'hook_order',
  examples: [
    {
      args: { ids: 'HzEpGvT6QGUYwxuX3hWB8AUq,au9Pf6EdpOKNtWjrQKW_1IZC' },
      doc: 'Run the first of these two hooks before the second.',
      fails: 'not_found',
    },
  ],

  async handler({ ids }, { db }) {
    const named = ids.split(',').map((id) => id.trim());
    const ordered = await reorder(
      db,
      named.filter((id) => id !== ''),
    );
    return { hook_order: ordered.map(({ id, weight }) => ({ id, weight })) };
  },
});
