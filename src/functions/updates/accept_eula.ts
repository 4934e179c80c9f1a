import { defineFunction } from '../../core/define.ts';
import { accept, acceptanceSentence } from '../../capabilities/software/rules/updates/licence.ts';

export default defineFunction({
  name: 'accept_eula',
  since: 76,
  summary: 'Accept the licence of this program.',
  description:
    'The first acceptance is kept: who accepted the licence, when and from which address. Nothing on this server depends on ' +
    'it. The command run_cpkeyclt shows the licence.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Accept the licence.' }],

  async handler(_args, { db, caller, origin, now, inform }) {
    inform(acceptanceSentence(await accept(db, { caller, origin, now: now() })));
  },
});
