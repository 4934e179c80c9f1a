import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'quota_enabled',
  since: 11,
  summary: 'Check whether this server enforces disk quotas.',
  access: 'any',
  effect: 'looks',
  params: {},
  returns: {
    quota_enabled: { type: 'flag', doc: 'Whether the file system of the home directories enforces quotas.' },
  },
  examples: [{ args: {}, doc: 'Check whether quotas are enforced.' }],

  async handler(_args, { machine }) {
    return { quota_enabled: Number(await (await machine.quota()).isEnabled()) };
  },
});
