import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'rebuildinstalledssldb',
  since: 36,
  summary: 'Accept calls from old scripts without changing anything.',
  description:
    'The store always has the installed certificates. rebuilduserssldb reads all certificates again.',
  access: 'root',
  effect: 'none',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Succeeds and changes nothing.' }],

  handler() {
    return undefined;
  },
});
