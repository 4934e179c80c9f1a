import { defineFunction } from '../../core/define.ts';
import {
  acceptanceSentence,
  findAcceptance,
  LICENCE,
} from '../../capabilities/software/rules/updates/licence.ts';

export default defineFunction({
  name: 'run_cpkeyclt',
  since: 62,
  summary: 'Show the licence of this program.',
  description:
    'This program is free software under the MIT licence. It needs no key, so the licence is always valid and no licence ' +
    'server is asked. The text is in metadata.output.raw.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Show the licence.' }],

  async handler(_args, { db, inform, raw }) {
    const acceptance = await findAcceptance(db);
    inform('The licence is valid: this program is free software, and needs no key.');
    if (acceptance !== undefined) inform(acceptanceSentence(acceptance));
    raw(LICENCE);
  },
});
