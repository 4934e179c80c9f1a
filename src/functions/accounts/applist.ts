import { mayCall } from '../../core/access.ts';
import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'applist',
  since: 11,
  summary: 'List the functions that the caller may call.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: { app: { list: { type: 'string' }, doc: 'The function names, sorted.' } },
  list: 'app',
  examples: [
    { args: {}, doc: 'All functions that the caller may call.' },
    {
      args: { 'api.filter.enable': '1', 'api.filter.a.field': 'app', 'api.filter.a.arg0': 'twofactor' },
      doc: 'Only the functions that have “twofactor” in their names.',
    },
  ],

  async handler(_args, { caller, functions }) {
    const index = await functions();
    const app = Object.keys(index).filter((name) => mayCall(caller, index[name]?.access ?? 'root'));
    return { app };
  },
});
