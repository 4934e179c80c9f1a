import { defineFunction } from '../../core/define.ts';
import { password } from '../../ground/rules/passwords/passwords.ts';

export default defineFunction({
  name: 'get_password_strength',
  since: 11,
  summary: 'Check the strength of a password.',
  description:
    'The strength grows with the number of guesses that an attacker needs: 100 means 10^12 guesses, 65 about 10^8. ' +
    'createacct and passwd also count how much the password resembles the username and the domain.',
  access: 'any',
  effect: 'none',
  params: {
    password: {
      ...password,
      required: true,
      doc: 'The password to rate. To keep it out of the process list, use --file password=PATH.',
    },
  },
  returns: { strength: { type: 'integer', doc: '0 to 100.' } },
  examples: [{ args: { password: 'four unusual words, Xylophone' }, doc: 'Rate a password.' }],

  handler: async (args, { passwordStrength }) => ({ strength: await passwordStrength(args.password, []) }),
});
