import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';

/** Programs that end at once. They are the shells of users without a terminal. */
const NO_TERMINAL = /\/(?:nologin|false)$/;

export default defineUapi({
  name: 'SSH::get_shell',
  since: 42,
  summary: 'Show the login shell of the account.',
  effect: 'reads',
  feature: 'ssh',
  params: {},
  returns: {
    fields: {
      has_terminal_access: { type: 'flag', doc: '1 if the shell lets the account work in a terminal.' },
      shell: { type: 'string', doc: 'The shell of the user on the machine.' },
    },
  },
  examples: [{ args: {}, doc: 'The shell.' }],

  look: async (_args, { machine, caller }) => (await (await machine.users()).find(caller.user))?.shell,

  handler(_args, { caller }, shell) {
    if (shell === undefined) throw notFound(`This server has no user “${caller.user}”.`);
    return { has_terminal_access: Number(!NO_TERMINAL.test(shell)), shell };
  },
});
