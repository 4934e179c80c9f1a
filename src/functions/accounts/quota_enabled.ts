import { defineFunction } from '../../core/define.ts';

export default defineFunction({
  name: 'quota_enabled',
  since: 11,
  summary: 'Tell whether this machine enforces disk quotas.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: {
    quota_enabled: { type: 'flag', doc: 'Whether the file system of the homes enforces limits now.' },
  },
  examples: [{ args: {}, doc: 'Whether it does.' }],

  async handler(_args, { machine }) {
    return { quota_enabled: Number(await (await machine.quota()).isEnabled()) };
  },
});
